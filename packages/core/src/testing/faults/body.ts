/** Bodies that break off: on their way into the store, and on their way out. */
import type { BodyStream, ReadResult, WriteBody } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { discardSource } from '../../source.ts'

const pieceBytes = 16 * 1024

/** The body as a stream that throws after `afterBytes`; a shorter one throws at its end. */
export function tearBody(body: WriteBody, afterBytes: number): BodyStream {
  return {
    [Symbol.asyncIterator]: () => torn(body, afterBytes),
    // A generator that was not started would not close the body.
    cancel: async () => discardSource(body),
  }
}

async function* torn(body: WriteBody, afterBytes: number): AsyncGenerator<Uint8Array> {
  let left = afterBytes
  for await (const chunk of body instanceof Uint8Array ? pieces(body) : body) {
    if (chunk.byteLength >= left) {
      if (left > 0) yield chunk.subarray(0, left)
      break
    }
    left -= chunk.byteLength
    yield chunk
  }
  throw new Error(`injected fault: the body broke off after ${afterBytes} bytes`)
}

/**
 * The result with a body that breaks off after `afterBytes`: with `UNAVAILABLE`, or silently, as a
 * connection does whose end nobody checks.
 */
export function cutRead(
  result: ReadResult,
  kind: 'short-read' | 'silent-end',
  afterBytes: number,
): ReadResult {
  const { body } = result
  const cut: BodyStream = {
    async *[Symbol.asyncIterator]() {
      let left = afterBytes
      for await (const chunk of body instanceof Uint8Array ? pieces(body) : body) {
        if (chunk.byteLength >= left) {
          if (left > 0) yield chunk.subarray(0, left)
          break
        }
        left -= chunk.byteLength
        yield chunk
      }
      if (kind === 'silent-end') return
      throw new StorageError('UNAVAILABLE', `Injected fault: cut off after ${afterBytes} bytes`, {
        key: result.info.key,
        operation: 'read',
      })
    },
    cancel: async () => {
      if (!(body instanceof Uint8Array)) await body.cancel()
    },
  }
  return { ...result, body: cut }
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    yield bytes.subarray(at, at + pieceBytes)
  }
}
