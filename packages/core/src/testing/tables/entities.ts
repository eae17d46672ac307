/** Entities that cases work with, and the short ways to put and find them. */
import { isStorageError } from '../../errors.ts'
import type {
  ChangeOutcome,
  EntityPage,
  QueryPageOptions,
  StoredEntity,
  TableBackend,
  TableChange,
} from '../../tables/backend.ts'
import type { Entity, TableValue } from '../../tables/entity.ts'
import { Guid } from '../../tables/guid.ts'

/** Properties of an entity. */
export type Properties = Readonly<Record<string, TableValue>>

export function entityOf(
  partitionKey: string,
  rowKey: string,
  properties: Properties = {},
): Entity {
  return { partitionKey, rowKey, ...properties }
}

/** Inserts an entity; gives its etag. */
export async function insert(
  backend: TableBackend,
  table: string,
  entity: Entity,
): Promise<string> {
  return etagOf(await backend.change(table, { type: 'insert', entity }))
}

/** Inserts or replaces an entity; gives its etag. */
export async function put(backend: TableBackend, table: string, entity: Entity): Promise<string> {
  return etagOf(await backend.change(table, { type: 'upsert', mode: 'replace', entity }))
}

/** The etag of what was not deleted. */
export function etagOf({ etag }: ChangeOutcome): string {
  if (typeof etag === 'string' && etag !== '') return etag
  throw new Error(`a change gave the etag ${JSON.stringify(etag)}`)
}

export function update(
  entity: Entity,
  ifMatch?: string,
  mode: 'merge' | 'replace' = 'replace',
): TableChange {
  return { type: 'update', mode, entity, ...(ifMatch === undefined ? {} : { ifMatch }) }
}

export function remove(partitionKey: string, rowKey: string, ifMatch?: string): TableChange {
  return {
    type: 'delete',
    partitionKey,
    rowKey,
    ...(ifMatch === undefined ? {} : { ifMatch }),
  }
}

/** Every page of a query. */
export async function pagesOf(
  backend: TableBackend,
  table: string,
  options: QueryPageOptions = {},
): Promise<EntityPage[]> {
  const pages: EntityPage[] = []
  let cursor: string | undefined
  do {
    const page: EntityPage = await backend.query(table, { ...options, cursor })
    pages.push(page)
    ;({ cursor } = page)
    if (pages.length > 5000) throw new Error('a query does not end within 5,000 pages')
  } while (cursor !== undefined)
  return pages
}

/** Every entity of a query. */
export async function queryAll(
  backend: TableBackend,
  table: string,
  options: QueryPageOptions = {},
): Promise<StoredEntity[]> {
  return (await pagesOf(backend, table, options)).flatMap(({ entities }) => entities)
}

/** `partition/row` of each, for messages. */
export function namesOf(entities: readonly { readonly entity: Entity }[]): string[] {
  return entities.map(({ entity }) => `${entity.partitionKey}/${entity.rowKey}`)
}

/** Entities in changes of 100, one partition after the other. */
export async function fill(
  backend: TableBackend,
  table: string,
  entities: readonly Entity[],
): Promise<void> {
  for (const partition of Map.groupBy(entities, ({ partitionKey }) => partitionKey).values()) {
    for (let at = 0; at < partition.length; at += 100) {
      const changes = partition
        .slice(at, at + 100)
        .map((entity): TableChange => ({ type: 'upsert', mode: 'replace', entity }))
      await backend.transact(table, changes)
    }
  }
}

/** Values of each type that must come back as they went in, those at the edges among them. */
export const valuesByType: Readonly<Record<string, readonly TableValue[]>> = {
  text: [
    ...['', ' ', ' a ', 'a', "it's", "''", '"', '\\', '%27', '<&>', 'a\nb\tc\r', '\0', '\u001f'],
    ...['é', 'e\u0301', '\u{1f600}', '\ud7ff\ue000\ufffd\uffff', '2026-01-01T00:00:00.000Z', '1'],
    ...['00000000-0000-0000-0000-000000000001', 'true', 'NaN', 'Infinity', 'null', 'undefined'],
  ],
  number: [
    ...[0, 1, -1, 1.5, -1.5, 0.1, 2_147_483_647, -2_147_483_648, 2_147_483_648, -2_147_483_649],
    ...[2 ** 53, 2 ** 53 + 2, -(2 ** 53), 1e21, 1e300, 1.7976931348623157e308, 5e-324, 1e-7],
    ...[1 / 3, 123456789.123456, 2251799813685248.5, 100, 1e15],
  ],
  'special number': [NaN, Infinity, -Infinity],
  bigint: [
    ...[0n, 1n, -1n, 2n ** 31n, 2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, -(2n ** 63n)],
  ],
  boolean: [true, false],
  date: [
    ...['1601-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '1970-01-01T00:00:00.000Z'],
    ...['2000-02-29T12:00:00.000Z', '2026-11-26T01:02:03.004Z', '2026-11-26T01:02:03.100Z'],
    ...['9999-12-31T23:59:59.999Z'],
  ].map((text) => new Date(text)),
  guid: [
    ...['00000000-0000-0000-0000-000000000000', '12345678-9abc-def0-1234-56789abcdef0'],
    ...['ffffffff-ffff-ffff-ffff-ffffffffffff', 'fedcba98-7654-3210-fedc-ba9876543210'],
  ].map((text) => new Guid(text)),
  bytes: [
    new Uint8Array(),
    Uint8Array.of(0),
    Uint8Array.of(255),
    Uint8Array.of(0, 255),
    Uint8Array.of(1, 2, 3),
    Uint8Array.from({ length: 256 }, (_, at) => at),
  ],
}

/** Where cases of many processes count. */
export const counterKeys = { partitionKey: 'race', rowKey: 'counter' } as const

/** Adds 1 to the counter; false when another was faster. */
export async function increment(backend: TableBackend, table: string): Promise<boolean> {
  const { partitionKey, rowKey } = counterKeys
  const { entity, etag } = await backend.get(table, partitionKey, rowKey)
  const next = entityOf(partitionKey, rowKey, { count: Number(entity['count']) + 1 })
  try {
    await backend.change(table, update(next, etag))
    return true
  } catch (error) {
    if (isStorageError(error, 'PRECONDITION_FAILED', 'CONFLICT')) return false
    throw error
  }
}

/** A transaction that only shows whole: two rows of the same number, and one of its own. */
export function movesOf(number: number): TableChange[] {
  const { partitionKey } = counterKeys
  const rows = ['left', 'right', `move${String(number).padStart(6, '0')}`]
  return rows.map((rowKey) => ({
    type: 'upsert',
    mode: 'replace',
    entity: entityOf(partitionKey, rowKey, { number }),
  }))
}
