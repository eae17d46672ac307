/**
 * Members of gzip (RFC 1952), which `gunzip` reads one behind the other.
 *
 * ```
 * frame  1f 8b 08 04 0.. ff | extra 'A' 'F' 4: bytes of the member | deflate | crc32 | size
 * index  1f 8b 08 04 0.. ff | extra 'A' 'T' n: a piece of it       | 03 00   | 0     | 0
 * ```
 *
 * The index is a row of empty members: gunzip steps over extra fields, which hold 64 KiB each.
 */
import { crc32 } from 'node:zlib'
import { ownBytes } from '../../body.ts'
import { corrupt } from '../framed/faults.ts'
import type { FrameCodec } from '../framed/form.ts'
import { uint32, viewOf } from './little-endian.ts'
import {
  compressWords,
  decodeSeekTable,
  encodeSeekTable,
  framesOfSeekTable,
  seekCheckBytes,
  seekFooterBytes,
  seekTableBytes,
} from './seek-table.ts'
import { compressedBytesMax, deflated, inflated } from './zlib-calls.ts'

const algorithm = 2
/** Deflate, with an extra field, no time, of no system. */
const fixedHead = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 0xff])
/** The extra field's length, and the head of its only part: name and length. */
const extraHeadBytes = 6
const headBytes: number = fixedHead.byteLength + extraHeadBytes
const lengthBytes = 4
const trailerBytes = 8
/** An empty deflate stream, and the trailer of nothing. */
const emptyEnd = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
/** Bytes of the index that one member carries. The first one carries what is over. */
const pieceBytesMax = 65_000
const frameName = 'AF'
const tableName = 'AT'

export function gzipCodec(level: number): FrameCodec {
  return {
    words: compressWords,
    checkBytes: seekCheckBytes,
    storedBytesMax: compressedBytesMax,
    async encode(raw, isShared) {
      const own = isShared ? ownBytes(raw) : raw
      const check = uint32(crc32(own))
      const data = await deflated(own, level)
      const bytes = headBytes + lengthBytes + data.byteLength + trailerBytes
      const head = memberHead(frameName, lengthBytes)
      const trailer = [check, uint32(own.byteLength)]
      return { stored: Buffer.concat([head, uint32(bytes), data, ...trailer], bytes), check }
    },
    frameLength(bytes) {
      if (bytes.byteLength < headBytes + lengthBytes) return undefined
      assertHead(bytes, frameName, lengthBytes)
      const length = viewOf(bytes).readUInt32LE(headBytes)
      if (length > headBytes + lengthBytes + trailerBytes) return length
      throw corrupt('the head of a frame is damaged')
    },
    async decode(given, rawBytes) {
      const stored = viewOf(given)
      const end = stored.byteLength - trailerBytes
      const raw = await inflated(stored.subarray(headBytes + lengthBytes, end), rawBytes)
      const check = stored.subarray(end, end + seekCheckBytes)
      if (crc32(raw) !== check.readUInt32LE() || stored.readUInt32LE(end + 4) !== raw.byteLength) {
        throw corrupt('a frame does not hold what its checksum tells')
      }
      return { raw, check }
    },
    indexBytes: (frames) => wrappedBytes(seekTableBytes(frames)),
    encodeIndex: (index) => wrapped(encodeSeekTable(index, algorithm)),
    framesOf: (tail) => framesOfSeekTable(lastPiece(tail)),
    decodeIndex: (bytes) => decodeSeekTable(unwrapped(bytes), algorithm),
  }
}

function memberHead(name: string, contentBytes: number): Buffer {
  const head = Buffer.alloc(headBytes)
  head.set(fixedHead)
  head.writeUInt16LE(contentBytes + 4, fixedHead.byteLength)
  head.write(name, fixedHead.byteLength + 2, 'latin1')
  head.writeUInt16LE(contentBytes, fixedHead.byteLength + 4)
  return head
}

function assertHead(bytes: Uint8Array, name: string, contentBytes: number): void {
  if (memberHead(name, contentBytes).equals(bytes.subarray(0, headBytes))) return
  throw corrupt('the head of a gzip member is damaged')
}

function wrappedBytes(indexBytes: number): number {
  const members = Math.ceil(indexBytes / pieceBytesMax)
  return indexBytes + members * (headBytes + emptyEnd.byteLength)
}

/** Where each piece of an index of so many bytes ends. */
function pieceEnds(indexBytes: number): number[] {
  const first = indexBytes % pieceBytesMax || pieceBytesMax
  const count = Math.ceil(indexBytes / pieceBytesMax)
  return Array.from({ length: count }, (_, at) => first + at * pieceBytesMax)
}

function wrapped(index: Uint8Array): Buffer {
  let start = 0
  const members = pieceEnds(index.byteLength).flatMap((end) => {
    const piece = index.subarray(start, end)
    start = end
    return [memberHead(tableName, piece.byteLength), piece, emptyEnd]
  })
  return Buffer.concat(members)
}

/** The last bytes of the index, in the last member. */
function lastPiece(tail: Uint8Array): Uint8Array {
  const end = tail.byteLength - emptyEnd.byteLength
  if (end < seekFooterBytes || !emptyEnd.equals(tail.subarray(end))) {
    throw corrupt('it does not end with a seek table')
  }
  return tail.subarray(0, end)
}

function unwrapped(bytes: Uint8Array): Buffer {
  const perMember = headBytes + emptyEnd.byteLength
  const members = Math.ceil(bytes.byteLength / (pieceBytesMax + perMember))
  const indexBytes = bytes.byteLength - members * perMember
  let start = 0
  let at = 0
  const pieces = pieceEnds(indexBytes).map((end) => {
    assertHead(bytes.subarray(at), tableName, end - start)
    const piece = bytes.subarray(at + headBytes, at + headBytes + end - start)
    at += headBytes + end - start + emptyEnd.byteLength
    if (!emptyEnd.equals(bytes.subarray(at - emptyEnd.byteLength, at))) {
      throw corrupt('the end of a gzip member is damaged')
    }
    start = end
    return piece
  })
  return Buffer.concat(pieces)
}
