/** What networks do before the gateway, by the fault proxy: nothing false, nothing left. */
import { openHandles, settledHandles } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { expect, it } from 'vitest'
import {
  allKeys,
  expectStored,
  pattern,
  pieces,
  put,
  readBytes,
  readText,
} from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'
import { openText } from '../support/simulation.ts'

const lost = { kind: 'lost-answer' } as const
const body = pattern(3_000_000)

describeWithService('rgw', (service) => {
  it('a create and a swap whose answers are lost end as done, once', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    const rule = proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const info = await put(store, 'doc', 'mine', { ifNoneMatch: '*' })
    expect(rule.fired).toBe(1)
    await expectStored(truth, info)
    expect(info.metadata).toEqual({})
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const swapped = await put(store, 'doc', 'newer', { ifMatch: info.etag })
    await expectStored(truth, swapped)
    await expect(put(store, 'doc', 'x', { ifMatch: info.etag })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
  })

  it('a stream of parts whose answers are lost, at any request, is written once', async () => {
    const { proxy, store, truth, bucket } = await proxied(service.url, {
      singleWriteBytesMax: 1000,
    })
    const large = pattern(11_000_000)
    let requests = Infinity
    for (let after = 0; after < requests; after++) {
      proxy.clear()
      const rule = proxy.onRequest({ after, times: 1, fault: lost })
      const before = proxy.requests
      const info = await put(store, 'doc', pieces(large, 900_000), { metadata: { at: `${after}` } })
      if (rule.fired === 0) requests = 0
      else expect(proxy.requests - before).toBeGreaterThan(after)
      await expectStored(truth, info)
      expect(info.size).toBe(large.byteLength)
    }
    expect((await readBytes(truth, 'doc')).equals(large)).toBe(true)
    // One: of the upload whose begin was not told.
    const list = new ListMultipartUploadsCommand({ Bucket: bucket.name })
    const { Uploads = [] } = await bucket.client.send(list)
    expect(Uploads).toHaveLength(1)
  }, 60_000)

  it('a conditional stream whose answers are lost, at any request, is written once', async () => {
    const { proxy, store, truth } = await proxied(service.url, { singleWriteBytesMax: 1000 })
    for (let after = 0; ; after++) {
      proxy.clear()
      const rule = proxy.onRequest({ after, times: 1, fault: lost })
      const key = `doc/${after}`
      const info = await put(store, key, pieces(body, 700_000), { ifNoneMatch: '*' })
      await expectStored(truth, info)
      if (rule.fired === 0) break
    }
    // Nothing of the way that they took.
    expect((await allKeys(truth)).every((key) => key.startsWith('doc/'))).toBe(true)
  }, 60_000)

  it('a copy, a delete and many deletes whose answers are lost', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'from', 'body')
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    await store.copy('from', 'to')
    expect(await readText(truth, 'to')).toBe('body')
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const info = await store.copy('from', 'new', { ifNoneMatch: '*' })
    await expectStored(truth, info)
    proxy.onRequest({ method: 'DELETE', times: 1, fault: lost })
    expect(await store.delete('to')).toBe(true)
    proxy.onRequest({ method: 'POST', times: 1, fault: lost })
    expect(await store.deleteMany(['from', 'none', 'new'])).toEqual([
      { key: 'from', deleted: true },
      { key: 'none', deleted: false },
      { key: 'new', deleted: true },
    ])
    expect(await allKeys(truth)).toEqual([])
  })

  it('a lost create that may not be looked at is told as open', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    proxy.onRequest({ method: 'HEAD', fault: { kind: 'answer', status: 403 } })
    await expect(put(store, 'doc', 'mine', { ifNoneMatch: '*' })).rejects.toMatchObject({
      ...{ code: 'UNAVAILABLE', retryable: 'no', message: openText },
    })
    expect(await readText(truth, 'doc')).toBe('mine')
  })

  it('a download that is cut in its middle, again and again, comes whole', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', body)
    const cut = { kind: 'cut-body', afterBytes: 400_000 } as const
    const rule = proxy.onRequest({ method: 'GET', times: 3, fault: cut })
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    expect(rule.fired).toBe(3)
  })

  it('a small download that is cut comes whole as well', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', pattern(5000))
    proxy.onRequest({ method: 'GET', times: 2, fault: { kind: 'cut-body', afterBytes: 100 } })
    expect((await readBytes(store, 'doc')).equals(pattern(5000))).toBe(true)
  })

  it.each([10, 2_000_000, 0])('a cut download of what has %s bytes now is told', async (bytes) => {
    const { proxy, store, truth } = await proxied(service.url, { smallReadBytesMax: 0 })
    await put(truth, 'doc', body)
    proxy.onRequest({ method: 'GET', times: 1, fault: { kind: 'cut-body', afterBytes: 400_000 } })
    const { body: stream } = await store.read('doc')
    await put(truth, 'doc', pattern(bytes, 1))
    const drain = async (): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({
      ...{ code: 'CONFLICT', retryable: 'yes', key: 'doc', operation: 'read' },
    })
  })

  it('a body that falls silent is read on by another request', async () => {
    const { proxy, store, truth } = await proxied(service.url, { bodyIdleMsMax: 200 })
    await put(truth, 'doc', body)
    const stall = { kind: 'stall-body', afterBytes: 400_000 } as const
    const rule = proxy.onRequest({ method: 'GET', times: 1, fault: stall })
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    expect(rule.fired).toBe(1)
  })

  it('a body that stays silent is a TIMEOUT', async () => {
    const { proxy, store, truth } = await proxied(service.url, { bodyIdleMsMax: 100 })
    await put(truth, 'doc', body)
    proxy.onRequest({ method: 'GET', fault: { kind: 'stall-body', afterBytes: 0 } })
    await expect(readBytes(store, 'doc')).rejects.toMatchObject({
      ...{ code: 'TIMEOUT', retryable: 'exhausted', key: 'doc' },
    })
  })

  it('a body that nobody reads gives its socket back, and goes on later', async () => {
    const { proxy, store, truth } = await proxied(service.url, { bodyIdleMsMax: 100 })
    await put(truth, 'doc', body)
    const { body: stream } = await store.read('doc')
    const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    const chunks = [(await iterator.next()).value as Uint8Array]
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
    for (;;) {
      const next = await iterator.next()
      if (next.done === true) break
      chunks.push(next.value)
    }
    expect(Buffer.concat(chunks).equals(body)).toBe(true)
  })

  it('a request that is never answered is late, and sent again', async () => {
    const { proxy, store, truth } = await proxied(service.url, { requestMsMax: 200 })
    await put(truth, 'doc', 'body')
    proxy.onRequest({ method: 'HEAD', times: 1, fault: { ...lost, by: 'silence' } })
    expect((await store.stat('doc')).size).toBe(4)
    proxy.onRequest({ method: 'HEAD', fault: { ...lost, by: 'silence' } })
    await expect(store.stat('doc')).rejects.toMatchObject({
      ...{ code: 'TIMEOUT', retryable: 'exhausted' },
    })
  })

  it('a gateway that is down is UNAVAILABLE, and used again when it is back', async () => {
    const { proxy, store, truth } = await proxied(service.url, { attemptsMax: 2 })
    await put(truth, 'doc', 'body')
    await proxy.goDown()
    const down = { code: 'UNAVAILABLE', retryable: 'exhausted' }
    await expect(store.stat('doc')).rejects.toMatchObject(down)
    await expect(put(store, 'doc', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
      ...down,
      message: expect.stringMatching(/Nothing listens there.*ECONNREFUSED/) as string,
    })
    expect(await store.health()).toMatchObject({ ok: false })
    await proxy.comeUp()
    expect((await store.stat('doc')).size).toBe(4)
    // As after a gateway that started again: connections that are kept are no longer good.
    proxy.disconnectAll()
    expect((await store.stat('doc')).size).toBe(4)
    await put(store, 'new', 'x', { ifNoneMatch: '*' })
  })

  it('1,000 failures leave no socket behind', async () => {
    const { proxy, store, truth } = await proxied(service.url, { attemptsMax: 1 })
    await put(truth, 'doc', pattern(50_000))
    await readBytes(store, 'doc')
    const before = openHandles().count
    const faults = [
      lost,
      { kind: 'cut-body', afterBytes: 10 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 403, body: '<Error><Code>AccessDenied</Code></Error>' },
    ] as const
    let failures = 0
    for (let round = 0; round < 250; round++) {
      const rules = faults.map((fault, after) => {
        return proxy.onRequest({ method: 'GET', after, times: 1, fault })
      })
      const reads = await Promise.allSettled(faults.map(() => readBytes(store, 'doc')))
      failures += reads.filter(({ status }) => status === 'rejected').length
      for (const rule of rules) rule.remove()
    }
    expect(failures).toBe(1000)
    proxy.clear()
    // Four connections at once, which have three ends here each.
    const after = await settledHandles(before + 12)
    expect(after.count).toBeLessThanOrEqual(before + 12)
    await store.close()
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
  }, 120_000)
})
