/**
 * Bodies kept as frames: what a layer that stores them so has to say, and what is the same for all.
 *
 * ```
 * raw     |  frameBytes  |  frameBytes  |  the rest  |
 * stored  | frame 0 | frame 1 | frame 2 | index      |     mark in the metadata
 * ```
 *
 * A frame can be read without the ones before it; the index tells where each begins and what it
 * must hold. An object of one frame needs no index where its mark tells the rest. The mark names
 * the form; an object without it is kept as it is.
 *
 * Invariant: all frames but the last hold `frameBytes` of the raw body, the last one 1 to
 * `frameBytes`; so a place in the body names its frame without a search.
 */
import type { WriteOptions } from '../../backend.ts'
import type { FrameRows } from './rows.ts'

/** One frame as it is stored. */
export interface EncodedFrame {
  readonly stored: Uint8Array
  /** By which the raw bytes are known again, `checkBytes` of it. */
  readonly check: Uint8Array
}

/** One frame as it was given. */
export interface DecodedFrame {
  readonly raw: Uint8Array
  readonly check: Uint8Array
}

/** What an index tells. */
export interface FrameIndex {
  readonly frameBytes: number
  readonly size: number
  readonly rows: FrameRows
}

/** What users of a layer call its parts. */
export interface FrameWords {
  readonly layer: string
  readonly frame: string
  readonly index: string
}

/** How frames and their index look. All refuse what they do not know with `CORRUPT`. */
export interface FrameCodec {
  /** For errors. */
  readonly words: FrameWords
  readonly checkBytes: number
  /** Most bytes that a frame of so many raw bytes takes. */
  storedBytesMax(rawBytes: number): number
  /** @param isShared The bytes may be changed meanwhile by whoever gave them. */
  encode(raw: Uint8Array, isShared: boolean): Promise<EncodedFrame>
  /** Length of the frame that `bytes` begin with; undefined when more of them must be seen. */
  frameLength(bytes: Uint8Array, rawBytes: number): number | undefined
  /** @param rawBytes What must come of it: never more is made. */
  decode(stored: Uint8Array, rawBytes: number): Promise<DecodedFrame>
  indexBytes(frames: number): number
  encodeIndex(index: FrameIndex): Uint8Array
  /** How many frames the index tells of whose last bytes these are. */
  framesOf(tail: Uint8Array): number
  decodeIndex(bytes: Uint8Array): FrameIndex
}

/** How one stored object is to be read. */
export interface FrameShape {
  readonly codec: FrameCodec
  readonly frameBytes: number
  /** Bytes of the raw body. Undefined: only the index tells. */
  readonly size: number | undefined
  readonly hasIndex: boolean
  /** Of the only frame, where the mark holds it. */
  readonly check: Uint8Array | undefined
}

/** What is known of a body when its mark is made. */
export interface MarkedBody {
  /** Undefined: a stream that is still running. */
  readonly size: number | undefined
  /** Of the only frame of a body that has no index; else undefined. */
  readonly check: Uint8Array | undefined
}

/** A layer that stores bodies as frames. */
export interface FrameForm {
  /** Metadata name of the mark. */
  readonly markName: string
  readonly markBytesMax: number
  /** Of what is written. */
  readonly frameBytes: number
  readonly codec: FrameCodec
  /** Shorter bodies are kept as they are. */
  readonly bytesMin: number
  /** The first frame must shrink to this share, else the body is kept as it is. */
  readonly shareMax: number
  /** False: a body written with these options is kept as it is. */
  takes(options: WriteOptions): boolean
  /** True for an object of so many bytes whose mark holds all that an index would. */
  isIndexless(size: number): boolean
  mark(body: MarkedBody): string
  /**
   * How an object with this mark is read.
   *
   * @throws StorageError `CORRUPT` for one that means nothing, `UNSUPPORTED` for one from later on.
   */
  shapeOf(mark: string, storedBytes: number): FrameShape
  /** Why an object without a mark is not read; undefined: it is. */
  readonly unmarkedFault: string | undefined
}

/** Smallest and largest `frameBytes`. */
export const frameBytesMin = 1024
export const frameBytesMax: number = 16 * 1024 ** 2

/** An index has no more rows. */
export const framesMax: number = 2 ** 22

/** How many frames a body of so many bytes has. */
export function framesIn(size: number, frameBytes: number): number {
  return Math.ceil(size / frameBytes)
}
