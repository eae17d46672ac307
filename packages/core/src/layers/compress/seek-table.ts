/**
 * The index of a compressed object: Zstandard's seek table, which its own tools read, and before it
 * a summary of fixed length that holds what the table does not: whose frames, and a checksum.
 *
 * ```
 * summary  skippable frame 0x184D2A5D: 'AOSZ', version, algorithm, frameBytes, size, crc32 of all
 * table    skippable frame 0x184D2A5E: rows of 12 bytes, count, descriptor, 0x8F92EAB1
 * ```
 *
 * Source: "Zstandard Seekable Format", contrib/seekable_format of facebook/zstd, version 0.1.0.
 * Byte by byte in docs/formats/compressed-objects.md.
 */
import { crc32 } from 'node:zlib'
import { corrupt } from '../framed/faults.ts'
import { type FrameIndex, type FrameWords, framesIn, framesMax } from '../framed/form.ts'
import { FrameRows } from '../framed/rows.ts'
import { viewOf } from './little-endian.ts'

const summaryMagic = 0x184d2a5d
const summaryBytes = 32
const summaryName = Buffer.from('AOSZ')
const formatVersion = 1
const crcAt = 28

const tableMagic = 0x184d2a5e
const tableHeadBytes = 8
const rowBytes = 12
/** Behind the rows; also the least that tells how many there are. */
export const seekFooterBytes = 9
/** Its rows hold checksums. */
const descriptor = 0x80
const footerMagic = 0x8f92eab1

/** Of every algorithm. */
export const compressWords: FrameWords = {
  layer: 'compress',
  frame: 'frame',
  index: 'seek table',
}
/** Checks of a frame are four bytes for every algorithm. */
export const seekCheckBytes = 4

/** Bytes of the index of so many frames. */
export function seekTableBytes(frames: number): number {
  return summaryBytes + tableHeadBytes + frames * rowBytes + seekFooterBytes
}

/** Writes an index. @param algorithm The number of the algorithm in the format. */
export function encodeSeekTable({ frameBytes, size, rows }: FrameIndex, algorithm: number): Buffer {
  const bytes = Buffer.alloc(seekTableBytes(rows.count))
  bytes.writeUInt32LE(summaryMagic, 0)
  bytes.writeUInt32LE(summaryBytes - 8, 4)
  bytes.set(summaryName, 8)
  bytes.writeUInt8(formatVersion, 12)
  bytes.writeUInt8(algorithm, 13)
  bytes.writeUInt32LE(frameBytes, 16)
  bytes.writeBigUInt64LE(BigInt(size), 20)
  let at = summaryBytes
  bytes.writeUInt32LE(tableMagic, at)
  bytes.writeUInt32LE(rows.count * rowBytes + seekFooterBytes, at + 4)
  at += tableHeadBytes
  for (let frame = 0; frame < rows.count; frame++, at += rowBytes) {
    bytes.writeUInt32LE(rows.storedBytes(frame), at)
    bytes.writeUInt32LE(rawBytesOf(frame, frameBytes, size), at + 4)
    bytes.set(rows.check(frame), at + 8)
  }
  bytes.writeUInt32LE(rows.count, at)
  bytes.writeUInt8(descriptor, at + 4)
  bytes.writeUInt32LE(footerMagic, at + 5)
  bytes.writeUInt32LE(checksumOf(bytes), crcAt)
  return bytes
}

/** How many frames the index has that ends with these bytes. */
export function framesOfSeekTable(tail: Uint8Array): number {
  const bytes = viewOf(tail)
  const at = bytes.byteLength - seekFooterBytes
  if (at < 0 || bytes.readUInt32LE(at + 5) !== footerMagic) {
    throw corrupt('it does not end with a seek table')
  }
  return bytes.readUInt32LE(at)
}

/** Reads an index. @throws StorageError `CORRUPT` unless each byte of it is as it was written. */
export function decodeSeekTable(given: Uint8Array, algorithm: number): FrameIndex {
  const bytes = viewOf(given)
  const frames = framesOfSeekTable(bytes)
  if (frames > framesMax || bytes.byteLength !== seekTableBytes(frames)) {
    throw corrupt('its seek table has another length than it tells')
  }
  if (bytes.readUInt32LE(crcAt) !== checksumOf(bytes)) throw corrupt('its seek table is damaged')
  const frameBytes = bytes.readUInt32LE(16)
  const size = Number(bytes.readBigUInt64LE(20))
  const isOurs = summaryName.equals(bytes.subarray(8, 12)) && bytes.readUInt8(12) === formatVersion
  if (!isOurs || bytes.readUInt8(13) !== algorithm || frames !== framesIn(size, frameBytes)) {
    throw corrupt('its seek table is of another format, or of another object')
  }
  const rows = new FrameRows(seekCheckBytes)
  for (let frame = 0, at = summaryBytes + tableHeadBytes; frame < frames; frame++, at += rowBytes) {
    rows.add(bytes.readUInt32LE(at), bytes.subarray(at + 8, at + rowBytes))
  }
  return { frameBytes, size, rows }
}

function rawBytesOf(frame: number, frameBytes: number, size: number): number {
  return Math.min(frameBytes, size - frame * frameBytes)
}

/** Of all but the checksum's own four bytes. */
function checksumOf(bytes: Uint8Array): number {
  return crc32(bytes.subarray(summaryBytes), crc32(bytes.subarray(0, crcAt)))
}
