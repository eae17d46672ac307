/** Listings on the gateway against the memory backend: any keys, prefixes, delimiters and pages. */
import { PutObjectCommand } from '@aws-sdk/client-s3'
import {
  compareKeys,
  type ListOptions,
  MemoryStorageBackend,
  type StorageBackend,
} from '@aos-storage/core'
import { describeWithService } from '@aos-tooling/services/vitest'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newBucket } from '../support/bucket.ts'
import { put } from '../support/objects.ts'

const scratchLike = `.aos-scratch-${'0'.repeat(32)}`
const letters = ['a', 'b', '/', '.', '\\', '-', '+', ' ', '漢', '\ue000', '～', '😀', '\u{10ffff}']
const text = fc
  .array(fc.constantFrom(...letters, '.aos-', scratchLike), { minLength: 1, maxLength: 5 })
  .map((all) => all.join(''))
const key = text
  .map((each) => each.replaceAll(/\/{2,}/g, '/').replaceAll(/^\/|\/$/g, ''))
  .filter((each) => each !== '' && !each.split('/').some((part) => part === '.' || part === '..'))

/** All entries over all pages, whose own are in order. */
async function entriesOf(store: StorageBackend, options: ListOptions): Promise<string[]> {
  const entries: string[] = []
  let cursor: string | undefined
  do {
    const page = await store.list({ ...options, cursor })
    expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(options.limit!)
    const keys = page.objects.map(({ key }) => key)
    expect(keys).toEqual(keys.toSorted(compareKeys))
    expect(page.prefixes).toEqual(page.prefixes.toSorted(compareKeys))
    for (const object of page.objects) entries.push(`${object.key} ${object.size}`)
    for (const prefix of page.prefixes) entries.push(`${prefix} rolled up`)
    cursor = page.cursor
  } while (cursor !== undefined)
  return entries.sort()
}

describeWithService('rgw', (service) => {
  it('give what memory gives', async () => {
    const bucket = await newBucket(service.url)
    // One probe, whose scratch objects another store's listings are not to see.
    const { server } = await bucket.open()
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.array(
          fc.record({
            prefix: fc.oneof(fc.constant(''), text),
            delimiter: fc.constantFrom('', '/', '/', '\\', 'a', '😀', '.a', '-', ' ', '0 ', '/a'),
            startAfter: fc.oneof(fc.constant(''), text),
            limit: fc.integer({ min: 1, max: 14 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (keys, run, listings) => {
          const store = await bucket.open({ prefix: `run-${run}`, server })
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

  it('hide scratch objects, and what would be rolled up of them alone', async () => {
    const bucket = await newBucket(service.url)
    const store = await bucket.open()
    const Body = Buffer.from('on its way')
    // What a write that is under way has there.
    await bucket.client.send(new PutObjectCommand({ Bucket: bucket.name, Key: scratchLike, Body }))
    expect(await store.list()).toMatchObject({ objects: [], prefixes: [] })
    const rolledUp = async (): Promise<readonly string[]> =>
      (await store.list({ delimiter: '-scratch-' })).prefixes
    expect(await rolledUp()).toEqual([])

    await put(store, scratchLike, 'mine')
    expect((await store.list()).objects.map((object) => object.key)).toEqual([scratchLike])
    expect(await rolledUp()).toEqual(['.aos-scratch-'])
    expect(await store.delete(scratchLike)).toBe(true)
    expect(await rolledUp()).toEqual([])
  })
})
