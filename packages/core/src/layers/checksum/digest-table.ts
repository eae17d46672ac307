/**
 * Blocks as they are, and behind them a table of their digests.
 *
 * ```
 * block 0 | block 1 | ... | digest 0 | digest 1 | ... | footer | digest of table and footer
 * footer  'AOSC' | u8 version 1 | u8 algorithm | u16 0 | u32 blockBytes | u64 size | u32 blocks
 * ```
 *
 * Numbers have their least byte first. Byte by byte in docs/formats/checksummed-objects.md.
 */
import { corrupt } from '../framed/faults.ts'
import { type FrameCodec, type FrameIndex, framesIn, framesMax } from '../framed/form.ts'
import { FrameRows } from '../framed/rows.ts'
import { type ChecksumAlgorithm, digests } from './digest.ts'

const footerName = Buffer.from('AOSC')
const formatVersion = 1
const footerBytes = 24
const blocksAt = 20

/** Bytes of the table of so many blocks. */
export function digestTableBytes(blocks: number, algorithm: ChecksumAlgorithm): number {
  return footerBytes + (blocks + 1) * digests[algorithm].bytes
}

/** The codec of blocks: each is stored as it is. */
export function blockCodec(algorithm: ChecksumAlgorithm): FrameCodec {
  const { of: digest, bytes: digestBytes } = digests[algorithm]
  return {
    words: { layer: 'checksum', frame: 'block', index: 'table of digests' },
    checkBytes: digestBytes,
    storedBytesMax: (rawBytes) => rawBytes,
    encode: async (raw) => ({ stored: raw, check: digest(raw) }),
    frameLength: (_bytes, rawBytes) => rawBytes,
    decode: async (stored) => ({ raw: stored, check: digest(stored) }),
    indexBytes: (blocks) => digestTableBytes(blocks, algorithm),
    encodeIndex: (index) => encodeTable(index, algorithm),
    framesOf: (tail) => blocksOf(tail, digestBytes),
    decodeIndex: (bytes) => decodeTable(bytes, algorithm),
  }
}

function encodeTable({ frameBytes, size, rows }: FrameIndex, algorithm: ChecksumAlgorithm): Buffer {
  const { number, bytes: digestBytes, of: digest } = digests[algorithm]
  const table = Buffer.alloc(digestTableBytes(rows.count, algorithm))
  for (let block = 0; block < rows.count; block++) {
    table.set(rows.check(block), block * digestBytes)
  }
  const footer = table.subarray(rows.count * digestBytes)
  footer.set(footerName)
  footer.writeUInt8(formatVersion, 4)
  footer.writeUInt8(number, 5)
  footer.writeUInt32LE(frameBytes, 8)
  footer.writeBigUInt64LE(BigInt(size), 12)
  footer.writeUInt32LE(rows.count, blocksAt)
  const end = table.byteLength - digestBytes
  table.set(digest(table.subarray(0, end)), end)
  return table
}

function blocksOf(tail: Uint8Array, digestBytes: number): number {
  const at = tail.byteLength - footerBytes - digestBytes
  const footer = Buffer.from(tail.buffer, tail.byteOffset, tail.byteLength).subarray(at)
  if (at < 0 || !footerName.equals(footer.subarray(0, 4))) {
    throw corrupt('it does not end with a table of digests')
  }
  return footer.readUInt32LE(blocksAt)
}

function decodeTable(given: Uint8Array, algorithm: ChecksumAlgorithm): FrameIndex {
  const { number, bytes: digestBytes, of: digest } = digests[algorithm]
  const blocks = blocksOf(given, digestBytes)
  if (blocks > framesMax || given.byteLength !== digestTableBytes(blocks, algorithm)) {
    throw corrupt('its table of digests has another length than it tells')
  }
  const table = Buffer.from(given.buffer, given.byteOffset, given.byteLength)
  const end = table.byteLength - digestBytes
  if (Buffer.compare(digest(table.subarray(0, end)), table.subarray(end)) !== 0) {
    throw corrupt('its table of digests is damaged')
  }
  const footer = table.subarray(blocks * digestBytes, end)
  const frameBytes = footer.readUInt32LE(8)
  const size = Number(footer.readBigUInt64LE(12))
  const isOurs = footer.readUInt8(4) === formatVersion && footer.readUInt8(5) === number
  if (!isOurs || blocks !== framesIn(size, frameBytes)) {
    throw corrupt('its table of digests is of another format, or of another object')
  }
  const rows = new FrameRows(digestBytes)
  for (let block = 0; block < blocks; block++) {
    const at = block * digestBytes
    rows.add(Math.min(frameBytes, size - block * frameBytes), table.subarray(at, at + digestBytes))
  }
  return { frameBytes, size, rows }
}
