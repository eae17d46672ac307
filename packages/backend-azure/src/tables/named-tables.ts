/** The tables of the account: made, deleted, listed. */
import type { StorageError } from '@aos-storage/core'
import {
  compareText,
  decodeTableCursor,
  encodeTableCursor,
  foldTableName,
  type ListTablesOptions,
  type TablePage,
} from '@aos-storage/core/backend'
import { tablePath, tablesPath } from './addresses.ts'
import type { TableCalls } from './calls.ts'
import { jsonOf, type TableAnswer } from './service.ts'

/** Most names of one page. */
const tablePageMax = 1000

/** @throws StorageError as the contract's `createTable`. */
export function createTable(
  calls: TableCalls,
  table: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return calls.send({
    operation: 'createTable',
    signal,
    table,
    request: {
      method: 'POST',
      path: tablesPath,
      headers: { prefer: 'return-no-content' },
      body: JSON.stringify({ TableName: table }),
    },
    read: () => true,
    onRefused: (error, lost) => {
      // There since a try whose answer was lost: made by us, as far as anybody can tell.
      if (error.code === 'ALREADY_EXISTS') return lost !== undefined
      throw error
    },
  })
}

/** @throws StorageError as the contract's `deleteTable`. */
export function deleteTable(
  calls: TableCalls,
  table: string,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  return calls.send({
    operation: 'deleteTable',
    signal,
    table,
    request: { method: 'DELETE', path: tablePath(table) },
    read: () => true,
    onRefused: (error: StorageError, lost) => {
      if (error.code === 'NOT_FOUND') return lost !== undefined
      throw error
    },
  })
}

/**
 * A page of names. The service promises no order, so that each page reads all names of the account,
 * and keeps those that it needs: memory is that of two pages.
 *
 * @throws StorageError as the contract's `listTables`.
 */
export async function listTables(
  calls: TableCalls,
  options: ListTablesOptions,
): Promise<TablePage> {
  const { prefix, cursor, signal } = options
  const limit = Math.min(options.limit ?? tablePageMax, tablePageMax)
  const [after = ''] = cursor === undefined ? [] : decodeTableCursor(cursor, { prefix }, 1)
  const start = foldTableName(prefix ?? '')
  let first: string[] = []
  for (let next: string | undefined = ''; next !== undefined;) {
    const page: NamePage = await namePage(calls, next, signal)
    const wanted = page.names.filter((name) => {
      const folded = foldTableName(name)
      return folded.startsWith(start) && folded > after
    })
    first = [...first, ...wanted].toSorted(compareNames).slice(0, limit + 1)
    next = page.next
  }
  const tables = first.slice(0, limit)
  if (first.length <= limit) return { tables, cursor: undefined }
  return { tables, cursor: encodeTableCursor([foldTableName(tables.at(-1)!)], { prefix }) }
}

interface NamePage {
  readonly names: readonly string[]
  readonly next: string | undefined
}

function namePage(
  calls: TableCalls,
  next: string,
  signal: AbortSignal | undefined,
): Promise<NamePage> {
  return calls.send({
    operation: 'listTables',
    signal,
    request: {
      method: 'GET',
      path: tablesPath,
      query: { NextTableName: next === '' ? undefined : next },
    },
    read: (answer: TableAnswer) => {
      const { value } = jsonOf(answer)
      const tables = Array.isArray(value) ? (value as { TableName?: unknown }[]) : []
      const names = tables.map(({ TableName }) => TableName).filter(isText)
      return { names, next: answer.header('x-ms-continuation-nexttablename') }
    },
  })
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function compareNames(a: string, b: string): number {
  return compareText(foldTableName(a), foldTableName(b))
}
