import { writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { contentsOf, fill, numbered } from './support/stores.ts'

it('migrates with a journal, goes on with it after Ctrl-C, and counts all runs', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const contents = numbered(300)
  await fill(folder.at('s'), contents)
  const args = ['migrate', './s', './t', '--journal', 'my journal', '--json']
  const stop = new AbortController()
  let lines = 0
  const first = await run(args, {
    ...{ cwd, signal: stop.signal },
    onWrite: (_, stream) => stream === 'stdout' && ++lines === 20 && stop.abort(new Error('stop')),
  })
  expect(first.code).toBe(130)
  expect(checkedRecords('migrate', first).at(-1)).toMatchObject({
    ...{ outcome: 'stopped', isInterrupted: true },
    goOn: "aos-storage migrate ./s ./t --journal 'my journal' --json",
  })
  const second = await run(args, { cwd })
  expect(second.code).toBe(0)
  const records = checkedRecords('migrate', second)
  expect(records.at(-1)).toMatchObject({ isResumed: true, copied: 300, failed: 0 })
  expect(records.length).toBeLessThan(300)
  expect(await contentsOf(folder.at('t'))).toEqual(contents)
})

it('is done when a part is moved and it runs again, not when nothing was ever there', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'k/a': '1', 'k/b': '2' })
  const of = (key: string): string[] => {
    return ['migrate', `./s#${key}/`, './t', '--journal', key, '--delete-source', '--yes']
  }
  for (let times = 0; times < 3; times++) {
    expect(await run(of('k'), { cwd })).toMatchObject({ code: 0 })
    expect((await run(of('misspelt'), { cwd })).code).toBe(3)
  }
  expect(await contentsOf(folder.at('t'))).toEqual({ a: '1', b: '2' })
})

it('deletes the source after a yes, each object once its copy was read back', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { a: '1', b: '2' })
  const args = ['migrate', './s', './t', '--journal', 'j', '--delete-source', '--json']
  expect((await run(args, { cwd })).code).toBe(2)
  const dry = await run([...args, '--dry-run'], { cwd })
  expect(checkedRecords('migrate', dry).at(-1)).toMatchObject({ copied: 2, sourcesDeleted: 0 })
  expect(Object.keys(await contentsOf(folder.at('s'))).length).toBe(2)
  const result = await run([...args, '--yes'], { cwd })
  expect(checkedRecords('migrate', result)).toMatchObject([
    { kind: 'copied', isSourceDeleted: true },
    { kind: 'copied', isSourceDeleted: true },
    { kind: 'summary', sourcesDeleted: 2 },
  ])
  expect(await contentsOf(folder.at('s'))).toEqual({})
  expect(await contentsOf(folder.at('t'))).toEqual({ a: '1', b: '2' })
})

it('reports what stands in the way, brings the rest, and exits with 6', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: 'new', b: '2' })
  await fill(folder.at('t'), { a: 'old' })
  const args = ['migrate', './s', './t', '--journal', 'j']
  const result = await run(args, { cwd: folder.path })
  expect(result.code).toBe(6)
  expect(result.stderr).toContain('aos-storage: a: Another object is at')
  expect(await contentsOf(folder.at('t'))).toEqual({ a: 'old', b: '2' })
})

it('does not advise to run again what is refused for its journal', async () => {
  await using folder = await temporaryFolder()
  const { path: cwd } = folder
  await fill(folder.at('s'), { a: '1' })
  expect((await run(['migrate', './s', './t', '--journal', 'j'], { cwd })).code).toBe(0)
  await writeFile(folder.at('text'), 'no journal')
  for (const args of [
    ['migrate', './s', './other', '--journal', 'j'],
    ['migrate', './s', './t', '--journal', 'text'],
  ]) {
    const { code, stderr } = await run(args, { cwd })
    expect(stderr).toContain('did not begin')
    expect(stderr).not.toMatch(/To go on|Copied/)
    expect([1, 2, 5]).toContain(code)
  }
})

it('needs a journal', async () => {
  const result = await run(['migrate', './s', './t'])
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('--journal FILE') })
})
