/**
 * Where the versions of a value lie: `docs/formats/versioned-values.md`, byte by byte.
 *
 * ```
 * KEY/v1  KEY/v2  KEY/v3      the versions; a number is given once
 * KEY/current                 the pointer, JSON: which one is current, and what was given so far
 * ```
 */
import { isPlainObject } from '../../codecs/plain.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'

/** The largest number of a version. */
export const versionMax: number = Number.MAX_SAFE_INTEGER
/** Numbers that may wait in a pointer to be removed. */
export const removingMax = 1024
/** No pointer of ours is longer: a number has 16 digits at most. */
export const pointerBytesMax: number = 32 * 1024
export const pointerContentType = 'application/json'
/** How the keys of pointers end. */
const pointerEnd = '/current'

/** What a pointer says. */
export interface PointerContent {
  /** The current version. */
  readonly version: number
  /** The highest number that was current once: no number up to it is given again. */
  readonly latest: number
  /** The highest number that was ever chosen to be removed; 0 for none. */
  readonly removed: number
  /** Numbers whose objects are being removed, ascending: none of them becomes current again. */
  readonly removing: readonly number[]
}

/** A pointer as it was read. */
export interface StoredPointer extends PointerContent {
  readonly etag: string
  /** Of the swap that wrote it; undefined for a pointer of another program. */
  readonly writeId: string | undefined
  /** False for a pointer of another program, that tells no `latest`. */
  readonly hasLatest: boolean
}

export function versionKey(key: string, version: number): string {
  return `${key}/v${version}`
}

export function pointerKey(key: string): string {
  return `${key}${pointerEnd}`
}

/** Of the keys of versions, and of others' that begin alike. */
export function versionPrefix(key: string): string {
  return `${key}/v`
}

/** The number of a version's key; undefined for a key that is none. */
export function versionOf(key: string, stored: string): number | undefined {
  const digits = stored.slice(versionPrefix(key).length)
  if (!/^[1-9]\d{0,15}$/.test(digits)) return undefined
  const version = Number(digits)
  return version <= versionMax ? version : undefined
}

/** @param writeId Makes the bytes unique, and so their etag also where it is made of the bytes. */
export function encodePointer(content: PointerContent, writeId: string): Uint8Array {
  const { version, latest, removed, removing } = content
  const written = {
    version,
    latest,
    ...(removed === 0 ? {} : { removed }),
    ...(removing.length === 0 ? {} : { removing }),
    writeId,
  }
  return new TextEncoder().encode(JSON.stringify(written))
}

/** @throws StorageError `CORRUPT` for what is no pointer. */
export function decodePointer(key: string, bytes: Uint8Array, etag: string): StoredPointer {
  const found = parsed(bytes)
  if (found === undefined || !isVersion(found['version'])) throw corrupt(key)
  const { version, latest, removed = 0, removing = [], writeId } = found
  // Another program's `{ "version": n }` is a pointer, too.
  if (latest !== undefined && (!isVersion(latest) || latest < version)) throw corrupt(key)
  if (removed !== 0 && !isVersion(removed)) throw corrupt(key)
  if (!Array.isArray(removing) || removing.length > removingMax || !removing.every(isVersion)) {
    throw corrupt(key)
  }
  if (removing.includes(version)) throw corrupt(key)
  return {
    version,
    latest: latest ?? version,
    removed,
    removing,
    etag,
    writeId: typeof writeId === 'string' ? writeId : undefined,
    hasLatest: latest !== undefined,
  }
}

/** True for a key that a pointer may have. */
export function isPointerKey(stored: string): boolean {
  return stored.length > pointerEnd.length && stored.endsWith(pointerEnd)
}

/**
 * True only for what {@link encodePointer} makes, byte by byte: numbers, and an id of an own form.
 * So nothing else can pass for a pointer, and a pointer holds nothing else.
 */
export function isOwnPointer(stored: string, bytes: Uint8Array): boolean {
  if (!isPointerKey(stored) || bytes.byteLength > pointerBytesMax) return false
  try {
    const { writeId, ...content } = decodePointer(stored.slice(0, -pointerEnd.length), bytes, '')
    if (writeId === undefined || !writeIdForm.test(writeId)) return false
    return Buffer.compare(encodePointer(content, writeId), bytes) === 0
  } catch (error) {
    if (isStorageError(error, 'CORRUPT')) return false
    throw error
  }
}

/** As `Random.id` gives it. */
const writeIdForm = /^[0-9a-f-]{36}$/

function parsed(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
    return typeof found === 'object' && found !== null && isPlainObject(found)
      ? (found as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function isVersion(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1
}

/** The error of an object that stands where a pointer should, and is none. */
export function corrupt(key: string): StorageError {
  const pointer = pointerKey(key)
  return new StorageError(
    'CORRUPT',
    `${quoteKey(pointer)} is no pointer to a version; delete it, make the version current that ` +
      'should be with rollback(), and give the next save a version above all that were ever given',
    { key: pointer },
  )
}
