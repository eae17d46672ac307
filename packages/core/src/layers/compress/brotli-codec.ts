/**
 * Frames of brotli (RFC 7932), which has neither frames nor checksums: a head of our own.
 *
 * ```
 * frame  'A' 'O' 'S' 'B' | u32 bytes of the stream | u32 raw bytes | u32 crc32 of these | stream
 * index  the seek table as it is
 * ```
 */
import { crc32 } from 'node:zlib'
import { ownBytes } from '../../body.ts'
import { corrupt } from '../framed/faults.ts'
import type { FrameCodec } from '../framed/form.ts'
import { viewOf } from './little-endian.ts'
import {
  compressWords,
  decodeSeekTable,
  encodeSeekTable,
  framesOfSeekTable,
  seekCheckBytes,
  seekTableBytes,
} from './seek-table.ts'
import { brotlied, compressedBytesMax, unbrotlied } from './zlib-calls.ts'

const algorithm = 3
const name = Buffer.from('AOSB')
const headBytes = 16
const checkAt = 12

export function brotliCodec(level: number): FrameCodec {
  return {
    words: compressWords,
    checkBytes: seekCheckBytes,
    storedBytesMax: compressedBytesMax,
    async encode(raw, isShared) {
      const own = isShared ? ownBytes(raw) : raw
      const head = Buffer.alloc(headBytes)
      head.writeUInt32LE(crc32(own), checkAt)
      const stream = await brotlied(own, level)
      head.set(name)
      head.writeUInt32LE(stream.byteLength, 4)
      head.writeUInt32LE(own.byteLength, 8)
      return { stored: Buffer.concat([head, stream]), check: head.subarray(checkAt) }
    },
    frameLength(given, rawBytes) {
      if (given.byteLength < headBytes) return undefined
      const bytes = viewOf(given)
      if (!name.equals(bytes.subarray(0, 4)) || bytes.readUInt32LE(8) !== rawBytes) {
        throw corrupt('the head of a frame is damaged')
      }
      return headBytes + bytes.readUInt32LE(4)
    },
    async decode(stored, rawBytes) {
      const check = viewOf(stored).subarray(checkAt, headBytes)
      const raw = await unbrotlied(stored.subarray(headBytes), rawBytes)
      if (crc32(raw) === check.readUInt32LE()) return { raw, check }
      throw corrupt('a frame does not hold what its checksum tells')
    },
    indexBytes: seekTableBytes,
    encodeIndex: (index) => encodeSeekTable(index, algorithm),
    framesOf: framesOfSeekTable,
    decodeIndex: (bytes) => decodeSeekTable(bytes, algorithm),
  }
}
