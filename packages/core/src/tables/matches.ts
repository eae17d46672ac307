/**
 * What a filter means: the reference for every backend.
 *
 * - A comparison is false when the property is missing, or has another type than the value; so is
 *   `ne`. The types are JavaScript's: Int32 and Double are both numbers and compare as such, a
 *   bigint (Int64) compares with a bigint only.
 * - Text by UTF-16 code units, bytes from the first on and the shorter first, GUIDs as their text
 *   in lower case, dates by milliseconds, false before true, numbers by IEEE 754: NaN equals
 *   nothing, differs from everything and is neither less nor greater.
 * - `and`, `or` and `not` know true and false only: `not (a eq 1)` is true where `a` is missing.
 *
 * Source: learn.microsoft.com, "Querying tables and entities" ("the constant value must be of the
 * same data type as the property in order for the filter to return valid results"); what an entity
 * lacks is no null there and satisfies no comparison, so that `not (a ne '')` is the known way to
 * find such entities. The service seems to do more for literals of 32 bits, which it also compares
 * with Int64 properties (microsoft/AzureStorageExplorer#5346): give values in the type of the
 * property.
 */
import type { Entity, TableValue } from './entity.ts'
import type { ComparisonOperator, FilterNode } from './filter.ts'
import { Guid } from './guid.ts'
import { compareText } from './text-order.ts'

/** True when the entity, last changed then, satisfies the filter. */
export function matches(entity: Entity, modifiedAt: Date, filter: FilterNode): boolean {
  switch (filter.type) {
    case 'comparison': {
      const value = propertyOf(entity, modifiedAt, filter.property)
      return value !== undefined && compares(value, filter.operator, filter.value)
    }
    case 'not':
      return !matches(entity, modifiedAt, filter.operand)
    case 'and':
      return matches(entity, modifiedAt, filter.left) && matches(entity, modifiedAt, filter.right)
    default:
      return matches(entity, modifiedAt, filter.left) || matches(entity, modifiedAt, filter.right)
  }
}

function propertyOf(entity: Entity, modifiedAt: Date, name: string): TableValue | undefined {
  switch (name) {
    case 'PartitionKey':
      return entity.partitionKey
    case 'RowKey':
      return entity.rowKey
    case 'Timestamp':
      return modifiedAt
    // What entities call so is none of their properties.
    case 'partitionKey':
    case 'rowKey':
      return undefined
    default:
      return Object.hasOwn(entity, name) ? entity[name] : undefined
  }
}

/** True when `left operator right` holds. */
export function compares(
  left: TableValue,
  operator: ComparisonOperator,
  right: TableValue,
): boolean {
  const order = orderOf(left, right)
  if (order === undefined) return false
  switch (operator) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    default:
      return order <= 0
  }
}

/** Undefined for two types; NaN where a NaN is: it is not 0, nor less, nor greater. */
function orderOf(left: TableValue, right: TableValue): number | undefined {
  if (typeof left === 'string') {
    return typeof right === 'string' ? compareText(left, right) : undefined
  }
  if (typeof left === 'number') return typeof right === 'number' ? numeric(left, right) : undefined
  if (typeof left === 'bigint') return typeof right === 'bigint' ? sign(left, right) : undefined
  if (typeof left === 'boolean') {
    return typeof right === 'boolean' ? Number(left) - Number(right) : undefined
  }
  if (left instanceof Guid) {
    return right instanceof Guid ? compareText(left.value, right.value) : undefined
  }
  if (left instanceof Date) {
    return right instanceof Date ? left.getTime() - right.getTime() : undefined
  }
  return right instanceof Uint8Array ? Buffer.compare(left, right) : undefined
}

/** Not a difference: that of two infinities is NaN. */
function numeric(left: number, right: number): number {
  if (left === right) return 0
  if (left < right) return -1
  return left > right ? 1 : NaN
}

function sign(left: bigint, right: bigint): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}
