/**
 * One table in memory: rows by key, and their keys in order, sorted when somebody asks.
 *
 * Invariant: the order of `partitionKey + NUL + rowKey` is that of the two keys, for no key holds a
 * NUL, the least of all characters.
 */
import type { TableChange } from '../tables/backend.ts'
import { keysOf } from '../tables/change-check.ts'
import type { Entity } from '../tables/entity.ts'
import { entityBytes } from '../tables/entity-size.ts'
import type { FilterNode } from '../tables/filter.ts'
import { type KeyRange, keyRange, type KeySpan } from '../tables/key-range.ts'
import { laidOver } from '../tables/merge.ts'
import { entityExists, entityNotFound, versionMismatch } from '../tables/table-errors.ts'

/** An entity at rest. */
export interface TableRow {
  readonly entity: Entity
  readonly etag: string
  readonly modifiedAtMs: number
  readonly bytes: number
}

/** What a change leaves at a key: an entity, or nothing. */
interface TableStep {
  readonly key: string
  readonly entity: Entity | undefined
  /** How much larger the table gets. */
  readonly bytes: number
}

/** Rows of one table. */
export class MemoryTable {
  /** As it was written when the table was created. */
  readonly name: string
  readonly #rows = new Map<string, TableRow>()
  #sorted: string[] | undefined
  #bytes = 0

  constructor(name: string) {
    this.name = name
  }

  get bytes(): number {
    return this.#bytes
  }

  get(partitionKey: string, rowKey: string): TableRow | undefined {
    return this.#rows.get(joined(partitionKey, rowKey))
  }

  /** What the change will leave. @throws StorageError where it cannot be made. */
  stepOf(table: string, change: TableChange): TableStep {
    const { partitionKey, rowKey } = keysOf(change)
    const key = joined(partitionKey, rowKey)
    const old = this.#rows.get(key)
    if (change.type === 'insert') {
      if (old !== undefined) throw entityExists(table, partitionKey, rowKey)
    } else if (change.type !== 'upsert') {
      if (old === undefined) throw entityNotFound(table, partitionKey, rowKey)
      if (change.ifMatch !== undefined && change.ifMatch !== old.etag) {
        throw versionMismatch(table, partitionKey, rowKey)
      }
    }
    const entity = leftBy(table, change, old?.entity)
    const bytes = (entity === undefined ? 0 : entityBytes(entity)) - (old?.bytes ?? 0)
    return { key, entity, bytes }
  }

  /** Puts in place what {@link MemoryTable.stepOf} found. */
  put(step: TableStep, version: Pick<TableRow, 'etag' | 'modifiedAtMs'> | undefined): void {
    const { key, entity, bytes } = step
    const isNew = !this.#rows.has(key)
    this.#bytes += bytes
    if (entity === undefined || version === undefined) {
      this.#rows.delete(key)
      this.#sorted = undefined
      return
    }
    this.#rows.set(key, { entity, ...version, bytes: entityBytes(entity) })
    if (isNew) this.#sorted = undefined
  }

  /** Rows in order that may satisfy the filter, behind the keys in `after`. */
  *rows(filter: FilterNode | undefined, after: readonly string[] | undefined): Generator<TableRow> {
    const range = keyRange(filter)
    if (range.isEmpty) return
    const keys = (this.#sorted ??= [...this.#rows.keys()].sort())
    const behind = after === undefined ? undefined : joined(after[0]!, after[1]!)
    for (let at = startOf(keys, range, behind); at < keys.length; at++) {
      const row = this.#rows.get(keys[at]!)!
      if (isPast(row.entity, range)) return
      yield row
    }
  }
}

function joined(partitionKey: string, rowKey: string): string {
  return `${partitionKey}\0${rowKey}`
}

function leftBy(table: string, change: TableChange, old: Entity | undefined): Entity | undefined {
  if (change.type === 'delete') return undefined
  return change.type === 'insert' ? change.entity : laidOver(table, change.entity, old, change.mode)
}

/** Index of the first key that can be in the range and is behind `behind`. */
function startOf(keys: readonly string[], range: KeyRange, behind: string | undefined): number {
  const from = joined(range.partitionKey.from?.key ?? '', range.rowKey.from?.key ?? '')
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const key = keys[middle]!
    if (key < from || (behind !== undefined && key <= behind)) low = middle + 1
    else high = middle
  }
  return low
}

/** True when neither this entity nor any behind it is in the range. */
function isPast({ partitionKey, rowKey }: Entity, range: KeyRange): boolean {
  if (isBehind(partitionKey, range.partitionKey)) return true
  return partitionKey === range.partitionKey.to?.key && isBehind(rowKey, range.rowKey)
}

function isBehind(key: string, { to }: KeySpan): boolean {
  if (to === undefined) return false
  return to.isIncluded ? key > to.key : key >= to.key
}
