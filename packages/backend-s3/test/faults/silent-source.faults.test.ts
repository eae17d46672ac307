/** A body whose source falls silent: a failure of the service, and close, are told all the same. */
import { expect, it } from 'vitest'
import { failureOf, pattern, pieces, put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const small = { singleWriteBytesMax: 1000 }
/** Of the smallest part, so that one is on its way when the source falls silent. */
const partBytes = 5 * 1024 ** 2

it('a part that is refused ends the write, and the source', async () => {
  const { s3, name, open } = await simulatedBucket({}, { ...small, partBytes })
  const store = await open()
  s3.script({ operation: 'UploadPart', fault: { kind: 'error', code: 'AccessDenied' } })
  const source = silentAfter(pattern(partBytes + 1))
  await expect(put(store, 'doc', source.body)).rejects.toMatchObject({
    ...{ code: 'PERMISSION_DENIED', operation: 'write', key: 'doc' },
  })
  expect(source.isClosed()).toBe(true)
  expect(s3.objects(name)).toEqual([])
  expect(s3.uploads(name)).toEqual([])
})

it('the caller’s own end of it is still told as that, and close as CLOSED', async () => {
  for (const more of [{}, { checksum: 'sha256' }] as const) {
    const { s3, name, open } = await simulatedBucket({}, { ...small, ...more })
    const store = await open()
    const controller = new AbortController()
    const { signal } = controller
    const aborted = put(store, 'doc', silentAfter(pattern(1500)).body, { signal })
    const closed = put(store, 'doc', silentAfter(pattern(1500)).body)
    const outcomes = Promise.allSettled([aborted, closed])
    // Both have begun their uploads, and wait for their sources.
    await expect.poll(() => s3.uploads(name).length).toBe(2)
    controller.abort()
    await aborted.catch(() => undefined)
    await store.close()
    expect(await outcomes).toMatchObject([
      { reason: { code: 'ABORTED' } },
      { reason: { code: 'CLOSED' } },
    ])
    expect(s3.objects(name)).toEqual([])
    expect(s3.uploads(name)).toEqual([])
  }
})

it('a slow service takes as many parts as it may, and no more of the source', async () => {
  for (const partConcurrency of [1, 2, 3]) {
    const { s3, open } = await simulatedBucket({}, { ...small, partBytes, partConcurrency })
    const store = await open()
    const rule = s3.script({ operation: 'UploadPart', fault: { kind: 'stall', at: 'request' } })
    const chunk = pattern(1024 ** 2)
    let taken = 0
    async function* source(): AsyncGenerator<Uint8Array> {
      for (; taken < 100; taken += 1) yield* pieces(chunk, chunk.byteLength)
    }
    const controller = new AbortController()
    const write = put(store, 'doc', source(), { signal: controller.signal })
    const failure = failureOf(write)
    await expect.poll(() => rule.stalled).toBe(partConcurrency)
    // One more would be begun within these turns, if it were.
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
    expect(rule.fired).toBe(partConcurrency)
    expect(taken).toBeLessThanOrEqual((partConcurrency + 1) * 5 + 1)
    controller.abort()
    expect(await failure).toMatchObject({ code: 'ABORTED' })
  }
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
