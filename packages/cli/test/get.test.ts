import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { simulatedStore } from './support/services.ts'
import { fill, numbered } from './support/stores.ts'

it('gets an object to a file, into a folder, and to standard output', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await fill(folder.at('s'), { 'x/a': 'body' })
  const result = await run(['get', './s#x/a', 'f', '--json'], { cwd })
  expect(checkedRecords('get', result)[0]).toMatchObject({ kind: 'got', key: 'x/a', size: 4 })
  await mkdir(folder.at('d'))
  expect(await run(['get', './s#x/a', 'd'], { cwd })).toMatchObject({ code: 0, stderr: '' })
  expect(await run(['get', './s#x/a'], { cwd })).toMatchObject({ code: 0 })
  expect(await run(['get', './s#x/a', 'new/deep/'], { cwd })).toMatchObject({ code: 0 })
  for (const path of ['f', 'd/a', 'a', 'new/deep/a']) {
    expect(await readFile(folder.at(path), 'utf8')).toBe('body')
  }
  expect(await run(['get', './s#x/a', '-', '--json'], { cwd })).toMatchObject({ stdout: 'body' })
})

it('replaces a file whole, keeps its permissions, and follows a link that is named', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: 'new' })
  await writeFile(folder.at('f'), 'old')
  await chmod(folder.at('f'), 0o640)
  await symlink('f', folder.at('link'))
  expect((await run(['get', './s#a', 'link'], { cwd: folder.path })).code).toBe(0)
  expect(await readFile(folder.at('f'), 'utf8')).toBe('new')
  expect((await stat(folder.at('f'))).mode & 0o777).toBe(0o640)
  expect((await lstat(folder.at('link'))).isSymbolicLink()).toBe(true)
  const again = await run(['get', './s#a', 'f', '--create-only'], { cwd: folder.path })
  expect(again).toMatchObject({ code: 4, stderr: expect.stringContaining('exists already') })
})

it('puts no file where a folder stands, and none into that folder', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: 'body' })
  await mkdir(folder.at('d', 'a'), { recursive: true })
  const result = await run(['get', './s#a', 'd'], { cwd: folder.path })
  expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') })
  expect(await readdir(folder.at('d', 'a'))).toEqual([])
})

it('leaves what stood there, and nothing else, when it is interrupted amid a body', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: 'x'.repeat(4 * 1024 ** 2) })
  await mkdir(folder.at('d'))
  await writeFile(folder.at('d', 'f'), 'old')
  const stop = new AbortController()
  stop.abort(new Error('interrupted'))
  const result = await run(['get', './s#a', 'd/f'], { cwd: folder.path, signal: stop.signal })
  expect(result).toMatchObject({ code: 130 })
  expect(result.stderr).toContain("To go on:\n  aos-storage get './s#a' d/f")
  expect(await readdir(folder.at('d'))).toEqual(['f'])
  expect(await readFile(folder.at('d', 'f'), 'utf8')).toBe('old')
})

it('gets all below a prefix, byte for byte', async () => {
  await using folder = await temporaryFolder()
  const contents = numbered(40)
  await fill(folder.at('s'), { ...contents, other: 'x' })
  const result = await run(['get', '-r', './s#k', 'out', '--json'], { cwd: folder.path })
  expect(result.code).toBe(0)
  expect(checkedRecords('get', result).at(-1)).toMatchObject({ kind: 'summary', objects: 40 })
  expect((await readdir(folder.at('out'))).length).toBe(40)
  for (const [key, text] of Object.entries(contents)) {
    expect(await readFile(folder.at('out', key.slice(2)), 'utf8')).toBe(text)
  }
})

it('never writes outside of the folder: keys and links that lead out are refused', async () => {
  await using folder = await temporaryFolder()
  await using foreign = await simulatedStore(folder, {
    '../up': '1',
    '/top': '2',
    'a/../../up2': '3',
    './dot': '4',
    'a//b': '5',
    'fine/x': '6',
    'linked/x': '7',
    'file-link': '8',
  })
  await mkdir(folder.at('out'))
  await mkdir(folder.at('outside'))
  await writeFile(folder.at('outside', 'kept'), 'kept')
  await symlink(folder.at('outside'), folder.at('out', 'linked'))
  await symlink(folder.at('outside', 'kept'), folder.at('out', 'file-link'))
  const result = await run(['get', '-r', foreign.location, 'out'], {
    ...{ cwd: folder.path, env: foreign.env },
  })
  expect(result.code).toBe(6)
  expect(result.stderr).toContain('a link, which could lead out of the folder')
  expect(result.stderr.match(/no path below a folder/g)?.length).toBe(5)
  expect((await readdir(folder.at('out'))).sort()).toEqual(['file-link', 'fine', 'linked'])
  expect(await readdir(folder.at('outside'))).toEqual(['kept'])
  expect(await readFile(folder.at('outside', 'kept'), 'utf8')).toBe('kept')
})

it('tells a file and a folder of one name, and gets the rest', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { a: '1', 'a/b': '2', c: '3' })
  const args = ['get', '-r', './s#', 'out', '--concurrency', '1']
  const result = await run(args, { cwd: folder.path })
  expect(result).toMatchObject({ code: 6, stderr: expect.stringContaining('is no folder') })
  expect((await readdir(folder.at('out'))).sort()).toEqual(['a', 'c'])
})

it.each([
  [['get', '-r', './s#', '-'], 'go into a folder'],
  [['get', './s#x/', 'f'], 'names no object'],
  [['get', '-r', './s#', './s/out'], 'lies within the store'],
])('refuses %j', async (args, message) => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { 'x/a': '1' })
  const { code, stderr } = await run(args, { cwd: folder.path })
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})
