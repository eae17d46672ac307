import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { contentsOf, fill, numbered } from './support/stores.ts'

it('deletes one object, in the version that is given', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { a: '1', 'a/b': '2' })
  expect(await run(['rm', './s#a', '--if-match', 'other'], { cwd })).toMatchObject({ code: 4 })
  const result = await run(['rm', './s#a', '--json'], { cwd })
  expect(result.code).toBe(0)
  expect(checkedRecords('rm', result)[0]).toEqual({ kind: 'deleted', key: 'a' })
  expect(await contentsOf(folder.at('s'))).toEqual({ 'a/b': '2' })
  expect(await run(['rm', './s#a'], { cwd })).toMatchObject({ code: 3 })
  expect(await run(['rm', './s#a', '--ignore-missing'], { cwd })).toMatchObject({ code: 0 })
})

it('asks a person before it deletes more than one, and takes only yes for it', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'p/a': '1', 'p/b': '2', c: '3' })
  for (const answer of ['', 'n', 'yeah']) {
    const result = await run(['rm', '-r', './s#p'], { cwd, isTTY: true, answer })
    expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('Nothing was done') })
    expect(result.stderr).toContain('Delete 2 objects (2 B) of ')
  }
  expect(Object.keys(await contentsOf(folder.at('s'))).length).toBe(3)
  const named = await run(['rm', './s#p/a', './s#c'], { cwd, isTTY: true, answer: 'y' })
  expect(named.code).toBe(0)
  expect(await run(['rm', '-r', './s#p'], { cwd, isTTY: true })).toMatchObject({ code: 0 })
  expect(await contentsOf(folder.at('s'))).toEqual({})
})

it('refuses more than one without --yes where nobody can be asked', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const contents = numbered(2100)
  await fill(folder.at('s'), contents)
  for (const args of [
    ['-r', './s#'],
    ['./s#k/00000', './s#k/00001'],
  ]) {
    const result = await run(['rm', ...args], { cwd })
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('Say --yes') })
  }
  const dry = await run(['rm', '-r', './s#', '--dry-run', '--json'], { cwd })
  expect(checkedRecords('rm', dry).length).toBe(2101)
  expect(Object.keys(await contentsOf(folder.at('s'))).length).toBe(2100)
  const result = await run(['rm', '-ry', './s#', '--include', 'k/0[*', '--json'], { cwd })
  expect(result.records()).toMatchObject([{ kind: 'summary', objects: 0 }])
  expect(await run(['rm', '-ry', './s#'], { cwd })).toMatchObject({
    code: 0,
    stderr: expect.stringContaining('Deleted 2,100 objects'),
  })
  expect(await contentsOf(folder.at('s'))).toEqual({})
})

it('stops a question at Ctrl-C', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: '1', b: '2' })
  const stop = new AbortController()
  async function* silent(): AsyncGenerator<Uint8Array> {
    await new Promise(() => undefined)
    yield new Uint8Array()
  }
  const result = await run(['rm', '-r', './s#'], {
    ...{ cwd: folder.path, isTTY: true, stdin: silent(), signal: stop.signal },
    onWrite: (text) => text.includes('[y/N]') && stop.abort(new Error('interrupted')),
  })
  expect(result.code).toBe(130)
  expect(Object.keys(await contentsOf(folder.at('s')))).toEqual(['a', 'b'])
})

it('asks once for all prefixes, and deletes nothing before the answer', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const contents = { 'a/1': '1', 'a/2': '2', 'b/1': '3', 'b/2': '4', c: '5' }
  await fill(folder.at('s'), contents)
  const args = ['rm', '-r', './s#a', './s#b']
  const no = await run(args, { cwd, isTTY: true, answer: 'n' })
  expect(no).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('/s#a/, 2 objects (2 B) of'),
  })
  expect(await contentsOf(folder.at('s'))).toEqual(contents)
  const yes = await run(args, { cwd, isTTY: true, answer: 'y' })
  expect(yes.code).toBe(0)
  expect(await contentsOf(folder.at('s'))).toEqual({ c: '5' })
})
