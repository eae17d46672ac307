/** Writes in one request whose answer is lost, late or a conflict: told is what happened. */
import { S3Client } from '@aws-sdk/client-s3'
import { createHash } from 'node:crypto'
import { systemClock } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { awsServer } from '../../src/index.ts'
import { expectStored, failureOf, pattern, put, readText } from '../support/objects.ts'
import { openText, simulatedBucket } from '../support/simulation.ts'

const lost = { kind: 'lost-answer' } as const
const create = { ifNoneMatch: '*' } as const

describe('an answer that is lost', () => {
  it('to a create ends as created, once', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    const rule = s3.script({ operation: 'PutObject', times: 1, fault: lost })
    const info = await put(store, 'doc', 'mine', create)
    expect(rule.fired).toBe(1)
    await expectStored(store, info)
    expect(info.metadata).toEqual({})
    expect(s3.objects(name)).toHaveLength(1)
    await expect(put(store, 'doc', 'x', create)).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      retryable: 'no',
      key: 'doc',
    })
  })

  it('to a swap ends as swapped', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'doc', 'old')
    const rule = s3.script({ operation: 'PutObject', times: 1, fault: lost })
    const info = await put(store, 'doc', 'new', { ifMatch: etag, metadata: { by: 'me' } })
    expect(rule.fired).toBe(1)
    expect(info.metadata).toEqual({ by: 'me' })
    await expectStored(store, info)
  })

  it('to a create with the caller’s own id is known by that one', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    s3.script({ operation: 'PutObject', times: 1, fault: lost })
    const metadata = { 'aos-write-id': 'f1a5e0a2-5b5c-4b7e-9f61-1d9b7a3f6d10' }
    const info = await put(store, 'doc', 'mine', { ...create, metadata })
    expect(info.metadata).toEqual(metadata)
    expect((await store.stat('doc')).metadata).toEqual(metadata)
  })

  it('to a plain write is written again, and told with the second', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const rule = s3.script({ operation: 'PutObject', times: 2, fault: lost })
    const info = await put(store, 'doc', 'mine')
    expect(rule.fired).toBe(2)
    await expectStored(store, info)
  })

  it.each(['replaced', 'deleted'])('to a create that another %s is told as open', async (how) => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    s3.script({ operation: 'PutObject', times: 1, fault: lost })
    s3.script({
      operation: 'PutObject',
      after: 1,
      fault: {
        kind: 'meanwhile',
        at: 'request',
        run: () => (how === 'replaced' ? void s3.put(name, 'doc', 'theirs') : undefined),
      },
    })
    if (how === 'deleted') {
      // It is there when the write comes again, and gone when it looks whose it is.
      const run = (): void => s3.delete(name, 'doc')
      s3.script({ operation: 'HeadObject', fault: { kind: 'meanwhile', at: 'request', run } })
    }
    await expect(put(store, 'doc', 'mine', create)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      key: 'doc',
      message: openText,
    })
    const bodies = s3.objects(name).map(({ body }) => Buffer.from(body).toString())
    expect(bodies).toEqual(how === 'replaced' ? ['theirs'] : [])
  })

  it('to a create that may not be looked at is told as open', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    s3.script({ operation: 'PutObject', times: 1, fault: lost })
    s3.behave({ denied: ['GetObject'] })
    await expect(put(store, 'doc', 'mine', create)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      message: openText,
    })
    s3.behave({ denied: [] })
    expect(await readText(store, 'doc')).toBe('mine')
  })

  it('to all tries of a create is told as open, of a plain write as exhausted', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open({ attemptsMax: 2 })
    const { etag } = await put(store, 'doc', 'old')
    const rule = s3.script({ operation: 'PutObject', fault: lost })
    await expect(put(store, 'new', 'mine')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'exhausted',
    })
    expect(rule.fired).toBe(2)
    // The second try is refused by the first: but it is its own, and may not be seen so.
    s3.script({ operation: 'HeadObject', fault: { kind: 'error', code: 'InternalError' } })
    const swap = put(store, 'doc', 'mine', { ifMatch: etag })
    await expect(swap).rejects.toMatchObject({ retryable: 'no', message: openText })
  })

  it('to a refused create is refused all the same', async () => {
    const { s3, name, open } = await simulatedBucket()
    const store = await open()
    s3.put(name, 'doc', 'theirs')
    s3.script({ operation: 'PutObject', times: 1, fault: lost })
    // Whether it had been there before the try that was lost, nobody knows.
    await expect(put(store, 'doc', 'mine', create)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: openText,
    })
    expect(Buffer.from(s3.objects(name)[0]!.body).toString()).toBe('theirs')
  })
})

describe('writers that meet', () => {
  const conflict = { kind: 'error', code: 'ConditionalRequestConflict' } as const

  it('are tried again until one is through', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const rule = s3.script({ operation: 'PutObject', times: 5, fault: conflict })
    const info = await put(store, 'doc', 'mine', create)
    expect(rule.fired).toBe(5)
    await expectStored(store, info)
  })

  it('for ever are a CONFLICT after eleven tries', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const rule = s3.script({ operation: 'PutObject', fault: conflict })
    await expect(put(store, 'doc', 'mine', create)).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'yes',
      status: 409,
      key: 'doc',
      message: expect.stringContaining('ConditionalRequestConflict') as string,
    })
    expect(rule.fired).toBe(11)
  })

  it('are not waited for once the caller has gone', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open({ retryDelayMs: 60_000, retryDelayMsMax: 60_000 })
    const rule = s3.script({ operation: 'PutObject', fault: conflict })
    const controller = new AbortController()
    const write = put(store, 'doc', 'x', { ...create, signal: controller.signal })
    const failure = failureOf(write)
    await expect.poll(() => rule.fired).toBe(1)
    controller.abort()
    expect(await failure).toMatchObject({ code: 'ABORTED' })
    expect(rule.fired).toBe(1)
  })

  it('are settled by 412: asked once, and not again', async () => {
    const { s3, open } = await simulatedBucket()
    const store = await open()
    const { etag } = await put(store, 'doc', 'old')
    const before = s3.requests.length
    const swap = put(store, 'doc', 'new', { ifMatch: `${etag}0` })
    await expect(swap).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', retryable: 'no' })
    const again = put(store, 'doc', 'new', create)
    await expect(again).rejects.toMatchObject({ code: 'ALREADY_EXISTS', retryable: 'no' })
    expect(s3.requests.slice(before).map(({ status }) => status)).toEqual([412, 412])
  })

  it('at a missing key are told as at one that changed: 404 and 412 mean the same', async () => {
    for (const ifMatchOnMissing of [404, 412] as const) {
      const { open } = await simulatedBucket({ behaviour: { ifMatchOnMissing } })
      const store = await open()
      const swap = put(store, 'none', 'new', { ifMatch: 'ab' })
      await expect(swap).rejects.toMatchObject({ code: 'PRECONDITION_FAILED', key: 'none' })
    }
  })
})

describe('a server that compares etags as they are written', () => {
  it.each(['unquotedOnly', 'quotedOnly'] as const)('%s is found out, and obeyed', async (form) => {
    const { open } = await simulatedBucket({ behaviour: { putIfMatch: form } })
    const store = await open()
    expect(store.server.swap).toBe(form === 'quotedOnly' ? 'quoted' : 'unquoted')
    const { etag } = await put(store, 'doc', 'old')
    expect(etag).not.toContain('"')
    const info = await put(store, 'doc', 'new', { ifMatch: etag })
    expect((await store.stat('doc')).etag).toBe(info.etag)
    const stale = put(store, 'doc', 'newer', { ifMatch: etag })
    await expect(stale).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
  })
})

it('a body that the connection broke off in is written whole, or not at all', async () => {
  const { s3, name, open } = await simulatedBucket()
  const store = await open({ attemptsMax: 2 })
  const broken = { kind: 'dropped-request', afterBytes: 100_000 } as const
  const rule = s3.script({ operation: 'PutObject', times: 1, fault: broken })
  const body = pattern(2_000_000)
  const info = await put(store, 'doc', body)
  expect(rule.fired).toBe(1)
  expect(info.size).toBe(body.byteLength)
  s3.script({ operation: 'PutObject', fault: broken })
  await expect(put(store, 'other', body, create)).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  expect(s3.objects(name).map(({ key, body: stored }) => [key, stored.byteLength])).toEqual([
    ['doc', body.byteLength],
  ])
})

it('who may write, and not read, creates and is refused as others are', async () => {
  const { s3, name, options, open } = await simulatedBucket()
  const { endpoint, region } = options
  const client = new S3Client({
    ...{ endpoint: endpoint!, region: region!, credentials: s3.credentials },
    ...{ forcePathStyle: true, maxAttempts: 1 },
  })
  onTestFinished(() => client.destroy())
  s3.behave({ denied: ['GetObject', 'ListBucket'] })
  const over = { client, endpoint: undefined, region: undefined, credentials: undefined }
  for (const [kind, given] of Object.entries({ own: {}, over })) {
    const store = await open({ ...given, server: awsServer, singleWriteBytesMax: 1000 })
    const bodies = [pattern(10), pattern(2000)]
    for (const [at, body] of bodies.entries()) {
      const key = `${kind}/${at}`
      const { etag } = await put(store, key, body, create)
      expect(s3.objects(name).find((object) => object.key === key)!.etag).toBe(etag)
      await expect(put(store, key, body, create)).rejects.toMatchObject({
        ...{ code: 'ALREADY_EXISTS', key },
      })
      await put(store, key, body, { ifMatch: etag })
    }
  }
})

it('sends Content-MD5 to a bucket that asks for it, and from then on at once', async () => {
  const { s3, open } = await simulatedBucket()
  const store = await open({ server: awsServer })
  const message = 'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests'
  const fault = { kind: 'error', code: 'InvalidRequest', message } as const
  const rule = s3.script({ operation: 'PutObject', times: 1, fault })
  await put(store, 'first', 'body')
  expect(rule.fired).toBe(1)
  await put(store, 'second', 'body')
  const md5 = createHash('md5').update('body').digest('base64')
  const puts = s3.requests.filter(({ operation }) => operation === 'PutObject')
  expect(puts.map(({ key, headers }) => [key, headers['content-md5']])).toEqual([
    ['first', undefined],
    ['first', md5],
    ['second', md5],
  ])
  // One that it does not help is told, and not sent for ever.
  s3.script({ operation: 'PutObject', key: 'third', fault })
  await expect(put(store, 'third', 'body')).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  expect(s3.requests.filter(({ key }) => key === 'third')).toHaveLength(1)
})

it('tells no time of another one, whose bytes and etag are the same', async () => {
  const served = virtualClock({ nowMs: Date.now() })
  const { s3, name, open } = await simulatedBucket({ clock: served })
  // Each look at it is seconds later, so that no answer is near enough to tell the time.
  let monotonicMs = 0
  const store = await open({
    server: awsServer,
    clock: {
      now: () => systemClock.now(),
      monotonicMs: () => (monotonicMs += 2000),
      sleep: (ms, signal) => systemClock.sleep(ms, signal),
    },
  })
  const run = async (): Promise<void> => {
    await served.advance(60_000)
    s3.put(name, 'doc', 'same', { headers: { 'x-amz-meta-by': 'another one' } })
  }
  const fault = { kind: 'meanwhile', at: 'request', run } as const
  const rule = s3.script({ operation: 'HeadObject', times: 1, fault })
  const info = await put(store, 'doc', 'same', { metadata: { by: 'me' } })
  expect(rule.fired).toBe(1)
  const other = await store.stat('doc')
  expect(other).toMatchObject({ etag: info.etag, metadata: { by: 'another one' } })
  expect(info.metadata).toEqual({ by: 'me' })
  expect(info.modifiedAt.getTime()).toBeLessThan(other.modifiedAt.getTime())
})
