/** Where a download may be cut, and what it is read on with: the same version, the right bytes. */
import { describeWithService } from '@aos-tooling/services/vitest'
import type { ReadOptions, StorageBackend } from '@aos-storage/core'
import { expect, it } from 'vitest'
import { pattern, put } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const body = pattern(1_000_000)
const streamed = { smallReadBytesMax: 0 }

async function bytesOf(store: StorageBackend, options: ReadOptions): Promise<Buffer> {
  const { body: read, start, end } = await store.read('doc', options)
  const chunks: Uint8Array[] = []
  if (read instanceof Uint8Array) chunks.push(read)
  else for await (const chunk of read) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  expect(whole.byteLength).toBe(end - start)
  return whole
}

describeWithService('azurite', (service) => {
  it.each<[string, ReadOptions['range'], number, number]>([
    ['the whole', undefined, 0, 1_000_000],
    ['a range', { offset: 100_001, length: 500_000 }, 100_001, 600_001],
    ['a range to the end', { offset: 999_000 }, 999_000, 1_000_000],
    ['a range beyond the end', { offset: 900_000, length: 500_000 }, 900_000, 1_000_000],
    ['a suffix', { suffix: 300_000 }, 700_000, 1_000_000],
    ['a suffix of all and more', { suffix: 2_000_000 }, 0, 1_000_000],
  ])('%s, cut before the first byte, inside and before the last', async (_, range, start, end) => {
    const { proxy, store, truth } = await proxied(service.url, streamed)
    await put(truth, 'doc', body)
    const expected = Buffer.from(body.subarray(start, end))
    for (const afterBytes of [0, 1, 501, end - start - 1]) {
      const cut = { kind: 'cut-body', afterBytes } as const
      const rule = proxy.onRequest({ method: 'GET', times: 1, fault: cut })
      expect((await bytesOf(store, { range })).equals(expected)).toBe(true)
      expect(rule.fired).toBe(1)
      rule.remove()
    }
  })

  it.each([
    ['a shorter version', 10],
    ['a longer one', 2_000_000],
    ['an empty one', 0],
  ])('of a blob that became %s meanwhile is told, not mixed', async (_name, bytes) => {
    const { proxy, store, truth } = await proxied(service.url, streamed)
    await put(truth, 'doc', body)
    proxy.onRequest({ method: 'GET', times: 1, fault: { kind: 'cut-body', afterBytes: 600_000 } })
    const { body: stream } = await store.read('doc')
    await put(truth, 'doc', pattern(bytes, 1))
    const drain = async (): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'CONFLICT', retryable: 'yes' })
  })

  it('of which the service says first that the range is behind the end is told, too', async () => {
    const { proxy, store, truth } = await proxied(service.url, streamed)
    await put(truth, 'doc', body)
    proxy.onRequest({ method: 'GET', times: 1, fault: { kind: 'cut-body', afterBytes: 600_000 } })
    const headers = { 'x-ms-error-code': 'InvalidRange' }
    proxy.onRequest({ method: 'GET', after: 1, fault: { kind: 'answer', status: 416, headers } })
    await expect(bytesOf(store, {})).rejects.toMatchObject({ code: 'CONFLICT', retryable: 'yes' })
  })

  it('is over when its signal had fired before it began', async () => {
    const { proxy, store, truth } = await proxied(service.url, streamed)
    await put(truth, 'doc', body)
    const controller = new AbortController()
    const { body: stream } = await store.read('doc', { signal: controller.signal })
    controller.abort(new Error('enough'))
    const drain = async (): Promise<void> => {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'ABORTED' })
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
  })
})
