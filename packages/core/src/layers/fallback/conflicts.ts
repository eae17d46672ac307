/** Changes that could not be reconciled, as they are told. */
import type { ObjectInfo, OperationOptions } from '../../backend.ts'
import { assertOptions, assertToken } from '../../options.ts'
import type { Journal } from './journal.ts'
import type { JournalRecord } from './records.ts'
import { outageToken, primaryToken, shown } from './tokens.ts'

/** A change of an outage that met another one at the primary. Both are kept. */
export interface Conflict {
  /** For `readConflict` and `resolveConflict`. */
  readonly id: string
  readonly key: string
  readonly kind: 'write' | 'delete'
  /** When the outage write was acknowledged. */
  readonly at: Date
  /** What the outage write left; undefined of a delete. */
  readonly outage: ObjectInfo | undefined
  /** What the primary holds, and readers of the key see; undefined when there is no object. */
  readonly primary: ObjectInfo | undefined
}

/**
 * Which version the key shall have. `'both'`: the primary's stays at the key, and the other one
 * among the conflicts.
 */
export type ConflictChoice = 'primary' | 'outage' | 'both'

/** What `resolveConflict` takes. */
export interface ResolveConflictOptions extends OperationOptions {
  /**
   * The etag of what the outage's version replaces at the primary, as `conflict.primary` tells it;
   * null: no object. Default: what the primary held when the conflict was found.
   */
  readonly ifPrimary?: string | null | undefined
}

const resolveNames: ReadonlySet<string> = new Set(['signal', 'ifPrimary'])

/** @throws TypeError for options that mean nothing. */
export function assertResolveOptions(options: ResolveConflictOptions, choice: unknown): void {
  if (choice !== 'primary' && choice !== 'outage') {
    throw new TypeError("resolveConflict: the choice is 'primary' or 'outage'")
  }
  assertOptions(options, resolveNames, 'resolveConflict')
  if (options.ifPrimary !== null) assertToken(options.ifPrimary, 'ifPrimary')
}

/** @throws StorageError `NOT_FOUND` when the outage version is gone: somebody resolved it. */
export async function conflictOf(
  record: JournalRecord,
  primary: ObjectInfo | undefined,
  journal: Journal,
  options: OperationOptions,
): Promise<Conflict> {
  const { key, kind, version, atMs } = record
  const body = kind === 'write' ? await journal.statBody(version, options) : undefined
  return {
    id: version,
    key,
    kind,
    at: new Date(atMs),
    outage: body && shown({ ...body, key }, outageToken(version)),
    primary: primary && shown(primary, primaryToken(primary.etag)),
  }
}
