/**
 * A framed body on its way out: stored frames are checked and decoded one after the other.
 *
 * Invariant: what is read to its end without an error is the body as it was written. The last frame
 * is held back until the index has been seen to tell the same as the frames.
 */
import type { BodyStream } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { corrupt, ofObject } from './faults.ts'
import {
  type DecodedFrame,
  type FrameCodec,
  type FrameIndex,
  type FrameShape,
  framesIn,
} from './form.ts'
import { FrameRows } from './rows.ts'
import type { StoredBytes } from './stored-bytes.ts'

/** Which bytes are to come of which frames. */
export interface FramePlan {
  readonly key: string
  readonly shape: FrameShape
  /** Bytes of the raw body. */
  readonly size: number
  /** Raw bytes `[start, end)` are asked for; not none. */
  readonly start: number
  readonly end: number
  /** Frame by which `stored` begins. */
  readonly firstFrame: number
  readonly stored: StoredBytes
  /** Undefined: the whole body is read, and its index comes behind it, if it has one. */
  readonly rows: FrameRows | undefined
  /** Throws when the store was closed, or the caller's signal fired. */
  readonly assertGoingOn: () => void
}

const ended = { done: true, value: undefined } as const

/** The chunks of a plan, one for each frame. */
export class FrameBody implements BodyStream {
  readonly #plan: FramePlan
  readonly #chunks: AsyncGenerator<Uint8Array>
  #state: 'open' | 'over' | 'cancelled' = 'open'

  constructor(plan: FramePlan) {
    this.#plan = plan
    this.#chunks = decodedChunks(plan)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => this.#next(),
      return: async () => {
        await this.cancel()
        return ended
      },
    }
  }

  async cancel(): Promise<void> {
    if (this.#state !== 'open') return
    this.#state = 'cancelled'
    await this.#plan.stored.cancel()
  }

  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (this.#state === 'open') {
      const next = await this.#decoded()
      // A body that is cancelled meanwhile is not whole, whatever has come.
      if (next !== undefined) return next
    }
    if (this.#state === 'over') return ended
    const { key } = this.#plan
    throw new StorageError('ABORTED', 'The body was cancelled', { key, operation: 'read' })
  }

  /** The next chunk or the end; undefined when the body was cancelled meanwhile. */
  async #decoded(): Promise<IteratorResult<Uint8Array> | undefined> {
    try {
      const next = await this.#chunks.next()
      if (this.#state === 'cancelled') return undefined
      if (next.done === true) this.#state = 'over'
      return next
    } catch (error) {
      await this.#plan.stored.cancel().catch(() => undefined)
      if (this.#state === 'cancelled') return undefined
      this.#state = 'over'
      const { key, shape } = this.#plan
      throw ofObject(error, key, shape.codec.words)
    }
  }
}

/** All bytes of a plan, in memory. */
export async function decodeWhole(plan: FramePlan): Promise<Uint8Array> {
  const whole = new Uint8Array(plan.end - plan.start)
  let at = 0
  try {
    for await (const chunk of decodedChunks(plan)) {
      whole.set(chunk, at)
      at += chunk.byteLength
    }
  } catch (error) {
    await plan.stored.cancel().catch(() => undefined)
    throw ofObject(error, plan.key, plan.shape.codec.words)
  }
  return whole
}

async function* decodedChunks(plan: FramePlan): AsyncGenerator<Uint8Array> {
  const { shape, size, start, end, firstFrame, stored, rows, assertGoingOn } = plan
  const { codec, frameBytes } = shape
  const frames = framesIn(size, frameBytes)
  const lastFrame = framesIn(end, frameBytes) - 1
  const seen = rows === undefined ? new FrameRows(codec.checkBytes) : undefined
  for (let frame = firstFrame; frame <= lastFrame; frame++) {
    assertGoingOn()
    const at = frame * frameBytes
    const { bytes, decoded } = await nextFrame(plan, Math.min(frameBytes, size - at))
    if (rows?.isSame(frame, bytes, decoded.check) === false) {
      throw unlikeIndex(frame, codec)
    }
    seen?.add(bytes, decoded.check)
    if (seen !== undefined && frame === frames - 1) await assertEnd(plan, seen)
    assertGoingOn()
    const chunk = decoded.raw.subarray(Math.max(0, start - at), end - at)
    if (chunk.byteLength > 0) yield chunk
  }
  // Read to its very end, a connection can be used again.
  if ((await stored.ahead(1)).byteLength > 0) throw corrupt('more follows behind its end')
  await stored.cancel()
}

async function nextFrame(
  { shape: { codec }, stored }: FramePlan,
  rawBytes: number,
): Promise<{ bytes: number; decoded: DecodedFrame }> {
  const bytesMax = codec.storedBytesMax(rawBytes)
  let ahead = await stored.ahead(1)
  let bytes = codec.frameLength(ahead, rawBytes)
  while (bytes === undefined) {
    const before = ahead.byteLength
    // What lies ahead of one frame may be many; no frame is longer than the longest.
    if (before > bytesMax) throw corrupt(`a ${codec.words.frame} does not end`)
    ahead = await stored.ahead(before + 1)
    if (ahead.byteLength === before) throw corrupt(`the body ends amid a ${codec.words.frame}`)
    bytes = codec.frameLength(ahead, rawBytes)
  }
  if (bytes > bytesMax) throw corrupt(`a ${codec.words.frame} is longer than its bytes can make it`)
  if ((await stored.ahead(bytes)).byteLength < bytes)
    throw corrupt(`the body ends amid a ${codec.words.frame}`)
  const decoded = await codec.decode(stored.take(bytes), rawBytes)
  if (decoded.raw.byteLength !== rawBytes)
    throw corrupt(`a ${codec.words.frame} holds less than it must`)
  return { bytes, decoded }
}

/** Behind the last frame there is the index, which tells what was seen, or nothing. */
async function assertEnd({ shape, size, stored }: FramePlan, seen: FrameRows): Promise<void> {
  const { codec, hasIndex, check } = shape
  const bytes = hasIndex ? codec.indexBytes(seen.count) : 0
  const ahead = await stored.ahead(bytes + 1)
  if (ahead.byteLength !== bytes) {
    throw corrupt(ahead.byteLength < bytes ? 'its end is missing' : 'more follows behind its end')
  }
  if (hasIndex) assertIndex(shape, size, seen, codec.decodeIndex(stored.take(bytes)))
  else if (check !== undefined && Buffer.compare(check, seen.check(0)) !== 0) {
    throw corrupt('its bytes are not those of the checksum in its metadata')
  }
}

function assertIndex(shape: FrameShape, size: number, seen: FrameRows, index: FrameIndex): void {
  assertIndexOf(shape, size, index)
  for (let frame = 0; frame < seen.count; frame++) {
    if (index.rows.isSame(frame, seen.storedBytes(frame), seen.check(frame))) continue
    throw unlikeIndex(frame, shape.codec)
  }
}

function unlikeIndex(frame: number, { words }: FrameCodec): StorageError {
  return corrupt(`its ${words.frame} ${frame} is not the one of which its ${words.index} tells`)
}

/** @throws StorageError `CORRUPT` unless the index is of an object of this shape and size. */
export function assertIndexOf(
  { frameBytes, codec: { words } }: FrameShape,
  size: number | undefined,
  index: FrameIndex,
): void {
  if (index.frameBytes !== frameBytes || (size !== undefined && index.size !== size)) {
    throw corrupt(`its ${words.index} and its metadata do not tell the same`)
  }
  if (index.rows.count !== framesIn(index.size, frameBytes)) {
    throw corrupt(`its ${words.index} has not a row for each ${words.frame}`)
  }
}
