/** Files and folders that a person dropped into the store are objects like any other. */
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compareKeys } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FileStorageBackend } from '../src/index.ts'
import { encodeKey, fileName } from '../src/names/paths.ts'
import { allKeys, openStore, put, readText, types } from './support/open.ts'
import { dropFiles, filesOf } from './support/tree.ts'

/** Dropped path -> the key that it is, and its content type. */
const dropped: Readonly<Record<string, readonly [key: string, contentType: string]>> = {
  'report.json': ['report', types.json],
  'notes.txt': ['notes', types.txt],
  'photo.png': ['photo.png', 'image/png'],
  'README.md': ['README.md', 'text/markdown'],
  'My File.PDF': ['My File.PDF', types.bin],
  Makefile: ['Makefile', types.bin],
  'model.pkl': ['model.pkl', types.bin],
  plain: ['plain', types.bin],
  'Report 2.json': ['Report 2', types.json],
  'Ünïcode.txt': ['Ünïcode', types.txt],
  'e\u0301.txt': ['e\u0301', types.txt],
  'a%20b.txt': ['a%20b', types.txt],
  '100%.json': ['100%', types.json],
  '%zz.bin': ['%zz', types.bin],
  '%41.txt': ['%41', types.txt],
  '%C3%A9.txt': ['%C3%A9', types.txt],
  '^a.txt': ['^a', types.txt],
  'x^1.txt': ['x^1', types.txt],
  'CON.txt': ['CON', types.txt],
  'con.json': ['con', types.json],
  'dot.': ['dot.', types.bin],
  'space ': ['space ', types.bin],
  'ends.AOS': ['ends.AOS', types.bin],
  'photo.PNG': ['photo.PNG', types.bin],
  'Photo.png': ['Photo.png', 'image/png'],
  'a.tar.gz': ['a.tar.gz', 'application/gzip'],
  'Docs/Plan.json': ['Docs/Plan', types.json],
  'Docs/plan.json': ['Docs/plan', types.json],
  'Docs/Deep Er/x.md': ['Docs/Deep Er/x.md', 'text/markdown'],
  'site.json/index.html': ['site.json/index.html', 'text/html'],
  'site.json/data.json': ['site.json/data', types.json],
  'x%+/y.txt': ['x%+/y', types.txt],
  'x%+/sub/z.txt': ['x%+/sub/z', types.txt],
  '%2e%2e/up.txt': ['%2e%2e/up', types.txt],
  'new.aos/inner.txt': ['new.aos/inner', types.txt],
}

/** What a save fails with when something foreign is in its way at `path`. */
function conflictAt(path: string): object {
  const message = expect.stringContaining(`move away ${path}`) as string
  return { code: 'CONFLICT', retryable: 'no', message }
}

describe('dropped files', () => {
  it.each(Object.entries(dropped))(
    '%s is the key and type %j',
    async (path, [key, contentType]) => {
      const store = await openStore({ durability: 'none' })
      dropFiles(store.basePath, { [path]: 'dropped' })
      const { objects } = await store.list()
      expect(objects.map((object) => object.key)).toEqual([key])
      const info = await store.stat(key)
      expect(info).toEqual(objects[0])
      expect(info).toMatchObject({ key, contentType, size: 7, metadata: {} })
      expect(await readText(store, key)).toBe('dropped')
      expect(store.pathOf(key)).toBe(join(store.basePath, path))
      expect((await store.verify()).findings.filter(({ kind }) => kind !== 'torn')).toEqual([])
      // Listed below its prefix, too.
      expect(await allKeys(store, { prefix: key })).toEqual([key])
      expect(await allKeys(store, { prefix: key.slice(0, key.lastIndexOf('/') + 1) })).toEqual([
        key,
      ])
      // A condition holds against the dropped version.
      await expect(put(store, key, 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
        code: 'ALREADY_EXISTS',
      })
      await store.copy(key, 'copied')
      expect(await store.stat('copied')).toMatchObject({ contentType, size: 7 })
      await store.delete('copied')
      for (const type of [types.other, types.json, types.bin]) {
        await put(store, key, type, { contentType: type })
        expect(await readText(store, key)).toBe(type)
        expect(await allKeys(store)).toEqual([key])
        expect(filesOf(store.basePath)).toHaveLength(1)
      }
      dropFiles(store.basePath, { [path]: 'again' })
      await store.delete(key)
      await expect(store.stat(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
      expect(await allKeys(store)).toEqual([])
      expect(filesOf(store.basePath)).toEqual([])
    },
  )

  it('lie side by side, each its own object', async () => {
    const store = await openStore()
    const files = Object.fromEntries(Object.keys(dropped).map((path) => [path, path]))
    dropFiles(store.basePath, files)
    const keys = Object.values(dropped).map(([key]) => key)
    expect(await allKeys(store)).toEqual(keys.toSorted(compareKeys))
    for (const [path, [key]] of Object.entries(dropped))
      expect(await readText(store, key)).toBe(path)
  })

  it('make way for a folder of their name and keep their etag', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { model: 'weights', 'Model B': 'more' })
    const before = await store.stat('model')
    await put(store, 'model/x', 'x')
    await put(store, 'Model B/x', 'x')
    expect(await allKeys(store)).toEqual(['Model B', 'Model B/x', 'model', 'model/x'])
    expect(await store.stat('model')).toEqual(before)
    expect(await readText(store, 'model')).toBe('weights')
    expect(await readText(store, 'Model B')).toBe('more')
  })

  it('that are a second file of a key do not hide the object, and go with it', async () => {
    const store = await openStore()
    await put(store, 'key', 'ours')
    dropFiles(store.basePath, { 'key.json': '"dropped"', key: 'dropped too' })
    // JSON ranks first, for every reader: so it is the object from now on.
    expect(await readText(store, 'key')).toBe('"dropped"')
    expect(await allKeys(store)).toEqual(['key'])
    const { findings } = await store.verify()
    expect(findings.map(({ kind, path }) => `${kind} ${path}`).sort()).toEqual([
      'shadowed key',
      'shadowed key.bin',
    ])
    await put(store, 'key', 'new', { contentType: types.txt })
    expect(filesOf(store.basePath)).toEqual(['key.txt'])
  })

  it('in an empty folder where a file belongs do not stop a write for ever', async () => {
    const store = await openStore()
    mkdirSync(join(store.basePath, 'key.json'))
    const failure = await put(store, 'key', '{}', { contentType: types.json }).catch(
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      code: 'CONFLICT',
      retryable: 'no',
      message: expect.stringMatching(/move away .*key\.json/) as string,
    })
    expect(await allKeys(store)).toEqual([])
    await put(store, 'key', 'x')
    expect(await readText(store, 'key')).toBe('x')
  })

  it('in a folder where a file belongs are told; the object stays in its other form', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { 'x.bin/a': '1', 'x.json': '1' })
    const old = await store.stat('x')
    await expect(put(store, 'x', 'new')).rejects.toMatchObject(
      conflictAt(join(store.basePath, 'x.bin')),
    )
    expect(await store.stat('x')).toEqual(old)
    expect(await allKeys(store)).toEqual(['x', 'x.bin/a'])
    await put(store, 'x', '2', { contentType: types.json })
    expect(await readText(store, 'x')).toBe('2')
  })

  it('leave no empty folder in the way when they are replaced', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { 'site.json/index.html': 'old' })
    await put(store, 'site.json/index.html', 'new', { contentType: 'text/html' })
    expect(existsSync(join(store.basePath, 'site.json'))).toBe(false)
    await put(store, 'site', '{}', { contentType: types.json })
    expect(await allKeys(store)).toEqual(['site', 'site.json/index.html'])
  })
})

describe('hidden files', () => {
  it('are nobody’s: not listed, not read, not touched', async () => {
    const store = await openStore()
    const hidden = { '.DS_Store': 'x', '.git/HEAD': 'ref', '.nfs123': 'x', 'a/.hidden.json': '{}' }
    dropFiles(store.basePath, hidden)
    await put(store, 'a/b', 'x')
    expect(await allKeys(store)).toEqual(['a/b'])
    for (const key of [
      '.DS_Store',
      '.git/HEAD',
      'a/.hidden',
      'a/.hidden.json',
      '.aos/format.json',
    ]) {
      await expect(store.read(key)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    }
    // Keys of the same names live beside them.
    for (const key of ['.DS_Store', '.git/HEAD', '.aos/format', '.aos/lock'])
      await put(store, key, key)
    for (const key of ['.DS_Store', '.git/HEAD', '.aos/format', '.aos/lock']) {
      expect(await readText(store, key)).toBe(key)
      await store.delete(key)
    }
    await store.delete('a/b')
    for (const [path, text] of Object.entries(hidden)) {
      expect(readFileSync(join(store.basePath, path), 'utf8')).toBe(text)
    }
    const { findings, ok } = await store.verify()
    expect(ok).toBe(true)
    expect(findings.map(({ kind }) => kind)).toEqual(Array(4).fill('foreign'))
  })
})

const nameParts = [
  ...['a', 'A', 'b', 'con', 'é', '😀', '%', '^', '%41', '%2e', '%61', '^A', '%+', '%25', ' ', '.'],
  ...[
    '.json',
    '.txt',
    '.bin',
    '.png',
    '.PNG',
    '.md',
    'x'.repeat(100),
    'x'.repeat(228),
    '漢'.repeat(76),
  ],
]
const foreignName = fc
  .array(fc.constantFrom(...nameParts), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join(''))
  .filter(
    (name) => Buffer.byteLength(name) <= 255 && !name.startsWith('.') && !name.endsWith('.aos'),
  )
const foreignPath = fc
  .array(foreignName, { minLength: 1, maxLength: 3 })
  .map((names) => names.join('/'))

/** Saves 'new'; false when a dropped folder stands where the file of the key belongs. */
async function putUnlessFolder(store: FileStorageBackend, key: string): Promise<boolean> {
  const path = encodeKey(key)
  const target = join(store.basePath, ...path.folders, fileName(path.stem, 'bin'))
  const isFolder = lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true
  if (!isFolder) await put(store, key, 'new')
  else await expect(put(store, key, 'new')).rejects.toMatchObject(conflictAt(target))
  return !isFolder
}

describe('whatever is dropped', () => {
  it(
    'what is listed is read, once each, in order; and the other way round',
    { timeout: 60_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(fc.uniqueArray(foreignPath, { maxLength: 12 }), async (paths) => {
          const store = await openStore({ durability: 'none' })
          for (const path of paths) {
            try {
              dropFiles(store.basePath, { [path]: path })
            } catch {
              // A name is a file here and a folder there.
            }
          }
          const keys = await allKeys(store)
          expect(keys).toEqual([...new Set(keys)].sort(compareKeys))
          const texts = new Set<string>()
          for (const key of keys) {
            const text = await readText(store, key)
            expect(texts.has(text), `"${key}" shares its file`).toBe(false)
            texts.add(text)
            expect(store.pathOf(key)).toBe(join(store.basePath, text))
          }
          expect((await store.verify()).objects).toBe(texts.size)
          for (const key of keys) {
            const old = await readText(store, key)
            const isSaved = await putUnlessFolder(store, key)
            expect(await readText(store, key)).toBe(isSaved ? 'new' : old)
          }
          expect(await allKeys(store)).toEqual(keys)
          for (const key of keys) expect(await store.delete(key)).toBe(true)
          expect(await allKeys(store)).toEqual([])
          await store.close()
        }),
        { numRuns: Number(process.env['AOS_PROPERTY_RUNS'] ?? 150) },
      )
    },
  )

  it('a key that is written is read, whatever was dropped before', async () => {
    const store = await openStore()
    writeFileSync(join(store.basePath, '%41'), 'literal')
    await put(store, 'A', 'ours')
    expect(await readText(store, 'A')).toBe('ours')
    expect(await readText(store, '%41')).toBe('literal')
  })
})
