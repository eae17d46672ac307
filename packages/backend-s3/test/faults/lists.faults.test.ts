/** Listings of odd servers: pages that are short, empty or in circles, and wrong orders. */
import type { ListOptions, StorageBackend } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import { awsServer } from '../../src/index.ts'
import type { ScriptedFault } from '../../src/testing/index.ts'
import { answeringServer } from '../support/answering-server.ts'
import { put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const keys = ['a', 'a b', 'a+b', 'a/1', 'a/2', 'b&c', 'b/1/2', 'c%20d', 'é', '漢', '\uff5e', '😀']

/** Entries in their order, over all pages, and how many pages. */
async function listed(
  store: StorageBackend,
  options: ListOptions = {},
): Promise<{ entries: string[]; pages: number }> {
  const entries: string[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await store.list({ ...options, cursor })
    const found = [...page.objects.map(({ key }) => key), ...page.prefixes]
    entries.push(...found.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
    cursor = page.cursor
    pages += 1
  } while (cursor !== undefined)
  return { entries, pages }
}

describe('pages that are', () => {
  it.each([
    ['short', { listPageMax: 2 }],
    ['one entry long', { listPageMax: 1 }],
    ['empty at first', { listEmptyPages: 'always' }],
    ['empty and short, with %20', { listEmptyPages: 'always', listPageMax: 3, listSpace: '%20' }],
  ] as const)('%s make the same listing', async (_, behaviour) => {
    const { open } = await simulatedBucket({ behaviour })
    const store = await open()
    for (const key of keys) await put(store, key, key)
    for (const limit of [1, 2, 5, 1000]) {
      expect((await listed(store, { limit })).entries).toEqual(keys)
      const rolled = await listed(store, { limit, delimiter: '/' })
      expect(rolled.entries).toEqual([
        ...['a', 'a b', 'a+b', 'a/', 'b&c', 'b/', 'c%20d', 'é', '漢', '\uff5e', '😀'],
      ])
    }
    const { entries } = await listed(store, { startAfter: 'a/1', limit: 2 })
    expect(entries).toEqual(keys.slice(4))
  })

  it.each([1, 2, 7])('the same %s again are told, not asked for for ever', async (circle) => {
    const { open } = await simulatedBucket()
    let asked = 0
    const endpoint = await answeringServer(() => ({
      headers: { 'content-type': 'application/xml' },
      body:
        '<ListBucketResult><IsTruncated>true</IsTruncated>' +
        `<NextContinuationToken>${asked++ % circle}</NextContinuationToken></ListBucketResult>`,
    }))
    const store = await open({ endpoint, server: awsServer })
    await expect(store.list()).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', operation: 'list' },
      message: expect.stringContaining('same list cursor twice') as string,
    })
    expect(asked).toBeLessThanOrEqual(3 * circle)
  })
})

describe('a listing whose answer is', () => {
  it.each<[string, ScriptedFault]>([
    ['lost', { kind: 'lost-answer' }],
    ['cut', { kind: 'cut-body', afterBytes: 300 }],
    ['SlowDown', { kind: 'error', code: 'SlowDown' }],
    ['InternalError', { kind: 'error', code: 'InternalError' }],
  ])('%s is asked for again', async (_, fault) => {
    const { s3, open } = await simulatedBucket({ behaviour: { listPageMax: 5 } })
    const store = await open()
    for (const key of keys) await put(store, key, key)
    const rule = s3.script({ operation: 'ListObjectsV2', after: 1, times: 2, fault })
    expect((await listed(store)).entries).toEqual(keys)
    expect(rule.fired).toBe(2)
  })

  it('late is a TIMEOUT, and aborted ABORTED', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open({ server: awsServer, requestMsMax: 50, attemptsMax: 2 })
    const rule = s3.script({
      operation: 'ListObjectsV2',
      fault: { kind: 'stall', at: 'answer' },
    })
    await expect(store.list()).rejects.toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted' })
    expect(rule.fired).toBe(2)
    const patient = await open({ server: store.server })
    const signal = AbortSignal.timeout(30)
    await expect(patient.list({ signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect.poll(() => rule.stalled).toBe(0)
  })
})

describe('a bucket in another order than that of UTF-8', () => {
  it.each([1, 2, 1000])('is refused, pages of %s, and no name is lost', async (listPageMax) => {
    const behaviour = { listOrder: 'utf16', listPageMax } as const
    const { s3, name, open } = await simulatedBucket({ behaviour })
    const store = await open()
    for (const key of ['😀', '\uff5e', 'a']) s3.put(name, key, 'x')
    await expect(listed(store)).rejects.toMatchObject({
      ...{ code: 'UNSUPPORTED', retryable: 'no', operation: 'list' },
      message: expect.stringContaining('general purpose bucket') as string,
    })
  })

  it('is listed where that makes no difference', async () => {
    const { open } = await simulatedBucket({ behaviour: { listOrder: 'utf16' } })
    const store = await open()
    for (const key of keys.slice(0, -1)) await put(store, key, key)
    expect((await listed(store, { limit: 3 })).entries).toEqual(keys.slice(0, -1))
  })
})

it.each([10, 1000])('one request a page, and one more for what may be hidden', async (most) => {
  const { s3, open } = await simulatedBucket({ behaviour: { listPageMax: most } })
  const store = await open({ server: awsServer })
  for (let at = 0; at < 30; at++) await put(store, `k/${100 + at}`, 'x')
  const asked = (): number =>
    s3.requests.filter(({ operation }) => operation === 'ListObjectsV2').length
  const before = asked()
  const { pages } = await listed(store, { limit: 10 })
  expect([pages, asked() - before]).toEqual([3, 3])
  await listed(store, { delimiter: '/' })
  expect(asked() - before).toBe(4)
})

it('an answer that is no listing is asked for again, then told', async () => {
  const { open } = await simulatedBucket()
  const head = { 'content-type': 'application/xml' }
  const bodies = [
    '<Error><Code>InternalError</Code></Error>',
    '<ListBucketResult><Contents><Key>a</Key></Contents>',
  ]
  let asked = 0
  const endpoint = await answeringServer(() => ({
    headers: head,
    body:
      bodies[asked++] ?? '<ListBucketResult><Contents><Key>b</Key></Contents></ListBucketResult>',
  }))
  const server = awsServer
  const hasty = await open({ endpoint, server, attemptsMax: 2 })
  await expect(hasty.list()).rejects.toMatchObject({
    ...{ code: 'UNAVAILABLE', retryable: 'exhausted', operation: 'list' },
  })
  asked = 0
  const store = await open({ endpoint, server, attemptsMax: 3 })
  expect((await store.list()).objects.map(({ key }) => key)).toEqual(['b'])
})

it('a page after which others follow, nobody knows which, is no last one', async () => {
  const { open } = await simulatedBucket()
  const keys = Array.from({ length: 10 }, (_, at) => `k/${at}`)
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('')
  const endpoint = await answeringServer(() => ({
    body: `<ListBucketResult><IsTruncated>true</IsTruncated>${contents}</ListBucketResult>`,
  }))
  const store = await open({ endpoint, server: awsServer })
  const noMarker = { code: 'UNAVAILABLE', message: expect.stringContaining('next page') as string }
  await expect(store.list()).rejects.toMatchObject(noMarker)
  const many = Array.from({ length: 100 }, (_, at) => `k/${at}`)
  const outcomes = await store.deleteMany(many)
  expect(outcomes.filter(({ error }) => error?.code === 'UNAVAILABLE')).toHaveLength(100)
})

it('names behind the last character that there is are passed page by page', async () => {
  const { s3, name, open } = await simulatedBucket({ behaviour: { listPageMax: 1 } })
  const store = await open()
  const inside = [1, 2, 3, 4].map((at) => `x \u{10ffff}${at}`)
  for (const key of ['x a', 'x b', ...inside, 'y']) s3.put(name, key, 'x')
  const { entries } = await listed(store, { delimiter: ' ', limit: 1 })
  expect(entries).toEqual(['x ', 'y'])
})

it('a server that begins again in place of going on is refused', async () => {
  const { open } = await simulatedBucket()
  const prefixes = ['a/', 'b/', 'c/'].map((each) => `<Prefix>${each}</Prefix>`).join('')
  const endpoint = await answeringServer(() => ({
    body:
      '<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x' +
      `</NextContinuationToken><CommonPrefixes>${prefixes}</CommonPrefixes></ListBucketResult>`,
  }))
  const store = await open({ endpoint, server: awsServer })
  await expect(listed(store, { delimiter: '/', limit: 3 })).rejects.toMatchObject({
    ...{ code: 'UNSUPPORTED', operation: 'list' },
  })
})
