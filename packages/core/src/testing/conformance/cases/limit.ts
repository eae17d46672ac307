/** The claimed size of objects: as much is taken, one byte more is refused and changes nothing. */
import assert from 'node:assert/strict'
import { type ConformanceCase, defineCases } from '../case.ts'
import type { CaseContext } from '../context.ts'
import { expectBytes, expectError, expectKeys, expectText } from '../expectations.ts'
import { listKeys, pattern, put, readBytes, turn } from '../objects.ts'

/** The kit writes no larger objects than this. */
const testedBytesMax = 64 * 1024 ** 2
const chunkBytes = 256 * 1024

/** The claim, where it is small enough to be tried; a harness can open its store with less. */
function limitOf(context: CaseContext): number {
  const { objectBytesMax } = context.capabilities
  if (objectBytesMax <= testedBytesMax) return objectBytesMax
  return context.skip(
    `claims objects of ${objectBytesMax} bytes; the kit writes at most ${testedBytesMax}`,
  )
}

/** A source of `bytes` that knows whether it was closed, or read to its end. */
function watchedSource(bytes: number): {
  body: AsyncGenerator<Uint8Array>
  hasEnded: () => boolean
} {
  let ended = false
  const chunk = pattern(chunkBytes)
  const read = async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (let at = 0; at < bytes; at += chunkBytes) {
        yield chunk.subarray(0, Math.min(chunkBytes, bytes - at))
        await turn()
      }
    } finally {
      ended = true
    }
  }
  return { body: read(), hasEnded: () => ended }
}

export const limitCases: readonly ConformanceCase[] = defineCases('limit', [
  {
    name: 'largest',
    title:
      'an object of capabilities.objectBytesMax bytes is stored whole, from bytes and a stream',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const bytes = limitOf(context)
      const body = pattern(bytes)
      await put(backend, 'bytes', body)
      expectBytes(await readBytes(backend, 'bytes'), body, 'largest object, written as bytes')
      await backend.delete('bytes')
      const { size } = await put(backend, 'stream', watchedSource(bytes).body)
      assert.equal(size, bytes, 'size of the largest object, written from a stream')
      const read = await readBytes(backend, 'stream')
      assert.equal(read.byteLength, bytes, 'bytes read of the largest object')
    },
  },
  {
    name: 'too-large',
    title: 'one byte more than capabilities.objectBytesMax is QUOTA_EXCEEDED and changes nothing',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const bytes = limitOf(context) + 1
      await put(backend, 'doc', 'old')
      const stream = watchedSource(bytes)
      const endless = watchedSource(Infinity)
      const bodies = { bytes: new Uint8Array(bytes), stream: stream.body, endless: endless.body }
      for (const [kind, body] of Object.entries(bodies)) {
        const doing = `write("doc") of ${bytes} bytes (${kind})`
        const error = await expectError('QUOTA_EXCEEDED', doing, () => put(backend, 'doc', body))
        assert.equal(error.retryable, 'no', `retryable of ${doing}`)
        await expectText(backend, 'doc', 'old', `after a refused ${doing}`)
      }
      for (let at = 0; at < 50 && !endless.hasEnded(); at++) await turn()
      assert.ok(stream.hasEnded() && endless.hasEnded(), 'a source was not closed when refused')
      const create = (): Promise<unknown> => put(backend, 'new', new Uint8Array(bytes))
      await expectError('QUOTA_EXCEEDED', `write("new") of ${bytes} bytes`, create)
      expectKeys(await listKeys(backend), ['doc'], 'keys after objects that were too large')
    },
  },
])
