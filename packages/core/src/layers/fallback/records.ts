/**
 * The journal's records: what was done to a key while the primary was away.
 *
 * JSON, see docs/formats/fallback-journal.md. A record that breaks the format is never taken for
 * none: it is kept, counted, and told.
 */
import { createHash } from 'node:crypto'
import type { ObjectInfo } from '../../backend.ts'
import type { StorageErrorCode } from '../../errors.ts'
import { StorageError, storageErrorCodes } from '../../errors.ts'
import { encodeText } from '../../text.ts'
import { journalPrefix } from './reserved.ts'

/** The mark of a version in the metadata of the object at the primary. */
export const fallbackIdMetadata = 'aos-fallback-id'
/** What the mark takes of the metadata, in bytes. */
export const fallbackIdBytes: number = fallbackIdMetadata.length + 36

/** Versions that a record remembers: those that may stand at the primary all the same. */
const earlierMax = 32
/** Longest record that is read. */
export const recordBytesMax: number = 64 * 1024

/**
 * One version of an object, as it was seen. An etag that is made of the bytes comes again with
 * them; the mark of a write through this layer, and the time, tell such versions apart.
 */
export interface Sight {
  readonly etag: string
  /** Undefined: written past this layer. */
  readonly mark?: string | undefined
  /** Undefined of an own write: some stores tell only about when it was. */
  readonly modifiedAtMs?: number | undefined
}

/** What the primary held when this layer last saw the key before its first outage write. */
export type Base = Sight | 'absent' | 'unknown'

/** What is seen of an object that was read or looked at. */
export function sightOf(info: ObjectInfo): Sight {
  return { ...writtenSightOf(info), modifiedAtMs: info.modifiedAt.getTime() }
}

/** What is known of an object by the answer of its write. */
export function writtenSightOf({ etag, metadata }: ObjectInfo): Sight {
  return { etag, mark: metadata[fallbackIdMetadata] }
}

/** False for another version, also one of the same bytes; true as far as it is known. */
export function isSameSight(a: Sight, b: Sight): boolean {
  if (a.etag !== b.etag || a.mark !== b.mark) return false
  if (a.mark !== undefined) return true
  const [left, right] = [a.modifiedAtMs, b.modifiedAtMs]
  return left === undefined || right === undefined || left === right
}

/** One change that waits for its key, the newest one. */
export interface JournalRecord {
  readonly key: string
  readonly kind: 'write' | 'delete'
  /** Names this change: its body, its etag, and its mark at the primary. Never used again. */
  readonly version: string
  readonly base: Base
  /** Versions of this key that this one replaced while they waited, the newest last. */
  readonly earlier: readonly string[]
  /** True when one of the earlier ones was a delete. */
  readonly wasDeleted: boolean
  /** When the first change of the key came that was not reconciled, by this process's clock. */
  readonly sinceMs: number
  /** When this one came. */
  readonly atMs: number
  /** Why the primary did not take it. */
  readonly code: StorageErrorCode
  /** Of a write: for listings. */
  readonly size: number
  readonly modifiedAtMs: number
  /** Of a conflict: what the primary held when it was found. */
  readonly met?: Sight | 'absent' | undefined
}

/** What a new change of a key is, besides what it inherits of the one before. */
export type Change = Pick<
  JournalRecord,
  'key' | 'kind' | 'version' | 'atMs' | 'code' | 'size' | 'modifiedAtMs'
>

/**
 * The record of a change that comes after `before`.
 *
 * @param tried Writes that went to the primary before it, and whose answer was lost.
 */
export function recordAfter(
  before: JournalRecord | undefined,
  change: Change,
  base: Base,
  tried: readonly string[] = [],
): JournalRecord {
  if (before === undefined) {
    return { ...change, base, earlier: tried, wasDeleted: false, sinceMs: change.atMs }
  }
  // Noted once: repeated with each change, they would push out versions that waited.
  const unnoted = tried.filter((mark) => !before.earlier.includes(mark))
  return {
    ...change,
    base: before.base,
    earlier: [...before.earlier, ...unnoted, before.version].slice(-earlierMax),
    wasDeleted: before.wasDeleted || before.kind === 'delete',
    sinceMs: before.sinceMs,
  }
}

/** Where the record of a key is. */
export function recordName(key: string): string {
  return journalPrefix + createHash('sha256').update(key).digest('hex')
}

export function encodeRecord(record: JournalRecord): Uint8Array {
  return encodeText(
    JSON.stringify({
      format: 'aos-fallback',
      formatVersion: 1,
      key: record.key,
      kind: record.kind,
      version: record.version,
      base: encodedBase(record.base),
      earlier: record.earlier,
      wasDeleted: record.wasDeleted,
      since: new Date(record.sinceMs).toISOString(),
      at: new Date(record.atMs).toISOString(),
      code: record.code,
      size: record.size,
      modifiedAt: new Date(record.modifiedAtMs).toISOString(),
      ...(record.met !== undefined && { met: encodedBase(record.met) }),
    }),
  )
}

/** @throws StorageError `CORRUPT` for bytes that are no record of this version. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const record = parse(bytes)
  if (record['format'] !== 'aos-fallback' || record['formatVersion'] !== 1) throw corrupt()
  const { key, kind, version, earlier, wasDeleted, code, size } = record
  if (typeof key !== 'string' || key === '') throw corrupt()
  if (kind !== 'write' && kind !== 'delete') throw corrupt()
  if (!isVersion(version) || !Array.isArray(earlier) || !earlier.every(isVersion)) throw corrupt()
  if (typeof wasDeleted !== 'boolean' || !Number.isSafeInteger(size)) throw corrupt()
  if (!storageErrorCodes.includes(code as StorageErrorCode)) throw corrupt()
  return {
    key,
    kind,
    version,
    base: baseOf(record['base']),
    earlier: earlier.slice(-earlierMax),
    wasDeleted,
    sinceMs: timeOf(record['since']),
    atMs: timeOf(record['at']),
    code: code as StorageErrorCode,
    size: size as number,
    modifiedAtMs: timeOf(record['modifiedAt']),
    ...(record['met'] !== undefined && { met: metOf(record['met']) }),
  }
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>
  } catch {
    // Told below: a parser's message would quote keys.
  }
  throw corrupt()
}

/** True for what names a change. */
export function isVersion(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value)
}

function encodedBase(base: Base): unknown {
  if (typeof base === 'string') return base
  const { etag, mark, modifiedAtMs } = base
  return {
    etag,
    ...(mark !== undefined && { mark }),
    ...(modifiedAtMs !== undefined && { modifiedAt: new Date(modifiedAtMs).toISOString() }),
  }
}

function baseOf(base: unknown): Base {
  if (base === 'absent' || base === 'unknown') return base
  const { etag, mark, modifiedAt } = (base ?? {}) as Readonly<Record<string, unknown>>
  if (typeof etag !== 'string' || etag === '') throw corrupt()
  if (mark !== undefined && typeof mark !== 'string') throw corrupt()
  return {
    etag,
    ...(mark !== undefined && { mark }),
    ...(modifiedAt !== undefined && { modifiedAtMs: timeOf(modifiedAt) }),
  }
}

function metOf(met: unknown): Sight | 'absent' {
  const base = baseOf(met)
  if (base === 'unknown') throw corrupt()
  return base
}

function timeOf(text: unknown): number {
  const ms = typeof text === 'string' ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw corrupt()
  return ms
}

function corrupt(): StorageError {
  return new StorageError(
    'CORRUPT',
    'A record of the fallback journal breaks its format, or a newer version wrote it',
  )
}
