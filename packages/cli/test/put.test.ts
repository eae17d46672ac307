import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { run, temporaryFolder } from './support/run.ts'
import { checkedRecords } from './support/schema.ts'
import { contentsOf, fill, openFolder } from './support/stores.ts'

it('puts a file under its name, or under the key that is given, with its type', async () => {
  await using folder = await temporaryFolder()
  await writeFile(folder.at('a.json'), '{"a":1}')
  const cwd = folder.path
  const first = await run(['put', 'a.json', './s#x/', '--json'], { cwd })
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(checkedRecords('put', first)[0]).toMatchObject({ kind: 'put', key: 'x/a.json', size: 7 })
  expect((await run(['put', 'a.json', './s#y', '--metadata', 'n=1=2'], { cwd })).code).toBe(0)
  await using store = openFolder(folder.at('s'))
  expect(await store.load('x/a.json')).toEqual({ a: 1 })
  expect(await store.stat('y')).toMatchObject({
    contentType: 'application/json',
    metadata: { n: '1=2' },
  })
})

it('puts standard input, also more of it than fits in memory at once', async () => {
  await using folder = await temporaryFolder()
  const chunk = new Uint8Array(1024 ** 2).fill(7)
  async function* stdin(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < 5; at++) yield chunk
  }
  const args = ['put', '-', './s#in', '--json', '--content-type', 'text/plain']
  const result = await run(args, { cwd: folder.path, stdin: stdin() })
  expect(result.code).toBe(0)
  expect(checkedRecords('put', result)[0]).toMatchObject({ path: '-', size: 5 * 1024 ** 2 })
  await using store = openFolder(folder.at('s'))
  expect((await store.stat('in')).contentType).toBe('text/plain')
})

it('leaves the old object where standard input breaks off', async () => {
  await using folder = await temporaryFolder()
  await fill(folder.at('s'), { in: 'old' })
  async function* stdin(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(2 * 1024 ** 2)
    throw Object.assign(new Error('read EIO'), { code: 'EIO' })
  }
  const result = await run(['put', '-', './s#in'], { cwd: folder.path, stdin: stdin() })
  expect(result).toMatchObject({ code: 1, stderr: expect.stringContaining('the disk reports') })
  expect(await contentsOf(folder.at('s'))).toEqual({ in: 'old' })
})

it('puts what is below a folder, tells links, and leaves out what is excluded', async () => {
  await using folder = await temporaryFolder()
  await mkdir(folder.at('d', 'sub'), { recursive: true })
  await writeFile(folder.at('d', 'a.txt'), 'a')
  await writeFile(folder.at('d', 'sub', 'b.txt'), 'b')
  await writeFile(folder.at('d', 'sub', 'c.tmp'), 'c')
  await symlink('/etc/passwd', folder.at('d', 'link'))
  const args = ['put', '-r', './d', './s#p', '--exclude', '**/*.tmp']
  const dry = await run([...args, '--dry-run', '--json'], { cwd: folder.path })
  expect(new Set(checkedRecords('put', dry).map(({ kind }) => kind))).toEqual(
    new Set(['would-put', 'skipped', 'summary']),
  )
  expect(await contentsOf(folder.at('s'))).toEqual({})
  const result = await run(args, { cwd: folder.path })
  expect(result).toMatchObject({ code: 0, stdout: '' })
  expect(result.stderr).toContain('links are not followed')
  expect(result.stderr).toContain('Put 2 objects, 2 B, 1 skipped')
  expect(await contentsOf(folder.at('s'))).toEqual({ 'p/a.txt': 'a', 'p/sub/b.txt': 'b' })
})

it('goes on after a failure, tells it, and exits with 6', async () => {
  await using folder = await temporaryFolder()
  await writeFile(folder.at('a'), 'a')
  const result = await run(['put', 'a', 'missing', './s#p/'], { cwd: folder.path })
  expect(result).toMatchObject({ code: 6 })
  // Named once, by who knows why.
  expect(result.stderr).toMatch(/^aos-storage: missing: there is no such file or folder$/m)
  expect(await contentsOf(folder.at('s'))).toEqual({ 'p/a': 'a' })
  expect((await run(['put', 'missing', './s#p/'], { cwd: folder.path })).code).toBe(3)
})

it('honours conditions', async () => {
  await using folder = await temporaryFolder()
  const cwd = folder.path
  await writeFile(folder.at('a'), 'new')
  await fill(folder.at('s'), { k: 'old' })
  expect(await run(['put', 'a', './s#k', '--create-only'], { cwd })).toMatchObject({ code: 4 })
  expect(await run(['put', 'a', './s#k', '--if-match', 'other'], { cwd })).toMatchObject({
    code: 4,
  })
  expect(await contentsOf(folder.at('s'))).toEqual({ k: 'old' })
  const { etag } = (await run(['stat', './s#k', '--json'], { cwd })).records<{ etag: string }>()[0]!
  expect(await run(['put', 'a', './s#k', '--if-match', etag], { cwd })).toMatchObject({ code: 0 })
  expect(await contentsOf(folder.at('s'))).toEqual({ k: 'new' })
})

it.each([
  [['put', 'a'], 'needs files and a location'],
  [['put', 'a', 'b', './s#p'], 'ends with a slash'],
  [['put', '-r', 'a', 'b', './s#p/'], 'below one folder'],
  [['put', 'a', './s#k', '--metadata', 'x'], 'name=value'],
  [['put', 'a', './s#k', '--include', '*'], '--recursive'],
  [['put', '-r', '.', './s#k'], 'lies within the folder'],
])('refuses %j', async (args, message) => {
  await using folder = await temporaryFolder()
  await writeFile(folder.at('a'), 'a')
  const { code, stderr } = await run(args, { cwd: folder.path })
  expect(stderr).toContain(message)
  expect(code).toBe(2)
})
