/**
 * The checksums of objects, beside their MD5.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto'

import { S3Error } from '../protocol/s3-error.ts'
import { crc } from './crc.ts'

const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const

/** The checksums that S3 knows. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number]

/** Of all bytes, or of the checksums of the parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** A checksum that the simulated server keeps of an object. */
export interface ObjectChecksum {
  readonly algorithm: ChecksumAlgorithm
  readonly type: ChecksumType
  /** Base64; of a composite one with `-` and the number of parts. */
  readonly value: string
}

/** The header of a checksum. */
function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`
}

/** The element of a checksum. */
export function checksumElement(algorithm: ChecksumAlgorithm): string {
  return `Checksum${algorithm}`
}

/** The checksum of bytes, in Base64. */
export function checksumOf(algorithm: ChecksumAlgorithm, bytes: Uint8Array): string {
  return Buffer.from(digest(algorithm, bytes)).toString('base64')
}

/** The checksum of checksums. */
export function compositeOf(algorithm: ChecksumAlgorithm, parts: readonly string[]): string {
  const joined = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')))
  return `${checksumOf(algorithm, joined)}-${parts.length}`
}

/** What an answer says about a checksum. */
export function checksumHeaders(checksum: ObjectChecksum | undefined): Record<string, string> {
  if (checksum === undefined) return {}
  const { algorithm, type, value } = checksum
  return { [checksumHeader(algorithm)]: value, 'x-amz-checksum-type': type }
}

/** @throws S3Error `InvalidRequest` for a name that is none. */
export function checksumAlgorithmOf(name: string): ChecksumAlgorithm {
  const found = checksumAlgorithms.find((algorithm) => algorithm === name.toUpperCase())
  if (found !== undefined) return found
  throw new S3Error('InvalidRequest', {
    message:
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: ' +
      `[${checksumAlgorithms.join(', ')}]`,
  })
}

/**
 * The checksum that headers (or trailers) give for a body.
 *
 * @throws S3Error `InvalidRequest` for two, or for one that is no Base64 of the right length.
 */
export function statedChecksum(
  valueOf: (header: string) => string | undefined,
): { algorithm: ChecksumAlgorithm; value: string } | undefined {
  const stated = checksumAlgorithms.flatMap((algorithm) => {
    const value = valueOf(checksumHeader(algorithm))
    return value === undefined ? [] : [{ algorithm, value }]
  })
  if (stated.length > 1) {
    throw new S3Error('InvalidRequest', {
      message:
        'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    })
  }
  const [checksum] = stated
  if (checksum === undefined) return undefined
  const bytes = Buffer.from(checksum.value, 'base64')
  const isBase64 = bytes.toString('base64') === checksum.value
  if (!isBase64 || bytes.byteLength !== digestBytes[checksum.algorithm]) {
    throw new S3Error('InvalidRequest', {
      message: `Value for ${checksumHeader(checksum.algorithm)} header is invalid.`,
    })
  }
  return checksum
}

const digestBytes: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
}

function digest(algorithm: ChecksumAlgorithm, bytes: Uint8Array): Uint8Array {
  if (algorithm === 'SHA1' || algorithm === 'SHA256') {
    return createHash(algorithm.toLowerCase()).update(bytes).digest()
  }
  return crc(algorithm, bytes)
}
