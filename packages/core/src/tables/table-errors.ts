/**
 * The errors of tables, the same on every backend.
 *
 * `key` of such an error is the table's name, or `table/partitionKey/rowKey` of an entity; no part
 * can hold a slash. So a missing table is told from a missing entity.
 */
import { isStorageError, StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import type { TableChange } from './backend.ts'

/** The `key` of errors about an entity. */
export function entityPath(table: string, partitionKey: string, rowKey: string): string {
  return `${table}/${partitionKey}/${rowKey}`
}

/** `NOT_FOUND`: there is no such table. */
export function tableNotFound(table: string, cause?: unknown): StorageError {
  return new StorageError(
    'NOT_FOUND',
    `There is no table ${quoteKey(table)}; create it with createTable`,
    { key: table, ...(cause === undefined ? {} : { cause }) },
  )
}

/** `NOT_FOUND`: the table is there, the entity is not. */
export function entityNotFound(
  table: string,
  partitionKey: string,
  rowKey: string,
  cause?: unknown,
): StorageError {
  return new StorageError(
    'NOT_FOUND',
    `The table ${quoteKey(table)} has no entity ${quoteKeys(partitionKey, rowKey)}`,
    {
      key: entityPath(table, partitionKey, rowKey),
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** `ALREADY_EXISTS`: an insert met an entity. */
export function entityExists(
  table: string,
  partitionKey: string,
  rowKey: string,
  cause?: unknown,
): StorageError {
  return new StorageError(
    'ALREADY_EXISTS',
    `The table ${quoteKey(table)} has an entity ${quoteKeys(partitionKey, rowKey)} already; ` +
      'update or upsert it',
    {
      key: entityPath(table, partitionKey, rowKey),
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** `PRECONDITION_FAILED`: `ifMatch` names another version than the stored one. */
export function versionMismatch(
  table: string,
  partitionKey: string,
  rowKey: string,
  cause?: unknown,
): StorageError {
  return new StorageError(
    'PRECONDITION_FAILED',
    `Entity ${quoteKeys(partitionKey, rowKey)} of table ${quoteKey(table)} has another version ` +
      'than ifMatch names; get it again and redo the change',
    {
      key: entityPath(table, partitionKey, rowKey),
      ...(cause === undefined ? {} : { cause }),
    },
  )
}

/** The error of a transaction, told as that of its change at this place, counted from 0. */
export function atChange(error: StorageError, at: number, count: number): StorageError {
  return error.with({ message: `Change ${at + 1} of ${count}: ${error.message}` })
}

/** True for changes that are refused when they are made again, because they meet themselves. */
export function meetsItself(change: TableChange): boolean {
  return change.type === 'insert' || ('ifMatch' in change && change.ifMatch !== undefined)
}

const openText = 'the outcome is open'

/** Not retryable: made again, an own change could be taken for another writer's. */
export function openChange(error: StorageError): StorageError {
  // Told already, perhaps in the words of objects.
  if (error.message.includes(`; ${openText}: `)) return error
  const message = `${error.message}; ${openText}: get the entity before you change it again`
  return error.with({ message, retryable: 'no' })
}

/**
 * The error of a change that was refused after a try whose answer was lost. What may be its own
 * doing is not told by the refusal's code, which would be that of another writer.
 *
 * @param lost Of the try that may have been carried out.
 */
export function refusedAfterLost(refusal: StorageError, lost: StorageError): StorageError {
  const mayBeOwn =
    isStorageError(refusal, 'ALREADY_EXISTS', 'PRECONDITION_FAILED') || isMissingEntity(refusal)
  return openChange(mayBeOwn ? lost : refusal)
}

/** True for a missing entity, false for a missing table and for all else. */
export function isMissingEntity(error: unknown): boolean {
  return isStorageError(error, 'NOT_FOUND') && error.key?.includes('/') === true
}

function quoteKeys(partitionKey: string, rowKey: string): string {
  return `(${quoteKey(partitionKey)}, ${quoteKey(rowKey)})`
}
