/**
 * The envelope: content type and user metadata in front of the body, in one file.
 *
 *   aos-object/1 CCCCCCCC {"contentType":"image/png","metadata":{"author":"ceo"}}\n
 *   body …
 *
 * One file, because two are never written in one step. The header is a line that a person can read;
 * CCCCCCCC is the CRC-32 (as zlib computes it) of the JSON text in lower-case hex, so that a
 * damaged header is `CORRUPT` and never a wrong body.
 */
import { readSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { type Metadata, StorageError } from '@aos-storage/core'

const magic = 'aos-object/1 '
const prefixBytes = magic.length + 9
/** A header is at most this long: metadata is limited to 2 KiB, JSON may double it. */
const headerBytesMax = 16 * 1024
const newline = 0x0a

/** What the header of an envelope says. */
export interface EnvelopeHeader {
  readonly contentType: string
  readonly metadata: Metadata
  /** Where the body begins. */
  readonly headerBytes: number
}

/** The bytes that go in front of a body. @throws StorageError `INVALID_ARGUMENT` when too long. */
export function encodeHeader(contentType: string, metadata: Metadata): Buffer {
  const json = JSON.stringify({ contentType, metadata })
  const header = Buffer.from(`${magic}${checksum(Buffer.from(json))} ${json}\n`)
  if (header.byteLength <= headerBytesMax) return header
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Content type and metadata take ${header.byteLength} bytes; at most ${headerBytesMax} fit`,
  )
}

function checksum(json: Uint8Array): string {
  return crc32(json).toString(16).padStart(8, '0')
}

/**
 * Reads the header of an open envelope.
 *
 * @throws StorageError `CORRUPT` when there is none, or a damaged one.
 */
export function readHeader(descriptor: number, key: string): EnvelopeHeader {
  // Most headers fit the first piece; the second read is for the long ones.
  for (const bytes of [1024, headerBytesMax]) {
    const start = Buffer.allocUnsafe(bytes)
    const read = readSync(descriptor, start, 0, bytes, 0)
    const end = start.subarray(0, read).indexOf(newline)
    if (end !== -1) return decodeHeader(start.subarray(0, end), key)
    if (read < bytes) break
  }
  throw corrupt(key, 'has no end of header')
}

function decodeHeader(line: Buffer, key: string): EnvelopeHeader {
  const json = line.subarray(prefixBytes)
  const prefix = `${magic}${checksum(json)} `
  if (line.toString('latin1', 0, magic.length) !== magic) throw corrupt(key, 'has no header')
  if (line.toString('latin1', 0, prefixBytes) !== prefix) throw corrupt(key, 'has a damaged header')
  const header = parseHeader(json.toString())
  if (header === undefined) throw corrupt(key, 'has a header that says nothing')
  return { ...header, headerBytes: line.length + 1 }
}

function parseHeader(json: string): Pick<EnvelopeHeader, 'contentType' | 'metadata'> | undefined {
  try {
    const { contentType, metadata } = JSON.parse(json) as Record<string, unknown>
    if (typeof contentType !== 'string' || !isMetadata(metadata)) return undefined
    return { contentType, metadata }
  } catch {
    return undefined
  }
}

function isMetadata(value: unknown): value is Metadata {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every((text) => typeof text === 'string')
}

function corrupt(key: string, fault: string): StorageError {
  return new StorageError(
    'CORRUPT',
    `The envelope of this object ${fault}; restore it from a backup, or delete the key`,
    { key },
  )
}
