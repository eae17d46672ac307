import { ListObjectsV2Command, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3'
import { assert, asyncProperty, constantFrom, integer, string, uniqueArray } from 'fast-check'
import { describe, expect, it } from 'vitest'

import type { Behaviour } from '../../src/testing/index.ts'
import { Bucket, failureOf, started } from './peers.ts'

interface Listing {
  readonly keys: string[]
  readonly prefixes: string[]
  readonly pages: number
  readonly pageCounts: number[]
}

async function listAll(client: S3Client, input: object = {}, pageSize?: number): Promise<Listing> {
  const listing = { keys: [] as string[], prefixes: [] as string[], pageCounts: [] as number[] }
  const paging = { client, ...(pageSize !== undefined && { pageSize }) }
  for await (const page of paginateListObjectsV2(paging, { Bucket, ...input })) {
    listing.keys.push(...(page.Contents ?? []).map(({ Key }) => Key!))
    listing.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!))
    listing.pageCounts.push(page.KeyCount!)
  }
  return { ...listing, pages: listing.pageCounts.length }
}

async function withKeys(keys: readonly string[], behaviour: Partial<Behaviour> = {}) {
  const { s3, client } = await started({ behaviour })
  for (const key of keys) s3.put(Bucket, key, 'x')
  return { s3, client }
}

const numbered = Array.from({ length: 20 }, (_, n) => `k${String(n).padStart(2, '0')}`)

it('tells what an object is', async () => {
  const { s3, client } = await started()
  const { etag } = s3.put(Bucket, 'a', 'hello', { lastModifiedMs: 1_700_000_000_123 })
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }))
  expect(Contents).toMatchObject([
    {
      Key: 'a',
      Size: 5,
      ETag: `"${etag}"`,
      StorageClass: 'STANDARD',
      LastModified: new Date(1_700_000_000_123),
      Owner: { ID: '000000000000' },
    },
  ])
})

describe('pages', () => {
  it('are as long as was asked, or as the server likes', async () => {
    const { s3, client } = await withKeys(numbered)
    expect(await listAll(client)).toMatchObject({ keys: numbered, pages: 1 })
    expect((await listAll(client, {}, 8)).pageCounts).toEqual([8, 8, 4])
    s3.behave({ listPageMax: 7 })
    expect(await listAll(client)).toMatchObject({ keys: numbered, pageCounts: [7, 7, 6] })
  })

  it('may be empty and go on', async () => {
    const { client } = await withKeys(numbered, { listPageMax: 10, listEmptyPages: 'always' })
    expect(await listAll(client)).toMatchObject({ keys: numbered, pageCounts: [0, 10, 0, 10] })
  })

  it('fold at the delimiter, each folder once', async () => {
    const keys = ['a', 'b/', 'b/1', 'b/2/3', 'c', 'd//e', 'd/f']
    const { client } = await withKeys(keys)
    for (const pageSize of [1, 2, 1000]) {
      const top = await listAll(client, { Delimiter: '/' }, pageSize)
      expect(top).toMatchObject({ keys: ['a', 'c'], prefixes: ['b/', 'd/'] })
      const inner = await listAll(client, { Delimiter: '/', Prefix: 'b/' }, pageSize)
      expect(inner).toMatchObject({ keys: ['b/', 'b/1'], prefixes: ['b/2/'] })
    }
    const double = await listAll(client, { Delimiter: '/', Prefix: 'd/' })
    expect(double).toMatchObject({ keys: ['d/f'], prefixes: ['d//'] })
    expect((await listAll(client, { StartAfter: 'b/1' })).keys).toEqual(keys.slice(3))
  })

  it('tell every key and folder once, whatever their length', async () => {
    const { s3, client } = await started()
    const key = string({ unit: constantFrom('a', 'b', '/', '\u{1F600}', '\uFF01'), minLength: 1 })
    let round = 0
    const property = asyncProperty(
      uniqueArray(key, { maxLength: 12 }),
      constantFrom('', 'a', '/', 'a/'),
      constantFrom('', '/', 'ab'),
      integer({ min: 1, max: 5 }),
      async (keys, Prefix, Delimiter, pageSize) => {
        s3.createBucket(`bucket-${++round}`)
        for (const each of keys) s3.put(`bucket-${round}`, each, 'x')
        const input = { Bucket: `bucket-${round}`, Prefix, Delimiter }
        const listed = await listAll(client, input, pageSize)
        const inside = keys.filter((each) => each.startsWith(Prefix))
        const folderOf = (each: string): string | undefined => {
          const at = Delimiter === '' ? -1 : each.indexOf(Delimiter, Prefix.length)
          return at === -1 ? undefined : each.slice(0, at + Delimiter.length)
        }
        const folders = new Set(inside.flatMap((each) => folderOf(each) ?? []))
        const plain = inside.filter((each) => folderOf(each) === undefined)
        const bytes = (a: string, b: string): number =>
          Buffer.compare(Buffer.from(a), Buffer.from(b))
        expect(listed.keys).toEqual(plain.sort(bytes))
        expect(listed.prefixes).toEqual([...folders].sort(bytes))
        expect(listed.pageCounts.every((count) => count <= pageSize)).toBe(true)
      },
    )
    await assert(property, { numRuns: 60, seed: 1 })
  })

  it('are none for no keys asked', async () => {
    const { client } = await withKeys(['a'])
    const answer = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 0 }))
    expect(answer).toMatchObject({ KeyCount: 0, IsTruncated: false })
  })

  it('end at a token that nobody gave', async () => {
    const { client } = await started()
    const wrong = new ListObjectsV2Command({ Bucket, ContinuationToken: 'no' })
    expect(await failureOf(client.send(wrong))).toBe('400 InvalidArgument')
  })
})

describe('keys', () => {
  const odd = ['a+b', 'a b', 'a%20b', 'a&<b>"', 'ü', 'a\u0001b', "~*()'!"]

  it('come encoded when that is asked for', async () => {
    const { s3, client } = await withKeys(odd)
    const decoded = async (): Promise<string[]> => {
      const { keys } = await listAll(client, { EncodingType: 'url' })
      const sign = s3.behaviour.listSpace === '+'
      return keys.map((key) => decodeURIComponent(sign ? key.replaceAll('+', ' ') : key)).sort()
    }
    expect(await decoded()).toEqual([...odd].sort())
    expect((await listAll(client, { EncodingType: 'url' })).keys).toContain('a+b')
    s3.behave({ listSpace: '%20' })
    expect(await decoded()).toEqual([...odd].sort())
    expect((await listAll(client, { EncodingType: 'url' })).keys).toContain('a%20b')
  })

  it('come as they are otherwise', async () => {
    const plain = odd.filter((key) => !key.includes('\u0001'))
    const { client } = await withKeys(plain)
    expect((await listAll(client)).keys.sort()).toEqual([...plain].sort())
  })

  it('are in the order of their bytes, or wrongly in that of UTF-16', async () => {
    const { s3, client } = await withKeys(['\u{1F600}', '\uFF01', 'z'])
    expect((await listAll(client)).keys).toEqual(['z', '\uFF01', '\u{1F600}'])
    s3.behave({ listOrder: 'utf16' })
    expect((await listAll(client)).keys).toEqual(['z', '\u{1F600}', '\uFF01'])
    expect((await listAll(client, {}, 1)).keys).toEqual(['z', '\u{1F600}', '\uFF01'])
  })
})
