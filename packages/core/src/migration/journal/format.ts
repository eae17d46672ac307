/**
 * The lines of a journal, see docs/formats/migration-journal.md. Version 2.
 *
 *   {"format":"aos-migration","version":2,"id":…,"source":…,"destination":…,"options":{…},"crc":…}
 *   {"did":"copied","key":"a","etag":…,"toEtag":…,"bytes":3,"sha256":…,"crc":"0a1b2c3d"}
 *   {"did":"through","key":"a","counts":{…},"crc":…}
 *   {"did":"end","counts":{…},"crc":…}
 */
import { crc32 } from 'node:zlib'
import { StorageError, type StorageErrorCode } from '../../errors.ts'
import type { MigrationCounts } from '../report.ts'

const journalFormat = 'aos-migration'
const journalVersion = 2

/** What a migration is about: another one must not go on with its journal. */
export interface JournalHeader {
  readonly id: string
  readonly startedAt: string
  readonly source: string
  readonly destination: string
  /** Those that say which objects go where, and what is done with them. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What became of one object. `key` and `etag` are the source's. */
export type ObjectLine =
  | {
      readonly did: 'copied'
      readonly key: string
      readonly etag: string
      /** Absent when it is the key. */
      readonly to?: string | undefined
      readonly toEtag: string
      readonly bytes: number
      readonly sha256?: string | undefined
      /** True where another object stood; else absent. */
      readonly replaced?: true | undefined
    }
  | {
      readonly did: 'unchanged' | 'skipped' | 'vanished'
      readonly key: string
      readonly etag: string
    }
  | { readonly did: 'deleted'; readonly key: string }
  | {
      readonly did: 'failed'
      readonly key: string
      readonly code: StorageErrorCode
      readonly message: string
    }

export type JournalLine =
  | ObjectLine
  /** All objects up to this key, in listing order, are settled. Counts are of all lines before. */
  | { readonly did: 'through'; readonly key: string | null; readonly counts: MigrationCounts }
  | { readonly did: 'end'; readonly counts: MigrationCounts }
  /** Everything is looked at anew: what the lines before say is settled counts no more. */
  | { readonly did: 'begin'; readonly at: string; readonly run: string }

const kinds: ReadonlySet<unknown> = new Set([
  ...['copied', 'unchanged', 'skipped', 'vanished', 'deleted', 'failed'],
  ...['through', 'end', 'begin'],
])

const sumPattern = /,"crc":"([0-9a-f]{8})"\}$/

export function encodeHeader(header: JournalHeader): string {
  return summed(JSON.stringify({ format: journalFormat, version: journalVersion, ...header }))
}

export function encodeLine(line: JournalLine): string {
  return summed(JSON.stringify(line))
}

/** The line with a checksum of all before it as its last member. */
function summed(text: string): string {
  return `${text.slice(0, -1)},"crc":"${sumOf(text.slice(0, -1))}"}`
}

function sumOf(text: string): string {
  return crc32(text).toString(16).padStart(8, '0')
}

function isWhole(text: string): boolean {
  const found = sumPattern.exec(text)
  return found !== null && sumOf(text.slice(0, found.index)) === found[1]
}

/** @throws StorageError `INVALID_ARGUMENT` for a file that is no journal of this version. */
export function decodeHeader(line: string, path: string): JournalHeader {
  const header = parse(line)
  if (header?.['format'] !== journalFormat) {
    throw fault(path, 'is no journal of a migration; name another file, it was not touched')
  }
  if (header['version'] !== journalVersion) {
    const version = JSON.stringify(header['version'])
    const isOlder = typeof header['version'] === 'number' && header['version'] < journalVersion
    const fix = isOlder
      ? 'move it away and begin with a new one: what was copied already is found there'
      : 'use a newer release'
    throw fault(path, `has version ${version}, and this is ${journalVersion}; ${fix}`)
  }
  const { id, startedAt, source, destination, options } = header
  const texts = [id, startedAt, source, destination]
  const isRight = texts.every((text) => typeof text === 'string') && typeof options === 'object'
  if (!isRight || !isWhole(line)) {
    throw fault(path, 'has a damaged first line; move it away, and begin with a new one')
  }
  return { id, startedAt, source, destination, options } as JournalHeader
}

/** The line, or undefined for what is none: torn, or damaged. */
export function decodeLine(text: string): JournalLine | undefined {
  const line = isWhole(text) ? parse(text) : undefined
  if (line === undefined || !kinds.has(line['did'])) return undefined
  const isKeyed = typeof line['key'] === 'string'
  if (line['did'] === 'through') return isKeyed || line['key'] === null ? asLine(line) : undefined
  if (line['did'] === 'begin') return typeof line['run'] === 'string' ? asLine(line) : undefined
  if (line['did'] === 'end') return asLine(line)
  return isKeyed ? asLine(line) : undefined
}

function asLine(line: Record<string, unknown>): JournalLine | undefined {
  const isSummed = line['did'] === 'through' || line['did'] === 'end'
  if (isSummed && !areCounts(line['counts'])) return undefined
  if (line['did'] === 'copied' && typeof line['bytes'] !== 'number') return undefined
  return line as unknown as JournalLine
}

function areCounts(counts: unknown): boolean {
  if (typeof counts !== 'object' || counts === null) return false
  return Object.values(counts).every((count) => typeof count === 'number')
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function fault(path: string, text: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', `The file ${JSON.stringify(path)} ${text}`)
}
