import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { simulatedStore } from './support/services.ts'
import { contentsOf, fill, openFolder } from './support/stores.ts'

it('copies one object with its type and metadata, within a store and to another one', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await using store = openFolder(folder.at('s'))
  await store.save('a', { n: 1 }, { metadata: { owner: 'ops' } })
  for (const to of ['./s#b', './s#x/', './t#c']) {
    const result = await run(['cp', './s#a', to, '--json'], { cwd })
    expect(result).toMatchObject({ code: 0, stderr: '' })
    expect(checkedRecords('cp', result)[0]).toMatchObject({ kind: 'copied', key: 'a' })
  }
  await using other = openFolder(folder.at('t'))
  for (const each of [store.stat('b'), store.stat('x/a'), other.stat('c')]) {
    expect(await each).toMatchObject({
      contentType: 'application/json',
      metadata: { owner: 'ops' },
    })
  }
})

it('copies what is below a prefix, and selects', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'p/a': '1', 'p/b.tmp': '2', 'p/q/c': '3', pz: '4' })
  const args = ['cp', '-r', './s#p', './t#new', '--exclude', '*.tmp']
  const dry = await run([...args, '--dry-run', '--json'], { cwd })
  expect(checkedRecords('cp', dry).map(({ kind }) => kind)).toEqual([
    ...['would-copy', 'would-copy', 'summary'],
  ])
  expect(await contentsOf(folder.at('t'))).toEqual({})
  expect(await run(args, { cwd })).toMatchObject({
    code: 0,
    stderr: 'Copied 2 objects, 2 B\n',
  })
  expect(await contentsOf(folder.at('t'))).toEqual({ 'new/a': '1', 'new/q/c': '3' })
})

it('never replaces with --create-only; what else there is is copied', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { a: 'new', b: 'new' })
  await fill(folder.at('t'), { a: 'old' })
  const one = await run(['cp', '--create-only', './s#a', './t#a'], { cwd })
  expect(one).toMatchObject({ code: 4 })
  const all = await run(['cp', '-r', '--create-only', './s#', './t#', '--json'], { cwd })
  expect(all.code).toBe(6)
  expect(checkedRecords('cp', all)).toContainEqual(
    expect.objectContaining({ kind: 'failed', key: 'a', code: 'ALREADY_EXISTS' }),
  )
  expect(await contentsOf(folder.at('t'))).toEqual({ a: 'old', b: 'new' })
})

it('takes objects with keys that only others make, to keys that are legal', async () => {
  await using folder = await temporaryFolder()
  await using sim = await simulatedStore(folder, { 'x//y': 'foreign' })
  const { env } = sim
  const result = await run(['cp', 'sim:x//y', './t#y'], { cwd: folder.path, env })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(await contentsOf(folder.at('t'))).toEqual({ y: 'foreign' })
})

it('ends at once where every object is refused for one reason', async () => {
  await using folder = await temporaryFolder()
  await using sim = await simulatedStore(folder, {})
  await fill(folder.at('s'), { a: '1', b: '2' })
  const env = { ...sim.env, SIM_SECRET: 'wrong' }
  const result = await run(['cp', '-r', './s#', 'sim:'], { cwd: folder.path, env })
  expect(result).toMatchObject({ code: 7, stderr: expect.stringContaining('doctor') })
  expect(sim.keys()).toEqual([])
})

it.each([
  [['cp', './s#a', './s#a'], 'both source and copy'],
  [['cp', '-r', './s#', './s#copy/'], 'lies within'],
  [['cp', '-r', './s#x', './s#x'], 'are one place'],
  [['cp', '-r', './s#', '.#s'], 'are one place'],
  [['cp', '--create-only', '--if-match', 'x', './s#a', './s#b'], 'exclude each other'],
])('refuses %j', async (args, message) => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: '1', 'x/b': '2' })
  const { code, stderr } = await run(args, { cwd: folder.path })
  expect(stderr).toContain(message)
  expect(code).toBe(2)
  expect(await contentsOf(folder.at('s'))).toEqual({ a: '1', 'x/b': '2' })
})
