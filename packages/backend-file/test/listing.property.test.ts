/** Listings against a model: any keys, prefix, delimiter, position, page size and memory window. */
import { compareKeys, type ListOptions } from '@aos-storage/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nodeFileSystem } from '../src/file-system.ts'
import { BaseFolder } from '../src/folder.ts'
import type { FileStorageBackend } from '../src/index.ts'
import { Walk } from '../src/walk.ts'
import { legalKey } from './support/key-arbitrary.ts'
import { allKeys, openStore, put, types } from './support/open.ts'
import { dropFiles } from './support/tree.ts'
import { watchedFileSystem } from './support/watched-file-system.ts'

const runs = Number(process.env['AOS_PROPERTY_RUNS'] ?? 60)

/** What a listing shows, objects as keys and prefixes as they are, in order. */
function modelOf(keys: readonly string[], options: ListOptions): string[] {
  const { prefix = '', delimiter, startAfter = '' } = options
  const shown = keys
    .filter((key) => key.startsWith(prefix) && compareKeys(key, startAfter) > 0)
    .map((key) => {
      const at = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length)
      return at === -1 ? key : key.slice(0, at + delimiter!.length)
    })
  return [...new Set(shown)].sort(compareKeys)
}

async function listedOf(store: FileStorageBackend, options: ListOptions): Promise<string[]> {
  const shown: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ ...options, cursor })
    const entries = [...page.objects.map(({ key }) => key), ...page.prefixes].sort(compareKeys)
    if (options.limit !== undefined) expect(entries.length).toBeLessThanOrEqual(options.limit)
    shown.push(...entries)
    cursor = page.cursor
  } while (cursor !== undefined)
  return shown
}

/** Keys that meet in folders: few segments, many of them shared. */
const nestedKey = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      'a.json',
      'A',
      'a-',
      'a0',
      'é',
      '漢',
      '😀',
      '\uffee',
      'x'.repeat(300),
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((segments) => segments.join('/'))
  .filter((key) => Buffer.byteLength(key) <= 1024)
const someKeys = fc.uniqueArray(fc.oneof(nestedKey, legalKey), { minLength: 0, maxLength: 25 })

const listOptions = (keys: readonly string[]): fc.Arbitrary<ListOptions> => {
  const near = fc
    .tuple(fc.constantFrom('', ...keys), fc.nat(12), fc.constantFrom('', '/', 'a', '\uffff'))
    .map(([key, end, more]) => (key.slice(0, end) + more).toWellFormed())
  return fc.record(
    {
      prefix: near,
      startAfter: fc.oneof(near, fc.constantFrom('', ...keys)),
      delimiter: fc.constantFrom('/', 'a', '.json', '-'),
      limit: fc.integer({ min: 1, max: 7 }),
      fields: fc.constantFrom('all', 'key'),
    },
    { requiredKeys: [] },
  )
}

async function fill(store: FileStorageBackend, keys: readonly string[]): Promise<void> {
  const forms = Object.values(types)
  for (const [at, key] of keys.entries()) {
    await put(store, key, key, { contentType: forms[at % forms.length]! })
  }
}

describe('a listing', { timeout: 60_000 }, () => {
  it('shows what the model shows, whatever is asked for', async () => {
    await fc.assert(
      fc.asyncProperty(someKeys, fc.gen(), async (keys, gen) => {
        const store = await openStore({ durability: 'none' })
        await fill(store, keys)
        for (let at = 0; at < 6; at++) {
          const options = gen(listOptions, keys)
          expect(await listedOf(store, options), `with ${JSON.stringify(options)}`).toEqual(
            modelOf(keys, options),
          )
        }
        await store.close()
      }),
      { numRuns: runs },
    )
  })

  it('is the same through a window of any size', async () => {
    await fc.assert(
      fc.asyncProperty(
        someKeys,
        fc.integer({ min: 1, max: 200 }),
        fc.gen(),
        async (keys, window, gen) => {
          const store = await openStore({ durability: 'none' })
          await fill(store, keys)
          dropFiles(store.basePath, { 'dropped.json': '{}', 'Dropped Too/x.md': 'x' })
          const base = new BaseFolder(nodeFileSystem, store.basePath)
          const all = [
            ...keys.filter((key) => !key.startsWith('dropped')),
            'dropped',
            'Dropped Too/x.md',
          ]
          const { prefix = '', startAfter = '', delimiter } = gen(listOptions, all)
          const scope = {
            prefix,
            after: startAfter,
            isAfterPrefix: false,
            isShallow: delimiter === '/',
          }
          const through = async (windowBytes: number): Promise<unknown[]> => {
            const shown: unknown[] = []
            for await (const run of new Walk(nodeFileSystem, base, windowBytes).runs(scope))
              shown.push(...run)
            return shown
          }
          expect(await through(window)).toEqual(await through(1_000_000))
          await store.close()
        },
      ),
      { numRuns: runs },
    )
  })

  it('has pages of every size, and more of them under way than walks are kept', async () => {
    const store = await openStore({ durability: 'none' })
    const keys = Array.from({ length: 40 }, (_, at) => (at % 3 === 0 ? `f${at}/x` : `k${at}`))
    await fill(store, keys)
    const model = keys.toSorted(compareKeys)
    const listings = await Promise.all(
      Array.from({ length: 42 }, (_, at) => listedOf(store, { limit: at + 1 })),
    )
    for (const listed of listings) expect(listed).toEqual(model)
  })

  it('below a prefix reads no folder beside it', async () => {
    const read: string[] = []
    const fileSystem = watchedFileSystem((call, proceed) => {
      if (call.name === 'readdir') read.push(call.path)
      return proceed()
    })
    const store = await openStore({ durability: 'none', fileSystem })
    for (let at = 0; at < 30; at++) await put(store, `folder-${at}/sub/key`, 'x')
    const at = (path: string): string => `${store.basePath}/${path}`
    const readOf = async (options: ListOptions): Promise<string[]> => {
      read.length = 0
      await store.list(options)
      return read
    }
    expect(await readOf({ prefix: 'folder-7/' })).toEqual([at('folder-7/'), at('folder-7/sub/')])
    expect(await readOf({ prefix: 'folder-7/sub/k' })).toEqual([at('folder-7/sub/')])
    expect(await readOf({ prefix: 'nothing/here/' })).toEqual([])
    expect(await readOf({ prefix: 'folder-29' })).toEqual([
      at(''),
      at('folder-29/'),
      at('folder-29/sub/'),
    ])
    // The folder of the position itself, and what comes behind it.
    expect(await readOf({ startAfter: 'folder-8/zzz' })).toEqual([
      at(''),
      at('folder-8/'),
      at('folder-9/'),
      at('folder-9/sub/'),
    ])
    expect(await readOf({ prefix: 'folder-7/', delimiter: '/' })).toEqual([
      at('folder-7/'),
      at('folder-7/sub/'),
    ])
    // A page does not read the whole store.
    expect((await readOf({ limit: 1 })).length).toBeLessThan(10)
  })

  it('of an empty store, of an empty folder and of a strange prefix is empty', async () => {
    const store = await openStore()
    dropFiles(store.basePath, { 'empty/.keep': '' })
    for (const prefix of ['', 'empty/', '/', '//', '../', './', 'a//b', '..', 'x'.repeat(1024)]) {
      const page = await store.list({ prefix, delimiter: '/' })
      expect(page).toEqual({ objects: [], prefixes: [], cursor: undefined })
      expect(await allKeys(store, { prefix })).toEqual([])
    }
  })
})
