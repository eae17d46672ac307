/**
 * Raw bytes on their way in: cut into frames, encoded a few at a time, the index behind them.
 *
 * ```
 * source -> guarded -> frames of frameBytes -> encode, some at once -> stored chunks -> index
 * ```
 */
import { assertBodySize } from '../../body.ts'
import type { StreamStart } from '../../remote/stream-start.ts'
import { workAhead } from './ahead.ts'
import { type EncodedFrame, type FrameForm, framesIn } from './form.ts'
import { FrameRows } from './rows.ts'

/** Frames that are encoded at once hold no more raw bytes, and are no more. */
const aheadBytesMax = 4 * 1024 ** 2
const aheadFramesMax = 4

/** A body that was encoded whole. */
export interface WholeFrames {
  readonly stored: Uint8Array
  /** Of the only frame of a body that has no index. */
  readonly check: Uint8Array | undefined
}

/** All of a body in memory, or undefined where it does not shrink. */
export async function encodeWhole(
  form: FrameForm,
  raw: Uint8Array,
  assertGoingOn: () => void,
): Promise<WholeFrames | undefined> {
  const { codec, frameBytes } = form
  const size = raw.byteLength
  const hasIndex = !form.isIndexless(size)
  const parts: Uint8Array[] = []
  const rows = new FrameRows(codec.checkBytes)
  const encode = (frame: Uint8Array): Promise<EncodedFrame> => codec.encode(frame, true)
  const frames = slices(raw, 0, frameBytes)
  const first = await encode(frames.next().value ?? raw)
  if (!shrinks(form, first, Math.min(frameBytes, size))) return undefined
  if (!hasIndex) return { stored: first.stored, check: first.check }
  const add = ({ stored, check }: EncodedFrame): void => {
    parts.push(stored)
    rows.add(stored.byteLength, check)
  }
  if (size > 0) add(first)
  for await (const frame of workAhead(frames, aheadOf(frameBytes), encode)) {
    assertGoingOn()
    add(frame)
  }
  parts.push(codec.encodeIndex({ frameBytes, size, rows }))
  return { stored: joined(parts), check: undefined }
}

/** True when the first frame of a body is worth it. */
export function shrinks(form: FrameForm, first: EncodedFrame, rawBytes: number): boolean {
  return first.stored.byteLength <= rawBytes * form.shareMax
}

/** A body that is encoded as it comes. */
export class FrameWriter {
  readonly rows: FrameRows
  /** Raw bytes so far; all of them at the end. */
  size = 0
  readonly #form: FrameForm
  readonly #bytesMax: number

  constructor(form: FrameForm, bytesMax: number) {
    this.#form = form
    this.#bytesMax = bytesMax
    this.rows = new FrameRows(form.codec.checkBytes)
  }

  /** The stored chunks of a stream whose start was taken. @param first Of its first frame. */
  async *stored(
    start: StreamStart,
    rest: AsyncGenerator<Uint8Array>,
    first: EncodedFrame,
  ): AsyncGenerator<Uint8Array> {
    const { codec, frameBytes } = this.#form
    this.size = frameBytes
    yield this.#added(first)
    const frames = this.#frames(start, rest)
    const encode = (frame: Uint8Array): Promise<EncodedFrame> => codec.encode(frame, false)
    for await (const frame of workAhead(frames, aheadOf(frameBytes), encode)) {
      yield this.#added(frame)
    }
    yield codec.encodeIndex({ frameBytes, size: this.size, rows: this.rows })
  }

  /** The same stream, kept as it is. */
  async *raw(start: StreamStart, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    yield this.#counted(start.bytes)
    yield this.#counted(start.overflow!)
    for await (const chunk of rest) yield this.#counted(chunk)
  }

  #counted(chunk: Uint8Array): Uint8Array {
    this.size += chunk.byteLength
    assertBodySize(this.size, this.#bytesMax)
    return chunk
  }

  #added({ stored, check }: EncodedFrame): Uint8Array {
    this.rows.add(stored.byteLength, check)
    return stored
  }

  /** All but the first frame, each with memory of its own: it is encoded while the next comes. */
  async *#frames(start: StreamStart, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
    const { frameBytes } = this.#form
    const whole = Math.floor(start.bytes.byteLength / frameBytes) * frameBytes
    for (const slice of slices(start.bytes.subarray(0, whole), frameBytes, frameBytes)) {
      yield this.#counted(slice)
    }
    let frame = new Uint8Array(frameBytes)
    let filled = 0
    for await (const chunk of chunksAfter(start, whole, rest)) {
      for (let at = 0; at < chunk.byteLength;) {
        const part = chunk.subarray(at, at + frameBytes - filled)
        frame.set(part, filled)
        filled += part.byteLength
        at += part.byteLength
        if (filled < frameBytes) continue
        yield this.#counted(frame)
        frame = new Uint8Array(frameBytes)
        filled = 0
      }
    }
    if (filled > 0) yield this.#counted(frame.subarray(0, filled))
  }
}

async function* chunksAfter(
  start: StreamStart,
  at: number,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield start.bytes.subarray(at)
  yield start.overflow!
  yield* rest
}

function* slices(bytes: Uint8Array, from: number, sliceBytes: number): Generator<Uint8Array> {
  for (let at = from; at < bytes.byteLength; at += sliceBytes) {
    yield bytes.subarray(at, at + sliceBytes)
  }
}

function aheadOf(frameBytes: number): number {
  return Math.max(1, Math.min(aheadFramesMax, Math.floor(aheadBytesMax / frameBytes)))
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0)
  const whole = new Uint8Array(bytes)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

/** Largest raw body whose stored form is sure to fit into `storedBytesMax`. */
export function rawBytesMax(form: FrameForm, storedBytesMax: number, framesMax: number): number {
  const { codec, frameBytes } = form
  const frames = Math.min(framesMax, framesIn(storedBytesMax, frameBytes))
  const more = frames * (codec.storedBytesMax(frameBytes) - frameBytes) + codec.indexBytes(frames)
  return Math.max(0, Math.min(frames * frameBytes, storedBytesMax - more))
}
