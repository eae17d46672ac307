/**
 * Bodies on their way in: bytes, text, Blob or anything iterable becomes a {@link WriteBody}.
 * Inside, data moves as async iterables in large chunks, because each web-stream hop costs
 * microseconds.
 */
import type { WriteBody } from './backend.ts'
import { StorageError } from './errors.ts'
import { describe } from './options.ts'
import { encodeText } from './text.ts'

/** What users may hand in as a body: also Node streams and web streams, which are iterable. */
export type BodyInput =
  | Uint8Array
  | string
  | Blob
  | AsyncIterable<Uint8Array>
  | Iterable<Uint8Array>

/** Chunks that streams of this project carry, in bytes. */
export const chunkBytes: number = 64 * 1024

/**
 * Turns what users hand in into what backends take.
 *
 * @throws TypeError for anything that is no body, and later, from the iteration, for a chunk that
 * is no `Uint8Array`.
 */
export function toWriteBody(input: unknown): WriteBody {
  if (input instanceof Uint8Array) return input
  if (typeof input === 'string') return encodeText(input)
  if (input instanceof Blob) return input.stream() as AsyncIterable<Uint8Array>
  if (typeof input === 'object' && input !== null) {
    if (Symbol.asyncIterator in input) return input as AsyncIterable<Uint8Array>
    if (Symbol.iterator in input && !ArrayBuffer.isView(input) && !Array.isArray(input)) {
      return fromIterable(input as Iterable<Uint8Array>)
    }
  }
  throw new TypeError(
    `A body is a Uint8Array, a string, a Blob or an (async) iterable of Uint8Array, not ${describe(
      input,
    )}; use save() for other values`,
  )
}

async function* fromIterable(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks
}

/** @throws TypeError unless a chunk of a body is a `Uint8Array`. */
export function assertChunk(chunk: unknown): asserts chunk is Uint8Array {
  if (!(chunk instanceof Uint8Array)) {
    throw new TypeError(
      `A body stream yields Uint8Array, not ${describe(chunk)}; for a text stream, pipe it ` +
        'through a TextEncoderStream',
    )
  }
}

/** All bytes of a write body in one array of its own, never the caller's. */
export async function collect(body: WriteBody, bytesMax: number = Infinity): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return ownBytes(body, bytesMax)
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    assertChunk(chunk)
    bytes += chunk.byteLength
    assertBodySize(bytes, bytesMax)
    chunks.push(ownBytes(chunk))
  }
  return concat(chunks, bytes)
}

/**
 * A plain copy. `slice()` of a Buffer would be a view of the caller's bytes, not a copy.
 *
 * @throws StorageError `QUOTA_EXCEEDED` for more than `bytesMax`.
 */
export function ownBytes(bytes: Uint8Array, bytesMax: number = Infinity): Uint8Array {
  assertBodySize(bytes.byteLength, bytesMax)
  return bytes.constructor === Uint8Array ? bytes.slice() : new Uint8Array(bytes)
}

/**
 * Bytes as callers get them, in a buffer of their own: that of a view shows, and lets change, what
 * lies beside it.
 */
export function inOwnBuffer(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes)
}

/** @throws StorageError `QUOTA_EXCEEDED` when a body outgrows what the backend can hold. */
export function assertBodySize(bytes: number, bytesMax: number): void {
  if (bytes <= bytesMax) return
  throw new StorageError(
    'QUOTA_EXCEEDED',
    `The body is larger than the ${bytesMax} bytes that one object can hold here; split it`,
  )
}

function concat(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (chunks.length === 1) return chunks[0]!
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
