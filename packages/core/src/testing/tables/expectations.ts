/** What cases expect of tables, with failures that tell what was done. */
import assert from 'node:assert/strict'
import type { StorageErrorCode } from '../../errors.ts'
import type { QueryPageOptions, StoredEntity, TableBackend } from '../../tables/backend.ts'
import type { Entity } from '../../tables/entity.ts'
import type { FilterNode } from '../../tables/filter.ts'
import { formatFilter } from '../../tables/filter-format.ts'
import { matches } from '../../tables/matches.ts'
import { compareEntityKeys } from '../../tables/text-order.ts'
import { expectError } from '../conformance/expectations.ts'
import { namesOf, pagesOf, queryAll } from './entities.ts'

/** The entity is stored so, whole, with this etag if one is given. */
export async function expectEntity(
  backend: TableBackend,
  table: string,
  expected: Entity,
  when: string,
  etag?: string,
): Promise<StoredEntity> {
  const { partitionKey, rowKey } = expected
  const stored = await backend.get(table, partitionKey, rowKey)
  assert.deepStrictEqual(stored.entity, expected, `get("${partitionKey}", "${rowKey}") ${when}`)
  if (etag !== undefined) assert.equal(stored.etag, etag, `etag ${when}`)
  return stored
}

/** Nobody can find the entity: not by get, not by query. */
export async function expectNoEntity(
  backend: TableBackend,
  table: string,
  partitionKey: string,
  rowKey: string,
  when: string,
): Promise<void> {
  const path = `${table}/${partitionKey}/${rowKey}`
  const doing = `get("${partitionKey}", "${rowKey}") ${when}`
  const error = await expectError('NOT_FOUND', doing, () =>
    backend.get(table, partitionKey, rowKey),
  )
  assert.equal(error.key, path, `key of the error of ${doing}`)
  const found = (await queryAll(backend, table)).filter(
    ({ entity }) => entity.partitionKey === partitionKey && entity.rowKey === rowKey,
  )
  assert.equal(found.length, 0, `a query still gives (${partitionKey}, ${rowKey}) ${when}`)
}

/** The table holds these entities and no other, in order. */
export async function expectTable(
  backend: TableBackend,
  table: string,
  expected: readonly Entity[],
  when: string,
): Promise<void> {
  const stored = await queryAll(backend, table)
  const sorted = [...expected].sort(compareEntityKeys)
  assert.deepStrictEqual(
    stored.map(({ entity }) => entity),
    sorted,
    `entities of the table ${when}`,
  )
}

/** The error of a call about a missing table: its key is the table's name. */
export async function expectNoTable(
  table: string,
  doing: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const error = await expectError('NOT_FOUND', doing, call)
  assert.equal(error.key, table, `key of the error of ${doing}: the table's name`)
}

/** The error is about this entity. */
export async function expectRefused(
  code: StorageErrorCode,
  path: readonly [table: string, partitionKey: string, rowKey: string],
  doing: string,
  call: () => Promise<unknown>,
): Promise<void> {
  const error = await expectError(code, doing, call)
  assert.equal(error.key, path.join('/'), `key of the error of ${doing}`)
  assert.equal(error.retryable, 'no', `retryable of the error of ${doing}`)
}

/**
 * Pages of a query hold what holds for every query: none over its limit, ascending keys, and each
 * entity once.
 */
export async function expectPages(
  backend: TableBackend,
  table: string,
  options: QueryPageOptions,
  expected: readonly string[],
): Promise<void> {
  const doing = `query({ limit: ${options.limit} })`
  const limit = options.limit ?? backend.capabilities.queryPageMax
  const pages = await pagesOf(backend, table, options)
  for (const [at, { entities }] of pages.entries()) {
    assert.ok(entities.length <= limit, `${doing}: page ${at} has ${entities.length} entities`)
  }
  const all = pages.flatMap(({ entities }) => entities)
  for (let at = 1; at < all.length; at++) {
    const order = compareEntityKeys(all[at - 1]!.entity, all[at]!.entity)
    assert.ok(order < 0, `${doing}: ${namesOf(all.slice(at - 1, at + 1)).join(' comes before ')}`)
  }
  assert.deepEqual(namesOf(all), expected, `${doing}: entities`)
}

/** Each filter gives the rows that the reference says. Entities as they are stored. */
export async function expectFilters(
  backend: TableBackend,
  table: string,
  filters: readonly FilterNode[],
): Promise<void> {
  const stored = await queryAll(backend, table)
  for (const filter of filters) {
    const expected = stored.filter(({ entity, modifiedAt }) => matches(entity, modifiedAt, filter))
    const found = await queryAll(backend, table, { filter })
    assert.deepEqual(namesOf(found), namesOf(expected), `rows of ${formatFilter(filter)}`)
  }
}
