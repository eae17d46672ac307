/**
 * How large an entity and a transaction are, as the service counts them.
 *
 * Source of the entity's formula: Microsoft, "How the size of an entity is calculated in Windows
 * Azure table storage", blogs.msdn.com/b/avkashchauhan, 2011-11-30.
 */
import type { TableChange } from './backend.ts'
import type { Entity, TableValue } from './entity.ts'
import { Guid } from './guid.ts'

/** 4 bytes, 2 a unit of the keys; for each property 8, 2 a unit of its name, and its value. */
export function entityBytes(entity: Entity): number {
  let bytes = 4
  for (const [name, value] of Object.entries(entity)) {
    if (value === undefined) continue
    if (name === 'partitionKey' || name === 'rowKey') bytes += (value as string).length * 2
    else bytes += 8 + name.length * 2 + valueBytes(value)
  }
  return bytes
}

/** Text and bytes have 4 bytes for their length. */
function valueBytes(value: TableValue): number {
  switch (typeof value) {
    case 'string':
      return value.length * 2 + 4
    case 'boolean':
      return 1
    case 'number':
      return isInt32(value) ? 4 : 8
    case 'bigint':
      return 8
    default:
      if (value instanceof Guid) return 16
      return value instanceof Date ? 8 : value.byteLength + 4
  }
}

/** True for a number that is kept as Int32; others are Double. */
export function isInt32(value: number): boolean {
  return Number.isInteger(value) && value >= -2_147_483_648 && value <= 2_147_483_647
}

/** Headers, address and frame of one change in the body of a request, generously. */
const changeOverheadBytes = 1024

/**
 * The body of the request that makes these changes on the service, never less than it is: limits
 * that hold there hold everywhere.
 */
export function transactionBytes(changes: readonly TableChange[]): number {
  return changes.reduce((bytes, change) => bytes + changeBytes(change), 0)
}

function changeBytes(change: TableChange): number {
  const { partitionKey, rowKey } = change.type === 'delete' ? change : change.entity
  // Keys stand in the address, each UTF-8 byte as three characters at worst.
  const address = (Buffer.byteLength(partitionKey) + Buffer.byteLength(rowKey)) * 3
  const body = change.type === 'delete' ? 0 : jsonBytes(change.entity)
  return changeOverheadBytes + address + body
}

/** `"name@odata.type":"Edm.DateTime","name":value,` */
const typeBytes = 36

function jsonBytes(entity: Entity): number {
  let bytes = 2
  for (const [name, value] of Object.entries(entity)) {
    if (value === undefined) continue
    bytes += Buffer.byteLength(name) * 2 + typeBytes + jsonValueBytes(value)
  }
  return bytes
}

function jsonValueBytes(value: TableValue): number {
  if (typeof value === 'string') {
    // Those two are escaped in a request, which JSON does not ask for.
    return Buffer.byteLength(JSON.stringify(value).replaceAll(/[\u2028\u2029]/g, '\\u2028'))
  }
  if (value instanceof Uint8Array) return Math.ceil(value.byteLength / 3) * 4 + 2
  // The longest of the others: a GUID in quotes.
  return 38
}
