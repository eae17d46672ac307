/**
 * Names of tables and properties, and the two keys of an entity, by the rules of Azure Tables.
 *
 * Invariant: what passes here can be created on every backend, and nothing is folded or trimmed.
 * Source: learn.microsoft.com, "Understanding the Table service data model".
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import { describe } from '../options.ts'
import { tableLimits } from './limits.ts'

const tableName = /^[A-Za-z][A-Za-z0-9]{2,62}$/

/** What both services answer for `Tables`, which is where the tables themselves are listed. */
const reservedTable = 'tables'

/**
 * Throws unless `name` can name a table: 3 to 63 ASCII letters and digits, a letter first.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_KEY`, before any I/O, with the rule that it breaks.
 */
export function assertTableName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`A table's name is text, not ${describe(name)}`)
  if (tableName.test(name) && name.toLowerCase() !== reservedTable) return
  throw new StorageError('INVALID_KEY', `Table name ${quoteKey(name)} ${nameFault(name)}`)
}

function nameFault(name: string): string {
  const { nameUnitsMin, nameUnitsMax } = tableLimits
  if (name.toLowerCase() === reservedTable) return 'is reserved by the service; choose another one'
  if (name.length < nameUnitsMin || name.length > nameUnitsMax) {
    return `has ${name.length} characters; ${nameUnitsMin} to ${nameUnitsMax} are allowed`
  }
  return 'may hold ASCII letters and digits only, and begins with a letter'
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` unless table names can begin so. */
export function assertTablePrefix(prefix: unknown): asserts prefix is string {
  if (typeof prefix !== 'string') throw new TypeError(`prefix is text, not ${describe(prefix)}`)
  if (/^(?:[A-Za-z][A-Za-z0-9]{0,62})?$/.test(prefix)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `prefix ${quoteKey(prefix)} begins no name of a table: those have ASCII letters and digits, ` +
      'a letter first',
  )
}

/** Tables whose names differ in case only are one. */
export function foldTableName(name: string): string {
  return name.toLowerCase()
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbiddenInKey = /[/\\#?\u0000-\u001f\u007f-\u009f]/

/**
 * Throws unless `key` can be a partition key or row key: up to 512 UTF-16 units, perhaps none,
 * without `/`, `\`, `#`, `?`, control characters and lone surrogates.
 *
 * @param name As a message names it: `partitionKey`, `rowKey`.
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_KEY`, before any I/O, with the rule that it breaks.
 */
export function assertEntityKey(key: unknown, name: string): asserts key is string {
  if (typeof key !== 'string') throw new TypeError(`${name} is text, not ${describe(key)}`)
  const fault = entityKeyFault(key)
  if (fault === undefined) return
  throw new StorageError('INVALID_KEY', `${name} ${quoteKey(key)} ${fault}`)
}

/** The rule that `key` breaks, as the rest of a sentence, or undefined when it is legal. */
function entityKeyFault(key: string): string | undefined {
  if (key.length > tableLimits.keyUnitsMax) {
    return `has ${key.length} UTF-16 units; at most ${tableLimits.keyUnitsMax} fit`
  }
  if (!key.isWellFormed()) return 'holds a lone surrogate; call toWellFormed() first'
  if (forbiddenInKey.test(key)) {
    return 'holds one of / \\ # ? or a control character; encode it, for instance as base64url'
  }
  return undefined
}

/**
 * C# identifiers within the basic plane. Characters that C# ignores in names (Cf) are left out: two
 * names that look alike would be two properties here and one there.
 */
const identifier = /^[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*$/u
const beyondBasicPlane = /[\ud800-\udfff]/

const reservedProperties: ReadonlyMap<string, string> = new Map([
  ['PartitionKey', 'is the service’s name of partitionKey; write partitionKey'],
  ['RowKey', 'is the service’s name of rowKey; write rowKey'],
  ['Timestamp', 'is set by the service; it comes back as modifiedAt'],
  ['__proto__', 'cannot be kept safely by JavaScript clients; choose another name'],
])

/**
 * Throws unless `name` can name a property beside the keys: an identifier as C# has them, up to 255
 * UTF-16 units.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_ARGUMENT`, with the rule that it breaks.
 */
export function assertPropertyName(name: unknown): asserts name is string {
  if (typeof name !== 'string') {
    throw new TypeError(`A property's name is text, not ${describe(name)}`)
  }
  const fault = propertyNameFault(name)
  if (fault === undefined) return
  throw new StorageError('INVALID_ARGUMENT', `Property name ${quoteKey(name)} ${fault}`)
}

/** The rule that `name` breaks, as the rest of a sentence, or undefined when it is legal. */
function propertyNameFault(name: string): string | undefined {
  const reserved = reservedProperties.get(name)
  if (reserved !== undefined) return reserved
  if (/^odata[.@]|@odata/i.test(name)) return 'is metadata of the OData protocol; leave it out'
  if (name.length > tableLimits.propertyNameUnitsMax) {
    return `has ${name.length} UTF-16 units; at most ${tableLimits.propertyNameUnitsMax} fit`
  }
  if (identifier.test(name) && !beyondBasicPlane.test(name)) return undefined
  return 'is no identifier; use letters, digits and _, and no digit first'
}
