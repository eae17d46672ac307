/** What networks and busy services do, through the fault proxy: nothing false, nothing left. */
import { openHandles, settledHandles } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { pattern, pieces, put, readBytes, readText } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const lost = { kind: 'lost-answer' } as const
const body = pattern(3_000_000)

describeWithService('azurite', (service) => {
  it('a create whose answer is lost ends as created, once', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    const rule = proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const info = await put(store, 'doc', 'mine', { ifNoneMatch: '*' })
    expect(rule.fired).toBe(1)
    expect(await truth.stat('doc')).toEqual(info)
    expect(info.metadata).toEqual({})
    await expect(put(store, 'doc', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      retryable: 'no',
    })
  })

  it('a swap whose answer is lost, of bytes, blocks and streams, ends as swapped', async () => {
    const small = { singleWriteBytesMax: 1000, blockBytes: 1_000_000 }
    const { proxy, store, truth } = await proxied(service.url, small)
    const bodies = {
      bytes: () => pattern(900),
      blocks: () => body,
      stream: () => pieces(body, 7e5),
    }
    for (const [key, make] of Object.entries(bodies)) {
      const { etag } = await put(truth, key, 'old')
      const isCommit = ({ target }: { readonly target: string }): boolean =>
        key !== 'blocks' || target.includes('blocklist')
      const rule = proxy.onRequest({ method: 'PUT', times: 1, match: isCommit, fault: lost })
      const info = await put(store, key, make(), { ifMatch: etag, metadata: { by: 'me' } })
      expect(rule.fired).toBe(1)
      expect(await truth.stat(key)).toEqual(info)
      expect(info.metadata).toEqual({ by: 'me' })
    }
  })

  it('a lost create that another writer replaced is told as open', async () => {
    const { proxy, store, truth } = await proxied(service.url, { retryDelayMs: 400 })
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const create = put(store, 'doc', 'mine', { ifNoneMatch: '*' })
    const outcome = create.catch((error: unknown) => error)
    const expected = {
      code: 'UNAVAILABLE',
      retryable: 'no',
      message: expect.stringContaining('the outcome is open') as string,
    }
    for (let isThere = false; !isThere;) {
      isThere = await truth.stat('doc').then(
        () => true,
        () => false,
      )
    }
    await put(truth, 'doc', 'theirs')
    expect(await outcome).toMatchObject(expected)
    expect(await readText(truth, 'doc')).toBe('theirs')
  })

  it('a lost create that may not be looked at is told as open', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    const headers = { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }
    proxy.onRequest({ method: 'HEAD', fault: { kind: 'answer', status: 403, headers } })
    await expect(put(store, 'doc', 'mine', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      message: expect.stringContaining('the outcome is open') as string,
    })
    expect(await readText(truth, 'doc')).toBe('mine')
  })

  it('a copy, a delete and a conditional delete whose answers are lost', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    const { etag } = await put(truth, 'from', 'body')
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    await store.copy('from', 'to')
    expect(await readText(truth, 'to')).toBe('body')
    proxy.onRequest({ method: 'PUT', times: 1, fault: lost })
    await expect(store.copy('from', 'new', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
    })
    proxy.onRequest({ method: 'DELETE', times: 1, fault: lost })
    expect(await store.delete('to')).toBe(true)
    proxy.onRequest({ method: 'DELETE', times: 1, fault: lost })
    await expect(store.delete('from', { ifMatch: etag })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
    })
    await expect(truth.stat('from')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it.each([
    [503, 'ServerBusy'],
    [429, 'TooManyRequests'],
    [500, 'OperationTimedOut'],
  ])('%s %s is waited for, as long as Retry-After says', async (status, code) => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', 'body')
    const headers = { 'Retry-After': 1, 'x-ms-error-code': code }
    const rule = proxy.onRequest({ times: 1, fault: { kind: 'answer', status, headers } })
    const startedMs = performance.now()
    expect(await readText(store, 'doc')).toBe('body')
    expect(rule.fired).toBe(1)
    expect(performance.now() - startedMs).toBeGreaterThanOrEqual(1000)
  })

  it('a service that stays busy is exhausted, one that asks for an hour told at once', async () => {
    const { proxy, store } = await proxied(service.url, { attemptsMax: 3 })
    const busy = {
      kind: 'answer',
      status: 503,
      headers: { 'x-ms-error-code': 'ServerBusy' },
    } as const
    const rule = proxy.onRequest({ fault: busy })
    await expect(store.stat('doc')).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryable: 'exhausted',
      status: 503,
    })
    expect(rule.fired).toBe(3)
    proxy.clear()
    const patient = proxy.onRequest({
      fault: { ...busy, headers: { ...busy.headers, 'Retry-After': 3600 } },
    })
    await expect(store.stat('doc')).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    expect(patient.fired).toBe(1)
  })

  it('a block is sent again by itself, not the whole body', async () => {
    const small = { singleWriteBytesMax: 1000, blockBytes: 500_000 }
    const { proxy, store, truth } = await proxied(service.url, small)
    proxy.onRequest({ method: 'PUT', after: 2, times: 2, fault: lost })
    await put(store, 'doc', pieces(body, 100_000))
    expect((await readBytes(truth, 'doc')).equals(body)).toBe(true)
    const puts = proxy.requestLog.filter(({ method }) => method === 'PUT')
    expect(puts).toHaveLength(6 + 2 + 1)
  })

  it('a download that is cut in its middle, again and again, comes whole', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', body)
    const rule = proxy.onRequest({
      method: 'GET',
      times: 3,
      fault: { kind: 'cut-body', afterBytes: 400_000 },
    })
    expect((await readBytes(store, 'doc')).equals(body)).toBe(true)
    expect(rule.fired).toBe(3)
  })

  it('a small download that is cut comes whole as well', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', pattern(5000))
    proxy.onRequest({ method: 'GET', times: 2, fault: { kind: 'cut-body', afterBytes: 100 } })
    expect((await readBytes(store, 'doc')).equals(pattern(5000))).toBe(true)
  })

  it('a cut download of a blob that was overwritten is told, not mixed', async () => {
    const { proxy, store, truth } = await proxied(service.url)
    await put(truth, 'doc', body)
    proxy.onRequest({ method: 'GET', times: 1, fault: { kind: 'cut-body', afterBytes: 400_000 } })
    const { body: stream } = await store.read('doc')
    await put(truth, 'doc', pattern(3_000_000, 1))
    const drain = async (): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'CONFLICT', key: 'doc', operation: 'read' })
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
      code: 'TIMEOUT',
      retryable: 'exhausted',
      key: 'doc',
    })
  })

  it('a body that nobody reads gives its socket back, and goes on later', async () => {
    const { proxy, store, truth } = await proxied(service.url, { bodyIdleMsMax: 100 })
    await put(truth, 'doc', body)
    const { body: stream } = await store.read('doc')
    const iterator = (stream as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]()
    const chunks = [(await iterator.next()).value as Uint8Array]
    const isOpen = (): boolean => proxy.connectionsOpen > 0
    await expect.poll(isOpen, { timeout: 5000 }).toBe(false)
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
      code: 'TIMEOUT',
      retryable: 'exhausted',
    })
  })

  it('a service that is down is UNAVAILABLE, and used again when it is back', async () => {
    const { proxy, store, truth } = await proxied(service.url, { attemptsMax: 2 })
    await put(truth, 'doc', 'body')
    await proxy.goDown()
    await expect(store.stat('doc')).rejects.toMatchObject({ code: 'UNAVAILABLE' })
    expect(await store.health()).toMatchObject({ ok: false })
    await proxy.comeUp()
    expect((await store.stat('doc')).size).toBe(4)
  })

  it('1,000 failures leave no socket behind', async () => {
    const { proxy, store, truth } = await proxied(service.url, { attemptsMax: 1 })
    await put(truth, 'doc', body)
    await expect(readBytes(store, 'doc')).resolves.toHaveLength(body.byteLength)
    const before = openHandles().count
    const faults = [
      lost,
      { kind: 'cut-body', afterBytes: 10 },
      { kind: 'answer', status: 500 },
      { kind: 'answer', status: 403 },
    ] as const
    for (let round = 0; round < 250; round++) {
      const rules = faults.map((fault) => proxy.onRequest({ method: 'GET', times: 1, fault }))
      const reads = faults.map(() =>
        readBytes(store, 'doc').then(
          () => 'read',
          () => 'failed',
        ),
      )
      await Promise.all(reads)
      for (const rule of rules) rule.remove()
    }
    proxy.clear()
    const after = await settledHandles(before + 8)
    expect(after.count).toBeLessThanOrEqual(before + 8)
    await store.close()
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
  }, 120_000)
})
