/**
 * Properties as JSON text, so that any SQLite tool can read them.
 *
 * ```
 *   string, boolean, finite number   as JSON has them
 *   NaN, Infinity, -Infinity         ["n", "NaN"]
 *   bigint                           ["i", "-9223372036854775808"]
 *   Date                             ["d", milliseconds since 1970-01-01 UTC]
 *   Uint8Array                       ["b", base64]
 *   Guid                             ["g", "12345678-9abc-def0-1234-56789abcdef0"]
 * ```
 *
 * Invariant: what is decoded equals what was encoded; JSON numbers of JavaScript are exact.
 */
import { type EntityKeys, quoteKey, StorageError } from '@aos-storage/core'
import { type Entity, entityPath, Guid, type TableValue } from '@aos-storage/core/backend'

type Tagged = readonly [tag: 'n' | 'i' | 'b' | 'g', text: string] | readonly ['d', number]
type JsonValue = string | number | boolean | Tagged
type JsonProperties = Readonly<Record<string, JsonValue>>

/** Names that no property has. */
const foreignNames: ReadonlySet<string> = new Set([
  ...['partitionKey', 'rowKey', '__proto__', 'PartitionKey', 'RowKey', 'Timestamp'],
])

/** The properties of an entity, without its keys. */
export function encodeProperties(entity: Entity): string {
  const { partitionKey: _, rowKey: __, ...properties } = entity
  const json: Record<string, JsonValue> = {}
  for (const [name, value] of Object.entries(properties)) {
    if (value !== undefined) json[name] = encodeValue(value)
  }
  return JSON.stringify(json)
}

/** The entity with these properties only, or as it is; keys always stay. */
export function selectProperties(entity: Entity, select: ReadonlySet<string> | undefined): Entity {
  if (select === undefined) return entity
  const { partitionKey, rowKey, ...properties } = entity
  const chosen = Object.entries(properties).filter(([name]) => select.has(name))
  return { partitionKey, rowKey, ...Object.fromEntries(chosen) }
}

/**
 * The entity that a row holds.
 *
 * @throws StorageError `CORRUPT` for text that was not written by {@link encodeProperties}.
 */
export function decodeEntity(table: string, keys: EntityKeys, text: string): Entity {
  const { partitionKey, rowKey } = keys
  const entity: Record<string, TableValue> = { partitionKey, rowKey }
  const json = parse(text)
  if (json === undefined) throw damaged(table, keys)
  for (const [name, value] of Object.entries(json)) {
    const decoded = foreignNames.has(name) ? undefined : decodeValue(value)
    if (decoded === undefined) throw damaged(table, keys)
    entity[name] = decoded
  }
  return entity as Entity
}

function encodeValue(value: TableValue): JsonValue {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : ['n', String(value)]
    case 'bigint':
      return ['i', String(value)]
    case 'object':
      if (value instanceof Guid) return ['g', value.value]
      if (value instanceof Date) return ['d', value.getTime()]
      return ['b', Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')]
    default:
      return value
  }
}

function parse(text: string): JsonProperties | undefined {
  try {
    const json: unknown = JSON.parse(text)
    const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
    return isObject ? (json as JsonProperties) : undefined
  } catch {
    return undefined
  }
}

/** Undefined for what is no value, here as below. */
function decodeValue(value: JsonValue): TableValue | undefined {
  if (typeof value === 'number') return isKept(value) ? value : undefined
  if (typeof value !== 'object') return value
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [tag, content] = value as readonly [unknown, unknown]
  if (tag === 'd') return typeof content === 'number' ? dateOf(content) : undefined
  return typeof content === 'string' ? decodeTagged(tag, content) : undefined
}

function decodeTagged(tag: unknown, text: string): TableValue | undefined {
  switch (tag) {
    case 'n':
      return notFinite.get(text)
    case 'i':
      return int64Of(text)
    case 'b': {
      const bytes = Buffer.from(text, 'base64')
      return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
    }
    case 'g':
      return guidPattern.test(text) ? new Guid(text) : undefined
    default:
      return undefined
  }
}

/** True for a number that JSON text holds: 1e999 is read as an infinity. */
function isKept(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0)
}

function dateOf(ms: number): Date | undefined {
  const date = new Date(ms)
  // What is no date, or is one only after it was cut to milliseconds.
  return date.getTime() === ms ? date : undefined
}

function int64Of(text: string): bigint | undefined {
  if (!/^(?:0|-?[1-9]\d{0,18})$/.test(text)) return undefined
  const value = BigInt(text)
  return BigInt.asIntN(64, value) === value ? value : undefined
}

const notFinite: ReadonlyMap<string, number> = new Map(
  [NaN, Infinity, -Infinity].map((value) => [String(value), value]),
)
const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

function damaged(table: string, { partitionKey, rowKey }: EntityKeys): StorageError {
  return new StorageError(
    'CORRUPT',
    `Entity (${quoteKey(partitionKey)}, ${quoteKey(rowKey)}) of table ${quoteKey(table)} is ` +
      'damaged in .aos/tables.db; restore it from a backup, or replace or delete it',
    { key: entityPath(table, partitionKey, rowKey) },
  )
}
