/**
 * What an entity must satisfy before a backend hears of it: legal keys and names, values that come
 * back as they went in, and every limit of the service.
 *
 * Invariant: when a check throws, nothing was sent. What passes is a copy: the caller may change
 * its objects, dates and bytes at once.
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { describe } from '../options.ts'
import type { Entity, TableValue } from './entity.ts'
import { entityBytes } from './entity-size.ts'
import { Guid } from './guid.ts'
import { tableLimits } from './limits.ts'
import { assertEntityKey, assertPropertyName } from './names.ts'

/**
 * Its own copy of an entity, without what is undefined. Keys come first.
 *
 * @throws TypeError for no object, keys that are no text, `null` and values of no known type.
 * @throws StorageError `INVALID_KEY` (keys), `INVALID_ARGUMENT` (names), `SERIALIZATION` (values
 * that would not come back), `QUOTA_EXCEEDED` (too large, too many).
 */
export function ownEntity(entity: unknown): Entity {
  if (typeof entity !== 'object' || entity === null || Array.isArray(entity)) {
    throw new TypeError(`An entity is an object with keys and properties, not ${describe(entity)}`)
  }
  const { partitionKey, rowKey, ...properties } = entity as Record<string, unknown>
  assertOwnKeyNames(entity)
  assertEntityKey(partitionKey, 'partitionKey')
  assertEntityKey(rowKey, 'rowKey')
  const own: Record<string, TableValue> = { partitionKey, rowKey }
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    assertPropertyName(name)
    own[name] = ownValue(value, name)
  }
  assertEntityLimits(own as Entity)
  return own as Entity
}

/** @throws TypeError for keys by the service's names, as clients of other languages write them. */
function assertOwnKeyNames(entity: object): void {
  for (const name of ['partitionKey', 'rowKey'] as const) {
    const theirs = name === 'rowKey' ? 'RowKey' : 'PartitionKey'
    if (theirs in entity && (entity as Record<string, unknown>)[name] === undefined) {
      throw new TypeError(
        `An entity's keys are partitionKey and rowKey: for ${theirs} write ${name}`,
      )
    }
  }
}

/** @throws StorageError `QUOTA_EXCEEDED` for too many properties, or more bytes than fit. */
export function assertEntityLimits(entity: Entity): void {
  const { propertiesMax, entityBytesMax } = tableLimits
  const count = Object.keys(entity).length - 2
  if (count > propertiesMax) {
    throw tooLarge(`The entity has ${count} properties; at most ${propertiesMax} fit`)
  }
  const bytes = entityBytes(entity)
  if (bytes <= entityBytesMax) return
  throw tooLarge(
    `The entity has ${bytes} bytes as the service counts them; at most ${entityBytesMax} fit. ` +
      'Keep large values as objects, and their keys here',
  )
}

/** A copy of a value that a property can have. @throws as {@link ownEntity}. */
export function ownValue(value: unknown, name: string): TableValue {
  switch (typeof value) {
    case 'string':
      return ownText(value, name)
    case 'boolean':
      return value
    case 'number':
      if (!Object.is(value, -0)) return value
      throw lossy(name, 'is -0, which comes back as 0; add 0 to it')
    case 'bigint':
      if (BigInt.asIntN(64, value) === value) return value
      throw lossy(name, 'does not fit into 64 bits; keep it as text')
    case 'object':
      return ownObject(value, name)
    default:
      throw unknownType(value, name)
  }
}

function ownText(text: string, name: string): string {
  const { textUnitsMax } = tableLimits
  if (text.length > textUnitsMax) {
    throw tooLarge(
      `Property ${quoteKey(name)} has ${text.length} UTF-16 units; at most ${textUnitsMax} fit. ` +
        'Keep long text as an object, and its key here',
    )
  }
  if (text.isWellFormed()) return text
  throw lossy(name, 'holds a lone surrogate, which UTF-8 cannot keep; call toWellFormed() first')
}

/** The first moment of the service, and the last one of four digits. */
const earliestMs = Date.UTC(1601, 0, 1)
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

function ownObject(value: object | null, name: string): TableValue {
  if (value instanceof Guid) return value
  if (value instanceof Date) {
    const ms = value.getTime()
    if (ms >= earliestMs && ms <= latestMs) return new Date(ms)
    throw lossy(name, 'is no date from 1601-01-01 to 9999-12-31')
  }
  if (value instanceof Uint8Array) {
    const { binaryBytesMax } = tableLimits
    if (value.byteLength <= binaryBytesMax) return new Uint8Array(value)
    throw tooLarge(
      `Property ${quoteKey(name)} has ${value.byteLength} bytes; at most ${binaryBytesMax} fit. ` +
        'Keep large values as objects, and their keys here',
    )
  }
  throw unknownType(value, name)
}

function unknownType(value: unknown, name: string): TypeError {
  if (value === null) {
    return new TypeError(
      `Property ${quoteKey(name)} is null; there is no null in tables: leave the property out`,
    )
  }
  return new TypeError(
    `Property ${quoteKey(name)} is ${describe(value)}; it can be a string, number, bigint, ` +
      'boolean, Date, Uint8Array or Guid. Keep other values as JSON text',
  )
}

function lossy(name: string, fault: string): StorageError {
  return new StorageError('SERIALIZATION', `Property ${quoteKey(name)} ${fault}`)
}

function tooLarge(message: string): StorageError {
  return new StorageError('QUOTA_EXCEEDED', message)
}
