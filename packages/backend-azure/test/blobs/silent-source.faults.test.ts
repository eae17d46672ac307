/** A body whose source falls silent: a failure of the service, and close, are told all the same. */
import { describeWithService } from '@aos-tooling/services/vitest'
import { expect, it } from 'vitest'
import { pattern, put } from '../support/objects.ts'
import { proxied } from '../support/proxied.ts'

const small = { singleWriteBytesMax: 100, blockBytes: 1000 }

describeWithService('azurite', (service) => {
  it('a block that is refused ends the write, and the source', async () => {
    const { proxy, store, truth } = await proxied(service.url, small)
    const headers = { 'x-ms-error-code': 'AuthorizationPermissionMismatch' }
    proxy.onRequest({ method: 'PUT', fault: { kind: 'answer', status: 403, headers } })
    const source = silentAfter(pattern(1500))
    await expect(put(store, 'doc', source.body)).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      operation: 'write',
      key: 'doc',
    })
    expect(source.isClosed()).toBe(true)
    expect((await truth.list()).objects).toEqual([])
  })

  it('the caller’s own end of it is still told as that, and close as CLOSED', async () => {
    const { store, truth } = await proxied(service.url, small)
    const controller = new AbortController()
    const { signal } = controller
    const aborted = put(store, 'doc', silentAfter(pattern(1500)).body, { signal })
    const closed = put(store, 'doc', silentAfter(pattern(1500)).body)
    const outcomes = Promise.allSettled([aborted, closed])
    controller.abort()
    await aborted.catch(() => undefined)
    await store.close()
    expect(await outcomes).toMatchObject([
      { reason: { code: 'ABORTED' } },
      { reason: { code: 'CLOSED' } },
    ])
    expect((await truth.list()).objects).toEqual([])
  })
})

/** Gives the bytes, and then nothing for ever. */
function silentAfter(bytes: Uint8Array): {
  readonly body: AsyncIterable<Uint8Array>
  readonly isClosed: () => boolean
} {
  let asked = 0
  let isClosed = false
  const iterator: AsyncIterator<Uint8Array> = {
    next: () => (asked++ === 0 ? Promise.resolve({ value: bytes }) : new Promise(() => undefined)),
    async return() {
      isClosed = true
      return { done: true, value: undefined }
    },
  }
  return { body: { [Symbol.asyncIterator]: () => iterator }, isClosed: () => isClosed }
}
