/** What changes must satisfy before a backend hears of them, alone and as a transaction. */
import { isStorageError, StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { assertToken, describe, ownOptions } from '../options.ts'
import type { MergeMode, TableChange } from './backend.ts'
import { ownEntity } from './entity-check.ts'
import { transactionBytes } from './entity-size.ts'
import { tableLimits } from './limits.ts'
import { assertEntityKey } from './names.ts'
import { atChange } from './table-errors.ts'

const memberNames = {
  insert: new Set(['type', 'entity']),
  upsert: new Set(['type', 'entity', 'mode']),
  update: new Set(['type', 'entity', 'mode', 'ifMatch']),
  delete: new Set(['type', 'partitionKey', 'rowKey', 'ifMatch']),
}

/** A change as a caller writes it: `mode` may be left out, and is `merge` then. */
export type TableChangeInput =
  | Exclude<TableChange, { readonly mode: MergeMode }>
  | WithOptionalMode<Extract<TableChange, { readonly mode: MergeMode }>>

type WithOptionalMode<Change> = Change extends { readonly mode: MergeMode }
  ? Omit<Change, 'mode'> & { readonly mode?: MergeMode | undefined }
  : never

/** Its own copy of a change. @throws as `ownEntity`, and TypeError for what is no change. */
export function ownChange(change: unknown): TableChange {
  const { type } = (change ?? {}) as { type?: unknown }
  if (typeof type !== 'string' || !Object.hasOwn(memberNames, type)) {
    throw new TypeError(
      `A change is { type: 'insert' | 'upsert' | 'update' | 'delete', ... }, not ` +
        `${describe(change)}${typeof type === 'string' ? ' of another type' : ''}`,
    )
  }
  const kind = type as TableChange['type']
  const own = ownOptions(change as Record<string, unknown>, memberNames[kind], `change ${kind}`)
  const { ifMatch, mode, partitionKey, rowKey } = own
  assertToken(ifMatch, 'ifMatch')
  const condition = ifMatch === undefined ? {} : { ifMatch: ifMatch as string }
  if (kind === 'delete') {
    assertEntityKey(partitionKey, 'partitionKey')
    assertEntityKey(rowKey, 'rowKey')
    return { type: kind, partitionKey, rowKey, ...condition }
  }
  const entity = ownEntity(own['entity'])
  if (kind === 'insert') return { type: kind, entity }
  return kind === 'upsert'
    ? { type: kind, mode: ownMode(mode), entity }
    : { type: kind, mode: ownMode(mode), entity, ...condition }
}

/** @throws TypeError for a mode that is none. */
export function ownMode(mode: unknown): MergeMode {
  if (mode === undefined) return 'merge'
  if (mode === 'merge' || mode === 'replace') return mode
  throw new TypeError("mode is 'merge' or 'replace'")
}

/** The keys of the entity that a change is about. */
export function keysOf(change: TableChange): { partitionKey: string; rowKey: string } {
  const { partitionKey, rowKey } = change.type === 'delete' ? change : change.entity
  return { partitionKey, rowKey }
}

/**
 * Their own copies of the changes of a transaction: 1 to 100, of one partition, each entity once,
 * together at most 4 MiB.
 *
 * @throws as {@link ownChange}, with the place of the change; `INVALID_ARGUMENT` for two partitions
 * or an entity that comes twice; `QUOTA_EXCEEDED` for too many or too large ones.
 */
export function ownChanges(changes: unknown): TableChange[] {
  if (!Array.isArray(changes)) {
    throw new TypeError(`A transaction is an array of changes, not ${describe(changes)}`)
  }
  const { transactionChangesMax, transactionBytesMax } = tableLimits
  if (changes.length === 0) {
    throw new StorageError('INVALID_ARGUMENT', 'The transaction is empty; give at least one change')
  }
  if (changes.length > transactionChangesMax) {
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `The transaction has ${changes.length} changes; at most ${transactionChangesMax} go ` +
        'together. Changes that need not be atomic can go in several',
    )
  }
  const own = Array.from(changes, (change: unknown, at) => placed(change, at, changes.length))
  assertOnePartition(own)
  const bytes = transactionBytes(own)
  if (bytes <= transactionBytesMax) return own
  throw new StorageError(
    'QUOTA_EXCEEDED',
    `The transaction has ${bytes} bytes as a request; at most ${transactionBytesMax} go together`,
  )
}

function placed(change: unknown, at: number, count: number): TableChange {
  try {
    return ownChange(change)
  } catch (error) {
    if (isStorageError(error)) throw atChange(error, at, count)
    if (error instanceof TypeError) {
      throw new TypeError(`Change ${at + 1}: ${error.message}`, { cause: error })
    }
    throw error
  }
}

function assertOnePartition(changes: readonly TableChange[]): void {
  const { partitionKey } = keysOf(changes[0]!)
  const seen = new Map<string, number>()
  for (const [at, change] of changes.entries()) {
    const keys = keysOf(change)
    if (keys.partitionKey !== partitionKey) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `Change ${at + 1} is of partition ${quoteKey(keys.partitionKey)}, change 1 of ` +
          `${quoteKey(partitionKey)}; a transaction is of one partition`,
      )
    }
    const before = seen.get(keys.rowKey)
    if (before !== undefined) {
      throw new StorageError(
        'INVALID_ARGUMENT',
        `Changes ${before + 1} and ${at + 1} are of the same entity, row ` +
          `${quoteKey(keys.rowKey)}; make one of them`,
      )
    }
    seen.set(keys.rowKey, at)
  }
}
