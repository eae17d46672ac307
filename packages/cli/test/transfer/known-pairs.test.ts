import { hash } from 'node:crypto'
import { chmod, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { KnownPairsFile } from '../../src/transfer/known-pairs.ts'
import { temporaryFolder } from '../support/run.ts'

const pair = (at: number): string => hash('sha256', `${at}`, 'hex').slice(0, 32)
const all = { isAll: true }

async function fileIn(cache: string): Promise<string> {
  const [name, ...others] = await readdir(join(cache, 'pairs'))
  expect(others).toEqual([])
  return join(cache, 'pairs', name!)
}

it('keeps from run to run what was met, of each sync by itself, for its user alone', async () => {
  await using folder = await temporaryFolder()
  const cache = folder.at('deep', 'cache')
  const first = await KnownPairsFile.open(cache, ['a', 'b'])
  expect(first.has(pair(1))).toBe(false)
  for (let at = 0; at < 10_000; at++) first.add(pair(at))
  await first.keep(all)
  if (process.platform !== 'win32') {
    expect((await stat(await fileIn(cache))).mode & 0o777).toBe(0o600)
    expect((await stat(join(cache, 'pairs'))).mode & 0o777).toBe(0o700)
  }
  const second = await KnownPairsFile.open(cache, ['a', 'b'])
  expect([0, 9999, 10_000].map((at) => second.has(pair(at)))).toEqual([true, true, false])
  expect((await KnownPairsFile.open(cache, ['a', 'c'])).has(pair(0))).toBe(false)
  // Cut short, nothing is forgotten; at its end, what was not met is.
  await second.keep({ isAll: false })
  const third = await KnownPairsFile.open(cache, ['a', 'b'])
  expect([1, 0, 9999].map((at) => third.has(pair(at)))).toEqual([true, true, true])
  await third.keep(all)
  const fourth = await KnownPairsFile.open(cache, ['a', 'b'])
  expect([0, 1, 2, 9999].map((at) => fourth.has(pair(at)))).toEqual([true, true, false, true])
})

it('begins anew where its file is damaged, and goes without where none can be', async () => {
  await using folder = await temporaryFolder()
  const cache = folder.at('cache')
  const first = await KnownPairsFile.open(cache, 'x')
  for (let at = 0; at < 100; at++) first.add(pair(at))
  await first.keep(all)
  const path = await fileIn(cache)
  const whole = await readFile(path)
  await truncate(path, whole.byteLength - 8)
  const cut = await KnownPairsFile.open(cache, 'x')
  const known = Array.from({ length: 101 }, (_, at) => cut.has(pair(at)))
  expect(known.filter(Boolean).length).toBe(99)
  await writeFile(path, Buffer.concat([Buffer.from('x'), whole.subarray(1)]))
  expect((await KnownPairsFile.open(cache, 'x')).has(pair(1))).toBe(false)
  await writeFile(folder.at('file'), '')
  const nowhere = await KnownPairsFile.open(folder.at('file'), 'x')
  nowhere.add(pair(1))
  await nowhere.keep(all)
  if (process.getuid?.() === 0) return
  await chmod(path, 0o000)
  expect((await KnownPairsFile.open(cache, 'x')).has(pair(1))).toBe(false)
})

it('leaves the files of the last 64 syncs', async () => {
  await using folder = await temporaryFolder()
  const cache = folder.at('cache')
  for (let at = 0; at < 66; at++) {
    const known = await KnownPairsFile.open(cache, at)
    known.add(pair(at))
    await known.keep(all)
  }
  expect((await readdir(join(cache, 'pairs'))).length).toBe(64)
  expect((await KnownPairsFile.open(cache, 65)).has(pair(65))).toBe(true)
})
