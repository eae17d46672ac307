import { type Clock, StorageManager, systemClock } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder, type TemporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

async function threeVersions(folder: TemporaryFolder): Promise<string> {
  await using store = await StorageManager.open({ storageType: 'file', basePath: folder.path })
  for (const text of ['one', 'two', 'three']) await store.saveVersioned('config', text)
  return './#config'
}

it('lists, reads and restores versions that the library numbered', async () => {
  await using folder = await temporaryFolder()
  const at = await threeVersions(folder)
  const cwd = folder.path
  const list = async (): Promise<unknown[]> => {
    const result = await run(['versions', 'list', '--json', at], { cwd })
    return checkedRecords('versions-list', result).map(({ version, isCurrent }) => [
      version,
      isCurrent,
    ])
  }
  expect(await list()).toEqual([
    [3, true],
    [2, false],
    [1, false],
  ])
  expect((await run(['versions', 'get', at], { cwd })).stdout).toBe('three')
  expect((await run(['versions', 'get', at, '1'], { cwd })).stdout).toBe('one')
  const tried = await run(['versions', 'restore', '--json', '--dry-run', at, '1'], { cwd })
  expect(checkedRecords('versions-restore', tried)).toEqual([
    { action: 'would restore', key: 'config', version: 1 },
  ])
  expect((await list())[0]).toEqual([3, true])
  const restored = await run(['versions', 'restore', '--json', at, '1'], { cwd })
  expect(checkedRecords('versions-restore', restored)).toMatchObject([{ action: 'restored' }])
  expect((await run(['versions', 'get', at], { cwd })).stdout).toBe('one')
  expect((await list()).length).toBe(3)
  const { code, stderr } = await run(['versions', 'get', at, '9'], { cwd })
  expect([code, stderr]).toEqual([3, expect.stringContaining('config has no version 9\n')])
})

it('prunes what it was told to, after a yes, and tells before with --dry-run', async () => {
  await using folder = await temporaryFolder()
  const at = await threeVersions(folder)
  const cwd = folder.path
  const prune = ['versions', 'prune', at, '--keep', '1']
  const dry = await run([...prune, '--dry-run', '--json'], { cwd })
  expect(checkedRecords('versions-prune', dry)).toEqual([
    { action: 'would prune', key: 'config', removed: 2, kept: 1, failed: 0 },
  ])
  const unasked = await run(prune, { cwd })
  expect(unasked.code).toBe(2)
  expect(unasked.stderr).toContain('--yes')
  expect((await run(prune, { cwd, isTTY: true, answer: 'no' })).code).toBe(1)
  expect((await run(['versions', 'list', at], { cwd })).lines.length).toBe(3)
  const done = await run([...prune, '--json', '--yes'], { cwd })
  expect(checkedRecords('versions-prune', done)).toMatchObject([{ action: 'pruned', removed: 2 }])
  expect((await run(['versions', 'list', at], { cwd })).lines.length).toBe(1)
  const all = await run(['versions', 'prune', '--json', at], { cwd })
  expect(errorOf(all)).toMatchObject({ exitCode: 2, message: 'Nothing says which versions go' })
})

it('prunes nothing that comes of age while it is asked, or before', async () => {
  await using folder = await temporaryFolder()
  const at = await threeVersions(folder)
  const cwd = folder.path
  let now = systemClock.now()
  // Between two looks at it a day passes.
  const clock: Clock = { ...systemClock, now: () => (now += 86_400_000) - 86_400_000 }
  const args = ['versions', 'prune', at, '--older-than-days', '1']
  expect(await run(args, { cwd, clock })).toMatchObject({ code: 0 })
  expect((await run(['versions', 'list', at], { cwd })).lines.length).toBe(3)
})

it('tells versions that are not there, and numbers that are none', async () => {
  await using folder = await temporaryFolder()
  const at = await threeVersions(folder)
  const cwd = folder.path
  expect((await run(['versions', 'get', at, '9'], { cwd })).code).toBe(3)
  expect((await run(['versions', 'restore', at, '9'], { cwd })).code).toBe(3)
  expect((await run(['versions', 'restore', '--dry-run', at, '9'], { cwd })).code).toBe(3)
  expect((await run(['versions', 'get', at, 'abc'], { cwd })).code).toBe(2)
  const none = await run(['versions', 'list', '--json', './#other'], { cwd })
  expect(errorOf(none)).toMatchObject({ exitCode: 3, hint: expect.stringContaining('--native') })
  const native = await run(['versions', 'list', '--json', '--native', at], { cwd })
  expect(native.code).toBe(1)
  expect(errorOf(native)).toMatchObject({ code: 'UNSUPPORTED' })
})
