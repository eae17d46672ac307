/** What is held at most: blocks on their way, and the bodies of a store that was closed. */
import { BlobServiceClient } from '@azure/storage-blob'
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it, onTestFinished } from 'vitest'
import { AzureStorageBackend } from '../../src/index.ts'
import { pattern, put } from '../support/objects.ts'
import { proxied, through } from '../support/proxied.ts'

describeWithService('azurite', (service) => {
  it.each([1, 2, 5])('a slow service takes %s blocks, and no more of the source', async (most) => {
    const blockBytes = 1000
    const small = { singleWriteBytesMax: 100, blockBytes, blockConcurrency: most }
    const { proxy, store } = await proxied(service.url, small)
    const rule = proxy.onRequest({ method: 'PUT', fault: { kind: 'lost-answer', by: 'silence' } })
    let taken = 0
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; taken < 100_000; taken += 250) yield pattern(250)
    }
    const controller = new AbortController()
    const { signal } = controller
    const write = put(store, 'doc', source(), { signal }).catch((error: unknown) => error)
    await expect.poll(() => rule.fired, { timeout: 5000 }).toBe(most)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(rule.fired).toBe(most)
    expect(taken).toBeLessThanOrEqual((most + 1) * blockBytes)
    controller.abort()
    expect(await write).toMatchObject({ code: 'ABORTED' })
  })

  it('bodies end with their store, also those over a client that stays', async () => {
    const { proxy, truth, container } = await proxied(service.url)
    await put(truth, 'doc', pattern(8_000_000))
    const client = BlobServiceClient.fromConnectionString(through(proxy, service.url))
    const store = new AzureStorageBackend({ client, container: container.name })
    onTestFinished(() => store.close())
    const { body } = await store.read('doc')
    expect(proxy.connectionsOpen).toBe(1)
    await store.close()
    await expect.poll(() => proxy.connectionsOpen, { timeout: 5000 }).toBe(0)
    const drain = async (): Promise<void> => {
      for await (const chunk of body as AsyncIterable<Uint8Array>) void chunk
    }
    await expect(drain()).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
