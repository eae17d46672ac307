import { readdir } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder, type TemporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

/** Without waiting for a disk. */
const quick = (folder: TemporaryFolder): string => `file://${folder.at('s')}?durability=none`
const oneGroup = ['conformance', '--json', '--group', 'delete']

it('runs the kit below a scratch prefix, and cleans up', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  const result = await run([...oneGroup, `${quick(folder)}#lab/`, '--seed', '7'], { cwd })
  expect(result.code).toBe(0)
  const records = checkedRecords<{ kind: string; status?: string; group?: string }>(
    'conformance',
    result,
  )
  expect(records.at(-1)).toMatchObject({ kind: 'summary', seed: 7, failed: 0 })
  expect(records.slice(0, -1).map(({ group }) => group)).toContain('delete')
  expect(records.filter(({ status }) => status === 'passed').length).toBeGreaterThan(2)
  expect((await run(['ls', '-r', './s'], { cwd })).stdout).toBe('')
  const memory = await run(['conformance', '--group', 'delete', 'memory:'])
  expect(memory.code).toBe(0)
  expect(memory.stdout).toContain('conformance of memory')
})

it('asks before it writes beside what is there', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await run(['put', '-', './s#mine'], { cwd, stdin: 'x' })
  const asked = await run([...oneGroup, quick(folder)], { cwd })
  expect(asked.code).toBe(2)
  expect(asked.stderr).toContain('not empty')
  expect((await readdir(folder.at('s'))).filter((name) => !name.startsWith('.'))).toEqual([
    'mine.bin',
  ])
  const agreed = await run([...oneGroup, '--yes', quick(folder)], { cwd })
  expect(agreed.code).toBe(0)
  expect((await run(['ls', '-r', './s'], { cwd })).lines).toEqual(['mine'])
})

it('knows its groups', async () => {
  const { code, stderr } = await run(['conformance', '--json', '--group', 'nothing', 'memory:'])
  expect(code).toBe(2)
  expect(errorOf({ stderr }).hint).toContain('delete')
})

it('ends at Ctrl-C before the next case, and cleans up all the same', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  const interruption = new AbortController()
  const clean = run(['conformance', quick(folder), '--group', 'delete', '--group', 'copy'], {
    cwd,
    isTTY: true,
    signal: interruption.signal,
    onWrite: (text) => {
      if (text === 'copy\n') interruption.abort(new Error('interrupted'))
    },
  })
  expect((await clean).code).toBe(130)
  expect((await run(['ls', '-r', './s'], { cwd })).stdout).toBe('')
})
