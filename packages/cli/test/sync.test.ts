import { readdir } from 'node:fs/promises'
import type { Clock } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { contentsOf, fill, numbered } from './support/stores.ts'

it('copies what is new or changed, and the second time nothing', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'p/a': '1', 'p/b': '2', other: 'x' })
  const args = ['sync', './s#p', './t#q', '--json']
  const dry = await run([...args, '--dry-run'], { cwd })
  expect(checkedRecords('sync', dry)).toMatchObject([
    { kind: 'would-copy', key: 'p/a', to: 'q/a', size: 1 },
    { kind: 'would-copy', key: 'p/b', to: 'q/b' },
    { kind: 'summary', isDryRun: true, copied: 2 },
  ])
  expect(await contentsOf(folder.at('t'))).toEqual({})
  expect(checkedRecords('sync', await run(args, { cwd })).at(-1)).toMatchObject({ copied: 2 })
  expect(checkedRecords('sync', await run(args, { cwd }))).toMatchObject([
    { kind: 'summary', copied: 0, unchanged: 2 },
  ])
  await fill(folder.at('s'), { 'p/b': 'changed' })
  const third = checkedRecords('sync', await run(args, { cwd }))
  expect(third[0]).toMatchObject({ kind: 'copied', key: 'p/b', isReplaced: true })
  expect(await contentsOf(folder.at('t'))).toEqual({ 'q/a': '1', 'q/b': 'changed' })
})

it('deletes what the source lacks only when told, and not what is excluded', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { b: '2', d: '4' })
  await fill(folder.at('t'), { a: 'x', c: 'x', 'keep/z': 'x', z: 'x' })
  const args = ['sync', './s', './t', '--exclude', 'keep/**', '--json']
  expect((await run(args, { cwd })).code).toBe(0)
  expect(Object.keys(await contentsOf(folder.at('t'))).length).toBe(6)
  const dry = checkedRecords('sync', await run([...args, '--delete', '--dry-run'], { cwd }))
  expect(dry.filter(({ kind }) => kind === 'would-delete').map(({ key }) => key)).toEqual([
    ...['a', 'c', 'z'],
  ])
  const unasked = await run([...args, '--delete'], { cwd })
  expect(unasked.code).toBe(2)
  const no = await run([...args, '--delete'], { cwd, isTTY: true, answer: 'n' })
  expect(no).toMatchObject({ code: 1, stderr: expect.stringContaining('Delete 3 objects') })
  expect(Object.keys(await contentsOf(folder.at('t'))).length).toBe(6)
  const last = checkedRecords('sync', await run([...args, '--delete', '--yes'], { cwd }))
  expect(last.at(-1)).toMatchObject({ surplusDeleted: 3, failed: 0 })
  expect(await contentsOf(folder.at('t'))).toEqual({ b: '2', d: '4', 'keep/z': 'x' })
})

it('never empties a destination because its source is empty, unless that is said', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), {})
  await fill(folder.at('t'), { a: '1' })
  const args = ['sync', './s', './t', '--delete']
  const refused = { code: 2, stderr: expect.stringContaining('is empty') }
  expect(await run(args, { cwd, isTTY: true, answer: 'y' })).toMatchObject(refused)
  expect(await run([...args, '--yes'], { cwd })).toMatchObject(refused)
  expect(await run([...args, '--dry-run'], { cwd })).toMatchObject(refused)
  expect(await contentsOf(folder.at('t'))).toEqual({ a: '1' })
  expect((await run([...args, '--yes', '--allow-empty'], { cwd })).code).toBe(0)
  expect(await contentsOf(folder.at('t'))).toEqual({})
})

it('deletes nothing where not all could be copied', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { good: '1', ['x'.repeat(1000)]: 'too long below the prefix' })
  await fill(folder.at('t'), { [`${'p'.repeat(100)}/old`]: '1' })
  const args = ['sync', './s', `./t#${'p'.repeat(100)}/`, '--delete', '--yes']
  const result = await run(args, { cwd })
  expect(result.code).toBe(6)
  expect(result.stderr).toContain('nothing is deleted')
  expect(Object.keys(await contentsOf(folder.at('t'))).length).toBe(2)
})

it('stops at Ctrl-C with nothing half-written, tells how to go on, and does', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  const contents = numbered(400)
  await fill(folder.at('s'), contents)
  const stop = new AbortController()
  let lines = 0
  const args = ['sync', './s', './t', '--verbose']
  const result = await run(args, {
    ...{ cwd, signal: stop.signal },
    onWrite: (_, stream) => stream === 'stdout' && ++lines === 20 && stop.abort(new Error('stop')),
  })
  expect(result.code).toBe(130)
  expect(result.stderr).toContain('To go on:\n  aos-storage sync ./s ./t --verbose')
  const copied = await contentsOf(folder.at('t'))
  expect(Object.keys(copied).length).toBeLessThan(400)
  expect(contents).toMatchObject(copied)
  const second = await run([...args, '--json'], { cwd })
  const { unchanged } = second.records<{ unchanged: number }>().at(-1)!
  expect(unchanged).toBe(Object.keys(copied).length)
  expect(await contentsOf(folder.at('t'))).toEqual(contents)
})

it('stops when the reader of standard output has gone, and says so', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), numbered(200))
  const args = ['sync', './s', './t', '--json']
  const result = await run(args, { cwd: folder.path, stdoutWritesMax: 3 })
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('has gone') })
  const dry = await run([...args, '--dry-run'], { cwd: folder.path, stdoutWritesMax: 1 })
  expect(dry).toMatchObject({ code: 0, stderr: '' })
})

/** A clock on which each pause is over at once, and took its time. */
function hastyClock(): Clock {
  let nowMs = 0
  return {
    now: () => nowMs,
    monotonicMs: () => nowMs,
    async sleep(delayMs, signal) {
      await new Promise((resolve) => setImmediate(resolve))
      signal?.throwIfAborted()
      nowMs += delayMs
    },
  }
}

it.each([
  ['sync', './s', './t'],
  ['cp', '-r', './s#', './u#'],
  ['mv', '-r', './u#', './w#'],
  ['get', '-r', './s#', 'files'],
])('%s shows a person how far it is, and a pipe nothing', async (...args) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), numbered(60))
  await fill(folder.at('u'), args[0] === 'mv' ? numbered(60) : {})
  const watched = await run(args, { cwd, isTTY: true, clock: hastyClock() })
  expect(watched.code).toBe(0)
  const cleared = watched.stderr.split('\r\u001b[2K')
  expect(cleared.some((line) => /\d+( of 60)? objects/.test(line))).toBe(true)
  // What is left at the end is a sentence.
  expect(cleared.at(-1)).toMatch(/^\w+ (60|0) objects?.*\n$/)
  const piped = await run(args, { cwd, clock: hastyClock() })
  expect(piped.stderr).not.toContain('\r')
})

it('leaves plain files with --origin drop', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: 'text' })
  await run(['sync', './s', './t', '--origin', 'drop'], { cwd: folder.path })
  expect(await readdir(folder.at('t'))).toContain('a.txt')
})

it.each([
  [['sync', './s#x', './s#', '--delete', '--yes'], '--delete would delete it'],
  [['sync', './s', './s#x'], 'lies within'],
  [['sync', './s', './s'], 'are one place'],
])('refuses %j', async (args, message) => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: '1', 'x/b': '2' })
  const { code, stderr } = await run(args, { cwd: folder.path })
  expect(stderr).toContain(message)
  expect(code).toBe(2)
  expect(await contentsOf(folder.at('s'))).toEqual({ a: '1', 'x/b': '2' })
})
