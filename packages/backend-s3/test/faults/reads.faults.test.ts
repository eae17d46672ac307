/** Bodies that are cut, short, silent or slow: small ones, streams, and those read in parts. */
import { S3Client } from '@aws-sdk/client-s3'
import type { ReadOptions, StorageBackend } from '@aos-storage/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { awsServer } from '../../src/index.ts'
import type { ScriptedFault } from '../../src/testing/index.ts'
import { failureOf, pattern } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const ways = {
  small: { smallReadBytesMax: 64 * 1024 ** 2 },
  streamed: { smallReadBytesMax: 0 },
  'in parts': { smallReadBytesMax: 0, readPartBytes: 150_000, readConcurrency: 3 },
}
const bytes = 1_000_000
const body = pattern(bytes)

async function bytesOf(store: StorageBackend, options: ReadOptions = {}): Promise<Buffer> {
  const { body: read, start, end } = await store.read('doc', options)
  const chunks: Uint8Array[] = []
  if (read instanceof Uint8Array) chunks.push(read)
  else for await (const chunk of read) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  expect(whole.byteLength).toBe(end - start)
  return whole
}

const cuts: readonly ScriptedFault[] = [
  { kind: 'cut-body', afterBytes: 0 },
  { kind: 'cut-body', afterBytes: 1 },
  { kind: 'cut-body', afterBytes: 99_999, by: 'fin' },
  { kind: 'lost-answer' },
  { kind: 'dropped-request' },
]

describe.each(Object.entries(ways))('a body that is %s', (way, options) => {
  async function given(settings: object = {}) {
    const bucket = await simulatedBucket({}, { ...options, ...settings })
    // Not probed: some of these tests have no time for that.
    const store = await bucket.open({ server: awsServer })
    bucket.s3.put(bucket.name, 'doc', body)
    return { ...bucket, store }
  }

  it.each<[string, ReadOptions['range'], number, number]>([
    ['the whole', undefined, 0, bytes],
    ['a range', { offset: 100_001, length: 500_000 }, 100_001, 600_001],
    ['a range to the end', { offset: 899_000 }, 899_000, bytes],
    ['a range beyond the end', { offset: 800_000, length: 500_000 }, 800_000, bytes],
    ['a suffix', { suffix: 300_000 }, 700_000, bytes],
    ['a suffix of all and more', { suffix: 2_000_000 }, 0, bytes],
  ])('and cut, whatever of it is read: %s', async (_, range, start, end) => {
    const { s3, store } = await given()
    const expected = Buffer.from(body.subarray(start, end))
    for (const fault of cuts) {
      const rule = s3.script({ operation: 'GetObject', times: 1, fault })
      expect((await bytesOf(store, { range })).equals(expected)).toBe(true)
      expect(rule.fired).toBe(1)
      rule.remove()
    }
  })

  it('and cut in every request comes whole as long as something comes', async () => {
    const { s3, store } = await given()
    const fault = { kind: 'cut-body', afterBytes: 120_000 } as const
    const rule = s3.script({ operation: 'GetObject', fault })
    const read = bytesOf(store)
    if (way === 'small') {
      await expect(read).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'exhausted' })
      expect(rule.fired).toBe(4)
    } else {
      expect((await read).equals(body)).toBe(true)
      expect(rule.fired).toBeGreaterThanOrEqual(7)
    }
  })

  it('and cut before its first byte again and again is UNAVAILABLE', async () => {
    const { s3, store } = await given()
    await bytesOf(store)
    const before = s3.connectionsOpen
    const rule = s3.script({ operation: 'GetObject', fault: { kind: 'cut-body', afterBytes: 0 } })
    await expect(bytesOf(store)).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', key: 'doc', operation: 'read' },
    })
    // Of each part that is on its way.
    expect(rule.fired).toBeLessThanOrEqual(4 * 3)
    await expect.poll(() => s3.connectionsOpen).toBeLessThanOrEqual(before)
  })

  it('and shorter than the range that its answer names is read on', async () => {
    const { s3, store } = await given()
    const fault = { kind: 'short-body', bytes: 90_000 } as const
    const ranges = [
      [{ offset: 0, length: 500_000 }, 0, 500_000],
      [{ suffix: 400_000 }, 600_000, bytes],
      [{ offset: 1 }, 1, bytes],
    ] as const
    for (const [range, start, end] of ranges) {
      const rule = s3.script({ operation: 'GetObject', times: 1, fault })
      const read = await bytesOf(store, { range })
      expect(rule.fired).toBe(1)
      expect(read.equals(body.subarray(start, end))).toBe(true)
      rule.remove()
    }
  })

  // A small one has a second for each 128 KiB: see below.
  it.skipIf(way === 'small')('and falls silent is read on by another request', async () => {
    const limits = { bodyIdleMsMax: 100, requestMsMax: 100 }
    for (const afterBytes of [0, 100_000]) {
      const { s3, store } = await given(limits)
      const fault = { kind: 'stall', at: 'body', afterBytes } as const
      const rule = s3.script({ operation: 'GetObject', times: 1, fault })
      expect((await bytesOf(store)).equals(body)).toBe(true)
      expect(rule.fired).toBe(1)
    }
  })

  it.skipIf(way === 'small')('and stays silent is a TIMEOUT without sockets', async () => {
    const { s3, store } = await given({ bodyIdleMsMax: 50, requestMsMax: 50 })
    const rule = s3.script({ operation: 'GetObject', fault: { kind: 'stall', at: 'body' } })
    await expect(bytesOf(store)).rejects.toMatchObject({
      ...{ code: 'TIMEOUT', retryable: 'exhausted', key: 'doc' },
    })
    await expect.poll(() => rule.stalled).toBe(0)
  })

  it('and slow comes whole', async () => {
    const { s3, store } = await given({ bodyIdleMsMax: 200 })
    const fault = { kind: 'slow-body', bytesPerSecond: 2_000_000 } as const
    s3.script({ operation: 'GetObject', fault })
    expect((await bytesOf(store)).equals(body)).toBe(true)
  })

  it('and aborted or closed amid ends with that, and frees its sockets', async () => {
    for (const code of ['ABORTED', 'CLOSED'] as const) {
      const { s3, store } = await given()
      const fault = { kind: 'stall', at: 'body', afterBytes: 100_000 } as const
      const rule = s3.script({ operation: 'GetObject', fault })
      const controller = new AbortController()
      const failure = failureOf(bytesOf(store, { signal: controller.signal }))
      await expect.poll(() => rule.stalled).toBeGreaterThan(0)
      if (code === 'ABORTED') controller.abort()
      else await store.close()
      const told = { code, retryable: 'no', key: 'doc', operation: 'read' }
      expect(await failure).toMatchObject(told)
      await expect.poll(() => rule.stalled).toBe(0)
    }
  })
})

it('a small body that falls silent is late, and read again', async () => {
  const settings = { requestMsMax: 100, smallReadBytesMax: 1000 }
  const { s3, name, open } = await simulatedBucket({}, settings)
  const store = await open({ server: awsServer })
  s3.put(name, 'doc', pattern(900))
  const fault = { kind: 'stall', at: 'body', afterBytes: 500 } as const
  const rule = s3.script({ operation: 'GetObject', times: 1, fault })
  expect((await bytesOf(store)).equals(pattern(900))).toBe(true)
  expect(rule.fired).toBe(1)
  await expect.poll(() => rule.stalled).toBe(0)
  const all = s3.script({ operation: 'GetObject', fault })
  await expect(bytesOf(store)).rejects.toMatchObject({ code: 'TIMEOUT', retryable: 'exhausted' })
  expect(all.fired).toBe(4)
  await expect.poll(() => all.stalled).toBe(0)
})

it('an empty object is read in every way', async () => {
  for (const options of Object.values(ways)) {
    const { s3, name, open } = await simulatedBucket({}, options)
    const store = await open()
    s3.put(name, 'doc', '')
    for (const range of [undefined, { offset: 0 }, { suffix: 5 }, { offset: 0, length: 3 }]) {
      const result = await store.read('doc', { range })
      expect([result.start, result.end, result.info.size]).toEqual([0, 0, 0])
    }
    await expect(store.read('doc', { range: { offset: 1 } })).rejects.toMatchObject({
      ...{ code: 'INVALID_ARGUMENT', key: 'doc' },
    })
  }
})

it('an object that changes between two requests of a read is read as it is then', async () => {
  const { s3, name, open } = await simulatedBucket()
  const store = await open()
  s3.put(name, 'doc', '')
  // A range at the end of an empty object asks for the size, and by then it is another.
  const run = (): void => void s3.put(name, 'doc', 'grown')
  s3.script({ operation: 'GetObject', times: 1, fault: { kind: 'meanwhile', at: 'answer', run } })
  expect((await bytesOf(store, { range: { suffix: 3 } })).toString()).toBe('own')
})

it('bodies end with their store, also those over a client that stays', async () => {
  const { s3, name, options, open } = await simulatedBucket()
  const { endpoint, region } = options
  const client = new S3Client({
    ...{ endpoint: endpoint!, region: region!, credentials: s3.credentials },
    ...{ forcePathStyle: true, maxAttempts: 1 },
  })
  onTestFinished(() => client.destroy())
  s3.put(name, 'doc', body)
  const given = { client, endpoint: undefined, region: undefined, credentials: undefined }
  for (const more of [ways.streamed, ways['in parts']]) {
    const store = await open({ ...given, ...more, server: awsServer })
    const stall = { kind: 'stall', at: 'body', afterBytes: 50_000 } as const
    const rule = s3.script({ operation: 'GetObject', fault: stall })
    const { body: read } = await store.read('doc')
    await expect.poll(() => rule.stalled).toBeGreaterThan(0)
    await store.close()
    await expect.poll(() => rule.stalled).toBe(0)
    const drain = async (): Promise<void> => {
      for await (const chunk of read as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'CLOSED', key: 'doc' })
    rule.remove()
  }
})
