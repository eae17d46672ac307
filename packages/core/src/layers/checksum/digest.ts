/** Digests of blocks. */
import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'

/** Digests that {@link checksum} knows. */
export const checksumAlgorithms = ['sha256', 'sha512', 'crc32'] as const

/** One of {@link checksumAlgorithms}. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

interface DigestTraits {
  /** In the format. */
  readonly number: number
  readonly bytes: number
  readonly of: (data: Uint8Array) => Uint8Array
}

export const digests: Readonly<Record<ChecksumAlgorithm, DigestTraits>> = {
  sha256: { number: 1, bytes: 32, of: (data) => hash('sha256', data, 'buffer') },
  sha512: { number: 2, bytes: 64, of: (data) => hash('sha512', data, 'buffer') },
  crc32: { number: 3, bytes: 4, of: crc32Digest },
}

function crc32Digest(data: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(crc32(data))
  return bytes
}
