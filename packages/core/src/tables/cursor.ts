/**
 * Cursors of tables: where a page ended, and what it was a page of. Another filter is refused,
 * because a page that silently skips is data loss to the one who copies by querying.
 */
import { createHash } from 'node:crypto'
import { StorageError } from '../errors.ts'
import type { TableValue } from './entity.ts'
import type { FilterNode } from './filter.ts'
import { Guid } from './guid.ts'

/** What a cursor belongs to: a query, or a listing of tables. */
export type TableScope =
  | {
      readonly table: string
      readonly filter: FilterNode | undefined
      readonly select: readonly string[] | undefined
    }
  | { readonly prefix: string | undefined }

/** Longest cursor that is looked at, in UTF-16 units: two keys of any legal content fit. */
const cursorUnitsMax = 16_384

/** Makes the opaque cursor of a position. */
export function encodeTableCursor(position: readonly string[], scope: TableScope): string {
  return Buffer.from(JSON.stringify([1, scopeHash(scope), ...position])).toString('base64url')
}

/**
 * The position.
 *
 * @param parts How many texts it has.
 * @throws StorageError `INVALID_ARGUMENT` for a cursor that is damaged or of another query.
 */
export function decodeTableCursor(cursor: string, scope: TableScope, parts: number): string[] {
  const [version, hash, ...position] = parse(cursor)
  const isWhole = position.length === parts && position.every((part) => typeof part === 'string')
  if (version !== 1 || !isWhole) throw cursorError('is damaged or was made by another backend')
  if (hash === scopeHash(scope)) return position
  throw cursorError('belongs to another table, filter, selection or prefix')
}

function parse(cursor: string): unknown[] {
  try {
    if (cursor.length <= cursorUnitsMax) {
      const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
      if (Array.isArray(parts)) return parts
    }
  } catch {
    // Told below: why it does not parse is of no use to the caller.
  }
  throw cursorError('is damaged')
}

function cursorError(fault: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', `The cursor ${fault}; start again without a cursor`)
}

function scopeHash(scope: TableScope): string {
  const parts =
    'table' in scope
      ? [scope.table.toLowerCase(), partsOf(scope.filter), scope.select ?? null]
      : [scope.prefix ?? '']
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 11)
}

/** A filter as JSON takes it, each value with its type. */
function partsOf(filter: FilterNode | undefined): unknown {
  if (filter === undefined) return null
  switch (filter.type) {
    case 'comparison':
      return [filter.operator, filter.property, ...valueParts(filter.value)]
    case 'not':
      return ['not', partsOf(filter.operand)]
    default:
      return [filter.type, partsOf(filter.left), partsOf(filter.right)]
  }
}

function valueParts(value: TableValue): unknown[] {
  if (typeof value !== 'object') return [typeof value, String(value)]
  if (value instanceof Guid) return ['guid', value.value]
  if (value instanceof Date) return ['date', value.getTime()]
  return ['bytes', Buffer.from(value).toString('base64')]
}
