/** Aborts and closes in every phase of a long write: no upload and no scratch object stays. */
import type { StorageBackend } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it } from 'vitest'
import type { S3Operation, ScriptedFault } from '../../src/testing/index.ts'
import { failureOf, pattern, pieces, put } from '../support/objects.ts'
import { simulatedBucket } from '../support/simulation.ts'

const body = pattern(6_000_000)
const bodies = { bytes: () => body, stream: () => pieces(body, 700_000) }
const ways = {
  'in parts': { singleWriteBytesMax: 1000 },
  'by a scratch object': { singleWriteBytesMax: 1000, checksum: 'sha256' },
} as const

/** Where a request is when its caller goes: not looked at yet, or done and not answered. */
const places = ['request', 'answer'] as const
const endings = {
  abort: (_: StorageBackend, controller: AbortController) => controller.abort(),
  close: (store: StorageBackend) => store.close(),
}

describe.each(Object.entries(ways))('a stream that goes %s', (way, options) => {
  const operations: S3Operation[] = [
    'CreateMultipartUpload',
    'UploadPart',
    'CompleteMultipartUpload',
  ]
  if (way !== 'in parts') operations.push('CopyObject')
  const phases = operations.flatMap((operation) => places.map((at) => [operation, at] as const))

  it.each(phases)(
    'and is aborted or closed in a %s that stalls before its %s',
    async (...phase) => {
      const [operation, at] = phase
      for (const [ending, end] of Object.entries(endings)) {
        const { s3, name, open } = await simulatedBucket({}, options)
        const store = await open()
        s3.put(name, 'doc', 'old')
        const fault: ScriptedFault = { kind: 'stall', at }
        const rule = s3.script({ operation, times: 1, fault })
        const controller = new AbortController()
        const write = put(store, 'doc', bodies.stream(), { signal: controller.signal })
        const code = ending === 'abort' ? 'ABORTED' : 'CLOSED'
        const failure = failureOf(write)
        await expect.poll(() => rule.stalled).toBe(1)
        const ended = end(store, controller)
        expect(await failure).toMatchObject({ code, retryable: 'no' })
        // The service goes on with what it had begun.
        rule.release()
        await ended
        await expect.poll(() => s3.uploads(name)).toEqual([])
        // A completion or copy that was under way may be done all the same.
        const isDone =
          at === 'answer' && ['CopyObject', 'CompleteMultipartUpload'].includes(operation)
        const sizes = (): number[] => s3.objects(name).map((object) => object.body.byteLength)
        const isOwn = operation === 'CopyObject' || way === 'in parts'
        await expect.poll(sizes).toEqual([isDone && isOwn ? body.byteLength : 3])
        await store.close()
        await expect.poll(() => s3.connectionsOpen).toBe(0)
      }
    },
  )
})

it.each(Object.entries(endings))('an upload from bytes leaves nothing after %s', async (_, end) => {
  const { s3, name, open } = await simulatedBucket({}, { singleWriteBytesMax: 1000 })
  const store = await open()
  const rule = s3.script({
    operation: 'UploadPart',
    times: 1,
    fault: { kind: 'stall', at: 'request' },
  })
  const controller = new AbortController()
  const write = put(store, 'doc', bodies.bytes(), { signal: controller.signal })
  const failure = failureOf(write)
  await expect.poll(() => rule.stalled).toBe(1)
  const ended = end(store, controller)
  expect(await failure).toMatchObject({ retryable: 'no' })
  await ended
  expect(s3.uploads(name)).toEqual([])
  expect(s3.objects(name)).toEqual([])
})

it('a source that fails, at any chunk, leaves no upload and no scratch object', async () => {
  for (const options of Object.values(ways)) {
    const { s3, name, open } = await simulatedBucket({}, options)
    const store = await open()
    for (let chunks = 0; chunks < 4; chunks++) {
      const source = async function* (): AsyncGenerator<Uint8Array> {
        yield* pieces(pattern(chunks * 800), 800)
        throw new Error('the source broke')
      }
      await expect(put(store, 'doc', source())).rejects.toMatchObject({ code: 'ABORTED' })
    }
    expect(s3.uploads(name)).toEqual([])
    expect(s3.objects(name)).toEqual([])
  }
})

it('a service that does not answer to tidying up keeps a close no longer than 5 s', async () => {
  const { s3, name, open } = await simulatedBucket({}, { singleWriteBytesMax: 1000 })
  const clock = virtualClock({ nowMs: Date.now() })
  const store = await open({ clock })
  const stall: ScriptedFault = { kind: 'stall', at: 'request' }
  const part = s3.script({ operation: 'UploadPart', fault: stall })
  const abort = s3.script({ operation: 'AbortMultipartUpload', fault: stall })
  const failure = failureOf(put(store, 'doc', bodies.stream()))
  await expect.poll(() => part.stalled).toBe(1)
  let isClosed = false
  const closed = store.close().then(() => (isClosed = true))
  await expect.poll(() => abort.stalled).toBe(1)
  await clock.advance(4999)
  expect(isClosed).toBe(false)
  await clock.advance(1)
  await closed
  expect(await failure).toMatchObject({ code: 'CLOSED' })
  // Swept by a rule of the bucket, or `abortUploadsBefore`.
  expect(s3.uploads(name)).toHaveLength(1)
  s3.clearScript()
  await expect.poll(() => s3.connectionsOpen).toBe(0)
})
