/** What a change makes of an entity, for backends that make changes themselves. */
import { isStorageError } from '../errors.ts'
import type { MergeMode } from './backend.ts'
import type { Entity, TableValue } from './entity.ts'
import { assertEntityLimits } from './entity-check.ts'
import { Guid } from './guid.ts'
import { entityPath } from './table-errors.ts'

/**
 * The entity of `table` laid over the one that is there, if there is one.
 *
 * @throws StorageError `QUOTA_EXCEEDED` when what both have together is over a limit.
 */
export function laidOver(
  table: string,
  entity: Entity,
  old: Entity | undefined,
  mode: MergeMode,
): Entity {
  if (mode === 'replace' || old === undefined) return entity
  const merged: Entity = { ...old, ...entity }
  try {
    assertEntityLimits(merged)
  } catch (error) {
    const key = entityPath(table, entity.partitionKey, entity.rowKey)
    throw isStorageError(error) ? error.with({ key }) : error
  }
  return merged
}

/**
 * A copy of an entity, for the one who asked: its own dates and bytes, and of its properties only
 * the selected ones.
 */
export function copyEntity(entity: Entity, select: readonly string[] | undefined): Entity {
  const { partitionKey, rowKey } = entity
  const copy: Record<string, TableValue> = { partitionKey, rowKey }
  for (const name of select ?? Object.keys(entity)) {
    const value = Object.hasOwn(entity, name) ? entity[name] : undefined
    if (value !== undefined) copy[name] = copyValue(value)
  }
  return copy as Entity
}

function copyValue(value: TableValue): TableValue {
  if (typeof value !== 'object' || value instanceof Guid) return value
  return value instanceof Date ? new Date(value) : new Uint8Array(value)
}
