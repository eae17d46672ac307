/**
 * One entry of an audit trail, and its line. The format is `docs/formats/audit-log.md`.
 *
 * Invariant: an entry tells who did what to which key, when, and how it ended; never a value, a
 * metadata value, a message of an error, a URL or a credential.
 */
import { extraMembers } from '../../extras.ts'
import type { Extras } from '../../extras.ts'
import type { StorageErrorCode } from '../../errors.ts'
import { utf8Bytes } from '../../text.ts'
import type { AuditContext } from './actor.ts'

/** Of the entries that this version writes. */
export const auditEntryVersion = 1

type ExtraMember = { [Name in keyof Extras]: keyof Extras[Name] }[keyof Extras]

/** What is recorded: calls of the contract, a `deleteMany` as one `delete` a key, and extras. */
export type AuditAction = 'read' | 'write' | 'stat' | 'delete' | 'list' | 'copy' | ExtraMember

/**
 * How it ended. `'begun'`: it is about to be done; with no other entry of the same `id` and
 * `resource` nobody knows whether it was. `'ERROR'`: a mistake of the program, which has no code.
 */
export type AuditOutcome = 'begun' | 'success' | 'ERROR' | StorageErrorCode

/** One entry. What is undefined is left out of its line. */
export interface AuditEntry {
  readonly version: typeof auditEntryVersion
  /** Of the call: all its entries share it, the one that it was begun and those of each key. */
  readonly id: string
  /** When the entry was made: ISO 8601, UTC, with milliseconds. */
  readonly at: string
  readonly actor: string
  readonly action: AuditAction
  /** The key, or the prefix of a listing; of a copy the source. */
  readonly resource: string
  /** Of a copy the destination. */
  readonly to?: string | undefined
  readonly outcome: AuditOutcome
  /** Bytes that were written, copied, or opened to be read; of one begun, where it is known. */
  readonly sizeBytes?: number | undefined
  /** From the call to its end, in ms. Not of one begun. */
  readonly durationMs?: number | undefined
  readonly backend: string
  /** What an extra was asked for: the method of a presigned request, a version, a tier. */
  readonly details?: Readonly<Record<string, string | number>> | undefined
  readonly context?: AuditContext | undefined
}

const contractActions = ['read', 'write', 'stat', 'delete', 'list', 'copy'] as const

/** Every action, those of extras included. */
export const auditActions: readonly AuditAction[] = Object.freeze([
  ...contractActions,
  ...(Object.values(extraMembers).flat() as ExtraMember[]),
])

/** Actions that change something, or let somebody else do so. */
export const auditedChanges: readonly AuditAction[] = Object.freeze<AuditAction[]>([
  ...(['write', 'delete', 'copy', 'presign', 'setAccessTier', 'deleteVersion'] as const),
  ...(['createSnapshot', 'deleteSnapshot', 'setTags', 'deleteTags'] as const),
])

/** Entries as lines of JSON, each with its line feed. */
export function encodeAuditEntries(entries: readonly AuditEntry[]): Uint8Array {
  return utf8Bytes(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}
