/** One change of one entity, within a transaction. */
import type { Random } from '@aos-storage/core'
import {
  type Entity,
  entityExists,
  entityNotFound,
  keysOf,
  laidOver,
  type TableChange,
  versionMismatch,
} from '@aos-storage/core/backend'
import type { Connection } from '../sqlite/connection.ts'
import { keyBytes } from './key-bytes.ts'
import { decodeEntity, encodeProperties } from './properties.ts'
import { etagColumn, newEtag, versionOf } from './version.ts'

/** Where and when a change is made. */
export interface ChangePlace {
  readonly connection: Connection
  readonly table: string
  readonly tableId: number
  readonly modifiedMs: number
  readonly random: Random
}

interface Standing {
  readonly etag: string
  readonly properties: string
}

/**
 * Makes a change.
 *
 * @returns The new version, undefined after a delete.
 * @throws StorageError `ALREADY_EXISTS`, `NOT_FOUND`, `PRECONDITION_FAILED`, and `QUOTA_EXCEEDED`
 * when what a merge would make is too large; then nothing was changed.
 */
export function makeChange(place: ChangePlace, change: TableChange): string | undefined {
  const { partitionKey, rowKey } = keysOf(change)
  const entity = new EntityRow(place, partitionKey, rowKey)
  switch (change.type) {
    case 'insert':
      return entity.insert(change.entity)
    case 'upsert': {
      const isMerge = change.mode === 'merge'
      return entity.put(change.entity, isMerge ? entity.standing() : undefined)
    }
    case 'update': {
      const standing = entity.expect(change.ifMatch)
      return entity.put(change.entity, change.mode === 'merge' ? standing : undefined)
    }
    case 'delete':
      entity.expect(change.ifMatch)
      entity.remove()
      break
  }
  return undefined
}

class EntityRow {
  readonly #place: ChangePlace
  readonly #keys: readonly [partitionKey: string, rowKey: string]
  readonly #row: readonly [tableId: number, partitionKey: Uint8Array, rowKey: Uint8Array]

  constructor(place: ChangePlace, partitionKey: string, rowKey: string) {
    this.#place = place
    this.#keys = [partitionKey, rowKey]
    this.#row = [place.tableId, keyBytes(partitionKey), keyBytes(rowKey)]
  }

  standing(): Standing | undefined {
    return this.#place.connection
      .prepare(
        `SELECT ${etagColumn}, properties FROM entities ` +
          'WHERE table_id = ? AND partition_key = ? AND row_key = ?',
      )
      .get(...this.#row) as Standing | undefined
  }

  /** What is there. @throws `NOT_FOUND`, or `PRECONDITION_FAILED` when it is another version. */
  expect(ifMatch: string | undefined): Standing {
    const standing = this.standing()
    if (standing === undefined) throw entityNotFound(this.#place.table, ...this.#keys)
    if (ifMatch === undefined || ifMatch === standing.etag) return standing
    throw versionMismatch(this.#place.table, ...this.#keys)
  }

  insert(entity: Entity): string {
    const etag = newEtag(this.#place.random)
    const { changes } = this.#place.connection
      .prepare(
        'INSERT INTO entities ' +
          '(table_id, partition_key, row_key, version, modified_ms, properties) ' +
          'VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(...this.#row, versionOf(etag), this.#place.modifiedMs, encodeProperties(entity))
    if (changes === 1) return etag
    throw entityExists(this.#place.table, ...this.#keys)
  }

  /** @param under What is there and is kept beside it. */
  put(entity: Entity, under: Standing | undefined): string {
    const etag = newEtag(this.#place.random)
    this.#place.connection
      .prepare(
        'INSERT INTO entities ' +
          '(table_id, partition_key, row_key, version, modified_ms, properties) ' +
          'VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET version = excluded.version, ' +
          'modified_ms = excluded.modified_ms, properties = excluded.properties',
      )
      .run(...this.#row, versionOf(etag), this.#place.modifiedMs, this.#merged(entity, under))
    return etag
  }

  #merged(over: Entity, under: Standing | undefined): string {
    if (under === undefined) return encodeProperties(over)
    // Each fits, and both together may not: that is checked, too.
    const old = decodeEntity(this.#place.table, over, under.properties)
    return encodeProperties(laidOver(this.#place.table, over, old, 'merge'))
  }

  remove(): void {
    this.#place.connection
      .prepare('DELETE FROM entities WHERE table_id = ? AND partition_key = ? AND row_key = ?')
      .run(...this.#row)
  }
}
