import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { checksum, StorageManager } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { errorOf } from '../support/error-line.ts'
import { run, temporaryFolder } from '../support/run.ts'
import { checkedRecords } from '../support/schema.ts'

it('reads everything, and is content with what is whole', async () => {
  await using folder = await temporaryFolder()
  await using store = await StorageManager.open({ storageType: 'file', basePath: folder.path })
  await store.save('a/b', new Uint8Array(300_000))
  await store.save('a', 'x')
  const cwd = folder.path
  const result = await run(['verify', '--json', '.'], { cwd })
  expect(result.code).toBe(0)
  expect(checkedRecords('verify', result)).toEqual([
    { kind: 'summary', prefix: '', objects: 2, bytes: 300_001, damaged: 0, ok: true },
  ])
  const below = await run(['verify', './#a'], { cwd })
  expect(below.lines).toEqual(['2 objects read, 293 KiB; no damage'])
})

it('finds files that were cut, which no reader would meet', async () => {
  await using folder = await temporaryFolder()
  await writeFile(folder.at('torn.json'), '{"half":')
  const result = await run(['verify', '--json', '.'], { cwd: folder.path })
  expect(result.code).toBe(5)
  expect(checkedRecords('verify', result)).toMatchObject([
    { kind: 'damaged', finding: 'torn', key: 'torn', path: 'torn.json' },
    { kind: 'summary', damaged: 1, ok: false },
  ])
  expect(errorOf(result)).toMatchObject({ exitCode: 5 })
})

it('finds what checksums of a profile tell, and goes on to the others', async () => {
  await using folder = await temporaryFolder()
  const basePath = folder.at('s')
  await using store = await StorageManager.open(
    { storageType: 'file', basePath },
    { layers: [checksum()] },
  )
  for (const key of ['a', 'b', 'c']) await store.save(key, new Uint8Array(1000).fill(1))
  const { path } = { path: folder.at('s', 'b.aos') }
  const bytes = await readFile(path)
  bytes[bytes.length - 1] = 2
  await writeFile(path, bytes)
  const profile = { storageType: 'file', basePath, layers: [{ checksum: {} }] }
  await writeFile(folder.at('p.json'), JSON.stringify({ profiles: { here: profile } }))
  const args = ['verify', '--json', '--config', folder.at('p.json'), 'here:']
  const result = await run(args)
  expect(result.code).toBe(5)
  expect(checkedRecords('verify', result)).toMatchObject([
    { kind: 'damaged', finding: 'CORRUPT', key: 'b' },
    { kind: 'summary', objects: 3, damaged: 1 },
  ])
})

it('tells what two stores differ in, by keys behind both locations', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.at('one'))
  await using one = await StorageManager.open({ storageType: 'file', basePath: folder.at('one') })
  await using two = await StorageManager.open({ storageType: 'file', basePath: folder.at('two') })
  for (const [key, value] of [
    ['x/same', 'same'],
    ['x/size', 'long'],
    ['x/bytes', 'abc'],
    ['x/gone', '1'],
  ]) {
    await one.save(key!, value)
  }
  for (const [key, value] of [
    ['y/z/same', 'same'],
    ['y/z/size', 'longer'],
    ['y/z/bytes', 'abd'],
    ['y/z/more', '1'],
  ]) {
    await two.save(key!, value)
  }
  const cwd = folder.path
  const result = await run(['verify', '--json', './one#x', './two#y/z/'], { cwd })
  expect(result.code).toBe(5)
  expect(checkedRecords('verify', result)).toMatchObject([
    { kind: 'different', key: 'bytes', message: expect.stringContaining('SHA-256') },
    { kind: 'missing', key: 'gone' },
    { kind: 'extra', key: 'more' },
    { kind: 'different', key: 'size', message: '4 bytes, and 6' },
    { kind: 'summary', same: 1, missing: 1, extra: 1, different: 2, ok: false },
  ])
  const same = await run(['verify', './one', './one'], { cwd })
  expect(same.code).toBe(0)
  expect(same.lines).toEqual([
    '4 objects the same (12 B compared), 0 missing, 0 extra, 0 different',
  ])
})

it('does not pass where nothing is, nor when its reader goes before the end', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  for (const name of ['one', 'two']) {
    await using store = await StorageManager.open({
      storageType: 'file',
      basePath: folder.at(name),
    })
    for (const key of ['a', 'b']) await store.save(`${name}/${key}`, key)
  }
  expect((await run(['verify', './one#misspelt'], { cwd })).code).toBe(3)
  expect((await run(['verify', './one#misspelt', './two#misspelt'], { cwd })).code).toBe(3)
  const cut = await run(['verify', './one', './two'], { cwd, stdoutWritesMax: 1 })
  expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining('not all was checked') })
})
