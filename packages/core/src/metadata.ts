/**
 * User metadata and content types: what every backend can carry.
 *
 * The limits are the narrowest of the services (S3 holds 2 KiB, header names fold case), checked
 * once in the manager, so that data never depends on where it happens to be stored.
 */
import type { Metadata } from './backend.ts'
import { isPlainObject } from './codecs/plain.ts'
import { StorageError } from './errors.ts'

const nameLengthMax = 64
const contentTypeLengthMax = 255

/** Names beginning so belong to layers and backends; callers neither set nor see them. */
export const reservedMetadataPrefix = 'aos-'

/** Holds the id of the write that made a version, see `writeOnce`. */
export const writeIdMetadata = 'aos-write-id'

/** The like of `retry`, which shows it to nobody: other names than its own stay as they are. */
export const retryIdMetadata = 'aos-retry-id'
const writeIdBytes = writeIdMetadata.length + 36

/**
 * Names and values of one object's user metadata together, in UTF-8 bytes: what S3 holds, less the
 * write id that comes beside it.
 */
export const metadataBytesMax: number = 2048 - writeIdBytes

const metadataName = /^[a-z][a-z0-9_-]*$/
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/
// RFC 9110 section 8.3.1: type "/" subtype and parameters, whose values are tokens or quoted.
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
// Without its obsolete text outside of ASCII, which services refuse, or sign wrongly.
const quotedString = '"(?:[ !#-\\[\\]-~]|\\\\[ -~])*"'
const parameter = `[ \\t]*;[ \\t]*${token}=(?:${token}|${quotedString})`
const mediaType = new RegExp(`^${token}/${token}(?:${parameter})*$`)

/**
 * Throws unless `metadata` can be stored everywhere: names `[a-z][a-z0-9_-]*` of at most 64
 * characters, not beginning with `aos-`; values well-formed text without control characters and
 * without space at either end; {@link metadataBytesMax} in all, or less on this backend.
 *
 * @throws TypeError for a wrong type, StorageError `INVALID_ARGUMENT` for a wrong name or value.
 */
export function assertMetadata(
  metadata: unknown,
  bytesMax: number = metadataBytesMax,
): asserts metadata is Metadata {
  // A Map or an instance shows no entries of its own: it would be stored as nothing.
  if (typeof metadata !== 'object' || metadata === null || !isPlainObject(metadata)) {
    throw new TypeError('metadata is a plain object of strings, for instance { author: "ceo" }')
  }
  let bytes = 0
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== 'string') {
      throw new TypeError(`metadata.${name} is a string, not ${typeof value}; convert it first`)
    }
    const fault = entryFault(name, value)
    if (fault !== undefined) throw new StorageError('INVALID_ARGUMENT', fault)
    bytes += name.length + Buffer.byteLength(value)
  }
  const most = Math.min(bytesMax, metadataBytesMax)
  if (bytes > most) {
    const where = most === metadataBytesMax ? 'on every backend' : 'here'
    throw new StorageError(
      'INVALID_ARGUMENT',
      `metadata takes ${bytes} bytes; at most ${most} fit ${where}, so put the rest into the ` +
        'object',
    )
  }
}

/** A copy of `metadata` as it is now. @throws as {@link assertMetadata}, which it passed. */
export function ownMetadata(metadata: unknown, bytesMax?: number): Metadata {
  // Anything else would be copied as a plain object, and so pass.
  const isPlain = typeof metadata === 'object' && metadata !== null && isPlainObject(metadata)
  const own: unknown = isPlain ? { ...metadata } : metadata
  assertMetadata(own, bytesMax)
  return own
}

function entryFault(name: string, value: string): string | undefined {
  const quoted = JSON.stringify(name.slice(0, nameLengthMax))
  if (!metadataName.test(name) || name.length > nameLengthMax) {
    return (
      `metadata name ${quoted} is not portable: use lower-case letters, digits, "_" and "-", ` +
      `begin with a letter, at most ${nameLengthMax} characters`
    )
  }
  if (name.startsWith(reservedMetadataPrefix)) {
    return `metadata name ${quoted} is reserved: names beginning with "aos-" belong to layers`
  }
  if (!value.isWellFormed() || controlCharacter.test(value)) {
    return `metadata value of ${quoted} holds control characters or lone surrogates; encode it`
  }
  if (value !== value.trim()) {
    return `metadata value of ${quoted} begins or ends with space, which HTTP headers drop; trim it`
  }
  return undefined
}

/** The part of stored metadata that is the user's own. */
export function userMetadata(stored: Metadata): Metadata {
  for (const name in stored) {
    if (name.startsWith(reservedMetadataPrefix)) {
      return Object.fromEntries(
        Object.entries(stored).filter(([key]) => !key.startsWith(reservedMetadataPrefix)),
      )
    }
  }
  return stored
}

const knownMediaTypes = new Set([
  'application/json',
  'text/plain; charset=utf-8',
  'application/octet-stream',
  'application/cbor',
])

/** @throws StorageError `INVALID_ARGUMENT` unless it is a media type as RFC 9110 writes it. */
export function assertContentType(contentType: unknown): asserts contentType is string {
  if (knownMediaTypes.has(contentType as string)) return
  if (typeof contentType !== 'string') {
    throw new TypeError(`contentType is a string, not ${typeof contentType}`)
  }
  if (contentType.length > contentTypeLengthMax || !mediaType.test(contentType)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `contentType ${JSON.stringify(contentType.slice(0, 80))} is no media type; write it as ` +
        '"type/subtype", for instance "text/csv; charset=utf-8"',
    )
  }
}
