/** The data folder: only what a playground made is ever removed. */
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { UsageError } from '../../src/server/arguments.ts'
import { DataFolder } from '../../src/server/data-folder.ts'

const ownNames = ['objects']
const keep = { isReset: false, ownNames }
const reset = { isReset: true, ownNames }
let base: string
let path: string

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'aos data '))
  path = join(base, 'playground')
})
afterEach(() => rm(base, { recursive: true, force: true }))

it('is made with its mark, for its owner alone', async () => {
  using _ = await DataFolder.open(path, keep)
  expect(await readdir(path)).toEqual(['playground.json', 'playground.lock'])
  expect((await stat(path)).mode & 0o777).toBe(0o700)
  for (const name of await readdir(path)) {
    expect((await stat(join(path, name))).mode & 0o777).toBe(0o600)
  }
})

it('remembers the samples that were laid', async () => {
  const folder = await DataFolder.open(path, keep)
  expect(folder.hasSamplesOf('objects')).toBe(false)
  await folder.rememberSamplesOf('objects')
  folder[Symbol.dispose]()
  using again = await DataFolder.open(path, keep)
  expect(again.hasSamplesOf('objects')).toBe(true)
})

it('loses all objects when it is reset', async () => {
  const folder = await DataFolder.open(path, keep)
  await folder.rememberSamplesOf('objects')
  await mkdir(join(path, 'objects', 'deep'), { recursive: true })
  await writeFile(join(path, 'objects', 'deep', 'a.json'), '{}')
  folder[Symbol.dispose]()
  using again = await DataFolder.open(path, reset)
  expect(await readdir(path)).toEqual(['playground.json', 'playground.lock'])
  expect(again.hasSamplesOf('objects')).toBe(false)
})

it('keeps, when it is reset, what no playground made', async () => {
  const folder = await DataFolder.open(path, keep)
  folder[Symbol.dispose]()
  await mkdir(join(path, 'objects'))
  await mkdir(join(path, 'thesis'))
  await writeFile(join(path, 'thesis', 'text'), 'years of work')
  using _ = await DataFolder.open(path, reset)
  expect((await readdir(path)).toSorted()).toEqual(['playground.json', 'playground.lock', 'thesis'])
  expect(await readFile(join(path, 'thesis', 'text'), 'utf8')).toBe('years of work')
})

it('is opened again after a first start that was cut short', async () => {
  await mkdir(path)
  await writeFile(join(path, 'playground.json.new'), '{"pl')
  await writeFile(join(path, 'playground.lock'), '')
  using _ = await DataFolder.open(path, keep)
  expect(await readdir(path)).toEqual(['playground.json', 'playground.lock'])
})

it.each([keep, reset])('is had by one playground at a time (%o)', async (how) => {
  const folder = await DataFolder.open(path, keep)
  await mkdir(join(path, 'objects'))
  await expect(DataFolder.open(path, how)).rejects.toThrow('another playground runs on')
  expect(await readdir(path)).toContain('objects')
  folder[Symbol.dispose]()
  using _ = await DataFolder.open(path, how)
})

it('locks no file that it did not make', async () => {
  await mkdir(path)
  const outside = join(base, 'outside')
  await symlink(outside, join(path, 'playground.lock'))
  await expect(DataFolder.open(path, keep)).rejects.toThrow(/cannot be opened .ELOOP/)
  await expect(stat(outside)).rejects.toThrow('ENOENT')
  await rm(join(path, 'playground.lock'))
  await writeFile(join(path, 'playground.lock'), 'years of work')
  await expect(DataFolder.open(path, keep)).rejects.toThrow('no playground made it')
})

it.each([keep, reset])('refuses a folder that no playground made (%o)', async (how) => {
  await mkdir(path)
  await writeFile(join(path, 'thesis.txt'), 'years of work')
  await expect(DataFolder.open(path, how)).rejects.toThrow(UsageError)
  expect(await readFile(join(path, 'thesis.txt'), 'utf8')).toBe('years of work')
  expect(await readdir(path)).toEqual(['thesis.txt'])
})

it.each(['', 'null', '{"playground":2,"samples":[]}', '{"playground":1}'])(
  'refuses, and does not empty, one whose mark is %j',
  async (mark) => {
    await mkdir(path)
    await writeFile(join(path, 'playground.json'), mark)
    await writeFile(join(path, 'a.txt'), 'data')
    await expect(DataFolder.open(path, reset)).rejects.toThrow('another one with --data')
    expect(await readFile(join(path, 'a.txt'), 'utf8')).toBe('data')
  },
)

it('says so when it cannot be made', async () => {
  await writeFile(path, 'a file')
  await expect(DataFolder.open(join(path, 'below'), keep)).rejects.toThrow(UsageError)
})
