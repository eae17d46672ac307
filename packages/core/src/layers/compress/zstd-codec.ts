/**
 * Frames of Zstandard (RFC 8878), as `zstd -d` reads them one behind the other.
 *
 * The check of a frame is its own: the low four bytes of XXH64 of what it holds, which end it, and
 * are what a seek table holds too.
 */
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
import { compressedBytesMax, unzstd, zstdFrame } from './zlib-calls.ts'

const algorithm = 1
const magic = 0xfd2fb528
/** Bits of the head's descriptor. */
const singleSegment = 0x20
const contentChecksum = 0x04
/** Reserved, or tells of a dictionary: none of ours has them. */
const foreignBits = 0x0b
const rleBlock = 1
const reservedBlock = 3

export function zstdCodec(level: number): FrameCodec {
  return {
    words: compressWords,
    checkBytes: seekCheckBytes,
    storedBytesMax: compressedBytesMax,
    async encode(raw, isShared) {
      const stored = await zstdFrame(isShared ? ownBytes(raw) : raw, level)
      return { stored, check: stored.subarray(-seekCheckBytes) }
    },
    frameLength: zstdFrameLength,
    async decode(stored, rawBytes) {
      return { raw: await unzstd(stored, rawBytes), check: stored.subarray(-seekCheckBytes) }
    },
    indexBytes: seekTableBytes,
    encodeIndex: (index) => encodeSeekTable(index, algorithm),
    framesOf: framesOfSeekTable,
    decodeIndex: (bytes) => decodeSeekTable(bytes, algorithm),
  }
}

/** Walks from block to block: each tells its length, the last one that it is the last. */
function zstdFrameLength(bytes: Uint8Array): number | undefined {
  if (bytes.byteLength < 5) return undefined
  const view = viewOf(bytes)
  if (view.readUInt32LE(0) !== magic) throw corrupt('a frame does not begin as Zstandard does')
  const descriptor = bytes[4]!
  if ((descriptor & contentChecksum) === 0 || (descriptor & foreignBits) !== 0) {
    throw corrupt('the head of a frame is damaged')
  }
  const isSingle = (descriptor & singleSegment) !== 0
  const sizeCode = descriptor >> 6
  const sizeBytes = sizeCode === 0 ? (isSingle ? 1 : 0) : 1 << sizeCode
  let at = 5 + (isSingle ? 0 : 1) + sizeBytes
  for (;;) {
    if (at + 3 > bytes.byteLength) return undefined
    const head = view.readUIntLE(at, 3)
    const type = (head >> 1) & 3
    if (type === reservedBlock) throw corrupt('a block of a frame is damaged')
    at += 3 + (type === rleBlock ? 1 : head >> 3)
    if ((head & 1) === 1) return at + seekCheckBytes
  }
}
