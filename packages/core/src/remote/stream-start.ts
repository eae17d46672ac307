/**
 * The start of a stream, by which it is found out whether it is short.
 *
 * Invariant: a source that uses its buffer again harms nothing: what it gave is copied, or it is
 * not asked for more until that is done.
 */

/** Of the buffer, which doubles as it fills. */
const firstBufferBytes = 64 * 1024

/** What was taken of a stream. */
export interface StreamStart {
  /** From the beginning on. */
  readonly bytes: Uint8Array
  /** The chunk that did not fit; the source may use its memory again once it is asked for more. */
  readonly overflow: Uint8Array | undefined
}

/** The first bytes of a stream: all of it, without overflow, when there are no more than fit. */
export async function takeStart(
  source: AsyncGenerator<Uint8Array>,
  bytesMax: number,
): Promise<StreamStart> {
  let buffer = new Uint8Array(Math.min(firstBufferBytes, bytesMax))
  let filled = 0
  for (;;) {
    const next = await source.next()
    if (next.done === true) return { bytes: buffer.subarray(0, filled), overflow: undefined }
    const bytes = filled + next.value.byteLength
    if (bytes > bytesMax) return { bytes: buffer.subarray(0, filled), overflow: next.value }
    if (bytes > buffer.byteLength) {
      const larger = new Uint8Array(Math.min(bytesMax, Math.max(bytes, buffer.byteLength * 2)))
      larger.set(buffer.subarray(0, filled))
      buffer = larger
    }
    buffer.set(next.value, filled)
    filled = bytes
  }
}

/** The whole stream again, of which the start did not hold all. */
export async function* continued(
  { bytes, overflow }: StreamStart,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield bytes
  yield overflow!
  yield* rest
}
