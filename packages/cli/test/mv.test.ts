import { readFile, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { simulatedStore } from './support/services.ts'
import { contentsOf, fill } from './support/stores.ts'

it.each(['./s', './t'])('moves one object to %s', async (to) => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { a: 'body', 'a/b': 'below', ab: 'beside' })
  const dry = await run(['mv', './s#a', `${to}#c`, '--dry-run', '--json'], { cwd })
  expect(checkedRecords('mv', dry)[0]).toMatchObject({ kind: 'would-move', key: 'a', to: 'c' })
  expect(Object.keys(await contentsOf(folder.at('s')))).toContain('a')
  const result = await run(['mv', './s#a', `${to}#c`, '--json'], { cwd })
  expect(result).toMatchObject({ code: 0, stderr: '' })
  expect(checkedRecords('mv', result)[0]).toMatchObject({ kind: 'moved', key: 'a', to: 'c' })
  const [s, t] = [await contentsOf(folder.at('s')), await contentsOf(folder.at('t'))]
  expect({ ...s, ...t }).toEqual({ c: 'body', 'a/b': 'below', ab: 'beside' })
  expect(s['a']).toBeUndefined()
})

it.each(['./s', './t'])('moves what is below a prefix to %s', async (to) => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { 'p/a': '1', 'p/q/b': '2', 'p/c.tmp': '3' })
  const args = ['mv', '-r', '--exclude', '*.tmp', './s#p', `${to}#n`, '--json']
  const result = await run(args, { cwd: folder.path })
  expect(result.code).toBe(0)
  expect(checkedRecords('mv', result).length).toBe(3)
  const [s, t] = [await contentsOf(folder.at('s')), await contentsOf(folder.at('t'))]
  expect({ ...s, ...t }).toEqual({ 'n/a': '1', 'n/q/b': '2', 'p/c.tmp': '3' })
})

it('is not fooled by two names of one store, where it would delete what it moved', async () => {
  await using folder = await temporaryFolder()
  // The etags of S3 are of bytes: the copy onto itself has that of the source.
  await using sim = await simulatedStore(folder, { a: 'only copy' })
  const path = folder.at('profiles.json')
  const { profiles } = JSON.parse(await readFile(path, 'utf8')) as { profiles: { sim: object } }
  const alias = { ...profiles.sim, bucket: 'shelf' }
  await writeFile(path, JSON.stringify({ profiles: { ...profiles, alias } }))
  const options = { cwd: folder.path, env: sim.env }
  for (const args of [
    ['sim:a', 'alias:a'],
    ['-r', 'sim:', 'alias:'],
  ]) {
    const result = await run(['mv', ...args], options)
    expect(result.code).toBe(2)
  }
  expect(sim.keys()).toEqual(['a'])
  expect((await run(['mv', 'sim:a', 'alias:b'], options)).stderr).toContain('are one store')
  expect(sim.keys()).toContain('a')
})

it('keeps the source where the destination may not be replaced', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { a: 'new' })
  await fill(folder.at('t'), { a: 'old' })
  expect(await run(['mv', '--create-only', './s#a', './t#a'], { cwd })).toMatchObject({ code: 4 })
  expect(await contentsOf(folder.at('s'))).toEqual({ a: 'new' })
  expect(await contentsOf(folder.at('t'))).toEqual({ a: 'old' })
})

it('tells what is not there', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { ab: '1' })
  for (const to of ['./s#b', './t#b']) {
    expect(await run(['mv', './s#a', to], { cwd })).toMatchObject({ code: 3 })
  }
})

it('knows one store also through views of it, each with a prefix of its own', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { 'a/x': '1', 'a/b/y': '2' })
  const file = { storageType: 'file', basePath: folder.at('s') }
  const profiles = {
    outer: { ...file, layers: [{ prefix: 'a' }] },
    inner: { ...file, layers: [{ prefix: 'a/b' }] },
  }
  const path = folder.at('profiles.json')
  await writeFile(path, JSON.stringify({ profiles }))
  const options = { cwd: folder.path, env: { AOS_STORAGE_CONFIG: path } }
  for (const args of [
    ['sync', '--delete', '--yes', 'inner:', 'outer:'],
    ['cp', '-r', 'outer:', 'inner:'],
    ['mv', '-r', 'outer:', 'inner:'],
    ['mv', 'inner:y', 'outer:b/y'],
  ]) {
    expect(await run(args, options)).toMatchObject({ code: 2 })
  }
  expect(await contentsOf(folder.at('s'))).toEqual({ 'a/x': '1', 'a/b/y': '2' })
})
