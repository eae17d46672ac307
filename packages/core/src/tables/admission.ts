/**
 * What calls of `TableStore` must satisfy before a backend hears of them.
 *
 * Invariant: when an admission throws, nothing was sent. Options are read once, and are copies.
 */
import { StorageError } from '../errors.ts'
import { assertInteger, assertMethods, assertOptions, describe, ownOptions } from '../options.ts'
import type { GetEntityOptions, QueryPageOptions, TableBackend } from './backend.ts'
import type { FilterNode } from './filter.ts'
import { ownFilter } from './filter-check.ts'
import { parseFilter } from './filter-parser.ts'
import { tableLimits } from './limits.ts'
import { assertEntityKey, assertPropertyName, assertTableName } from './names.ts'
import {
  type FilterInput,
  optionNames,
  type QueryOnePageOptions,
  type TableStoreOptions,
} from './options.ts'

const backendMembers: readonly (keyof TableBackend)[] = [
  ...(['createTable', 'deleteTable', 'listTables', 'get', 'query', 'change'] as const),
  ...(['transact', 'health', 'close'] as const),
]

/** @throws TypeError unless `backend` has every method of the contract. */
export function assertTableBackend(backend: unknown): asserts backend is TableBackend {
  if (typeof backend !== 'object' || backend === null) {
    throw new TypeError(`A table backend is an object, not ${describe(backend)}`)
  }
  assertMethods(backend, 'This is no table backend: it', backendMembers)
}

/** The options as they are now. @throws TypeError for what is no tool. */
export function ownStoreOptions(options: TableStoreOptions): TableStoreOptions {
  const own = ownOptions(options, optionNames.store, 'TableStore')
  assertMethods(own.logger, 'logger', ['debug', 'info', 'warn', 'error'])
  assertMethods(own.clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertOptions(own.diagnostics, optionNames.diagnostics, 'diagnostics')
  const keys: unknown = own.diagnostics?.keys
  if (keys !== undefined && typeof keys !== 'boolean') {
    throw new TypeError(`diagnostics.keys is a boolean, not ${describe(keys)}`)
  }
  return own
}

/** @throws as the checks of the three. */
export function assertPlace(table: unknown, partitionKey: unknown, rowKey: unknown): void {
  assertTableName(table)
  assertEntityKey(partitionKey, 'partitionKey')
  assertEntityKey(rowKey, 'rowKey')
}

/** Its own copy of a selection: each name once, without the keys, which always come. */
function ownSelect(select: unknown): readonly string[] | undefined {
  if (select === undefined) return undefined
  if (!Array.isArray(select)) {
    throw new TypeError(`select is an array of names, not ${describe(select)}`)
  }
  if (select.length > tableLimits.selectMax) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `select has ${select.length} names; at most ${tableLimits.selectMax} are taken`,
    )
  }
  const names = new Set<string>()
  for (const name of select as readonly unknown[]) {
    if (name === 'partitionKey' || name === 'rowKey') continue
    assertPropertyName(name)
    names.add(name)
  }
  return [...names]
}

/** Options of `get` and `find`. */
export function admitGet(
  options: GetEntityOptions | undefined,
  operation: string,
): GetEntityOptions {
  const own = ownOptions(options ?? {}, optionNames.get, operation)
  return { ...own, select: ownSelect(own.select) }
}

/** What `query` and `queryPage` share. */
export function admitPage(options: QueryOnePageOptions, pageMax: number): QueryPageOptions {
  const { filter, select, limit, cursor, signal } = options
  if (limit !== undefined) assertInteger(limit, 'limit', 1, pageMax)
  if (cursor !== undefined && (typeof cursor !== 'string' || cursor === '')) {
    throw new TypeError(`cursor is a non-empty string, not ${describe(cursor)}`)
  }
  return { filter: filterOf(filter), select: ownSelect(select), limit, cursor, signal }
}

function filterOf(filter: FilterInput | undefined): FilterNode | undefined {
  if (filter === undefined) return undefined
  return typeof filter === 'string' ? parseFilter(filter) : ownFilter(filter)
}
