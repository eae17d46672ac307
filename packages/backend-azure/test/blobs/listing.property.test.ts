/** Listings on Azurite against the memory backend: any keys, prefixes, delimiters and pages. */
import { type ListOptions, MemoryStorageBackend, type StorageBackend } from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newContainer } from '../support/container.ts'
import { put } from '../support/objects.ts'

const letters = [
  'a',
  'b',
  '/',
  '.',
  '\\',
  '-',
  '漢',
  '\ue000',
  '～',
  'Ａ',
  '😀',
  '\u{10fffd}',
  '.aos',
]
const text = fc
  .array(fc.constantFrom(...letters), { minLength: 1, maxLength: 5 })
  .map((all) => all.join(''))
const key = text
  .map((each) => each.replaceAll(/\/{2,}/g, '/').replaceAll(/^\/|\/$/g, ''))
  .filter((each) => each !== '' && !each.split('/').some((part) => part === '.' || part === '..'))

/** All entries in the order in which they came, over all pages. */
async function entriesOf(store: StorageBackend, options: ListOptions): Promise<string[]> {
  const entries: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ ...options, cursor })
    expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(options.limit!)
    for (const object of page.objects) entries.push(`${object.key} ${object.size}`)
    for (const prefix of page.prefixes) entries.push(`${prefix} rolled up`)
    cursor = page.cursor
  } while (cursor !== undefined)
  return entries.sort()
}

describeWithService('azurite', (service) => {
  it('give what memory gives', async () => {
    const container = await newContainer(service.url)
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.array(
          fc.record({
            prefix: fc.oneof(fc.constant(''), text),
            delimiter: fc.constantFrom('', '/', '/', '\\', 'a', '😀', '.a'),
            startAfter: fc.oneof(fc.constant(''), text),
            limit: fc.integer({ min: 1, max: 14 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (keys, run, listings) => {
          const store = container.open({ prefix: `run-${run}` })
          const memory = new MemoryStorageBackend()
          for (const each of [store, memory]) {
            await Promise.all(keys.map((name) => put(each, name, name)))
          }
          for (const options of listings) {
            expect(await entriesOf(store, options)).toEqual(await entriesOf(memory, options))
          }
          await store.deleteMany(keys)
          expect((await store.list()).objects).toEqual([])
          await store.close()
        },
      ),
      { numRuns: 40 },
    )
  }, 180_000)

  it('hide the place of coded names, and not the folder that it is in', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    await put(store, 'back\\slash', 'x')
    const roots = async (): Promise<readonly string[]> =>
      (await store.list({ delimiter: '/' })).prefixes
    expect(await roots()).toEqual([])
    await put(store, '.aos/mine', 'x')
    expect(await roots()).toEqual(['.aos/'])
    // What others put into that place is no key of ours.
    await container.client.getBlockBlobClient('.aos/k/theirs').uploadData(Buffer.from('x'))
    const { objects } = await store.list()
    expect(objects.map((object) => object.key)).toEqual(['.aos/mine', 'back\\slash'])
    expect((await store.list({ prefix: '.aos/k/' })).objects).toEqual([])
  })

  it('go on from a cursor with one request a page, and none for coded names', async () => {
    const container = await newContainer(service.url)
    const store = container.open()
    const keys = Array.from({ length: 30 }, (_, at) => `k/${String(at).padStart(2, '0')}`)
    await Promise.all(keys.map((name) => put(store, name, 'x')))
    const first = await store.list({ limit: 10 })
    const second = await store.list({ limit: 10, cursor: first.cursor })
    expect(first.objects.map((object) => object.key)).toEqual(keys.slice(0, 10))
    expect(second.objects.map((object) => object.key)).toEqual(keys.slice(10, 20))
    expect(Buffer.from(first.cursor!, 'base64url').toString()).toContain('plain')
  })
})
