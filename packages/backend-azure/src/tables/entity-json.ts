/**
 * Entities as the service's JSON, each value with its type.
 *
 * Not by the SDK's own conversion: it takes properties called `etag` and `timestamp` for its own,
 * gives `NaN` back as text, and sends whole numbers beyond 32 bits as what they are not.
 *
 * Source: learn.microsoft.com, "Payload format for Table service operations (REST API)".
 */
import { StorageError } from '@aos-storage/core'
import {
  type Entity,
  Guid,
  isInt32,
  type StoredEntity,
  type TableValue,
} from '@aos-storage/core/backend'

const typeSuffix = '@odata.type'

/**
 * The body of an insert or update.
 *
 * @param isAscii True: every other character is escaped. Azurite decodes what comes in pieces one
 * by one, and damages characters of which a piece holds a part; elsewhere escapes cost nothing.
 */
export function encodeEntity(
  { partitionKey, rowKey, ...properties }: Entity,
  isAscii: boolean,
): string {
  const json: Record<string, unknown> = { PartitionKey: partitionKey, RowKey: rowKey }
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined) continue
    const [type, encoded] = encodeValue(value)
    if (type !== undefined) json[name + typeSuffix] = type
    json[name] = encoded
  }
  return JSON.stringify(json).replaceAll(isAscii ? beyondAscii : lineSeparators, escaped)
}

const beyondAscii = /[\u0080-\uffff]/g
/** JSON allows them as they are; line-minded readers of a transaction's body do not. */
const lineSeparators = /[\u2028\u2029]/g

/** One UTF-16 unit as JSON escapes it. */
function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The type where JSON does not tell it, and the value. */
function encodeValue(value: TableValue): [type: string | undefined, value: unknown] {
  switch (typeof value) {
    case 'number':
      if (isInt32(value)) return [undefined, value]
      return ['Edm.Double', Number.isFinite(value) ? value : String(value)]
    case 'bigint':
      return ['Edm.Int64', String(value)]
    case 'object':
      if (value instanceof Guid) return ['Edm.Guid', value.value]
      if (value instanceof Date) return ['Edm.DateTime', value.toISOString()]
      return ['Edm.Binary', Buffer.from(value).toString('base64')]
    default:
      return [undefined, value]
  }
}

/** An entity as the service gives it. */
export type EntityJson = Readonly<Record<string, unknown>>

/**
 * The entity in an answer.
 *
 * @param etag From the header, where the answer is about one entity.
 * @throws StorageError `SERIALIZATION` for a value of a type that tables have not.
 */
export function decodeEntity(json: EntityJson, etag?: string): StoredEntity {
  const { PartitionKey, RowKey, Timestamp, 'odata.etag': inBody } = json
  const version = etag ?? inBody
  if (typeof PartitionKey !== 'string' || typeof RowKey !== 'string') throw foreign('its keys')
  if (typeof Timestamp !== 'string' || typeof version !== 'string') throw foreign('its version')
  const modifiedAt = dateOf(Timestamp)
  if (modifiedAt === undefined) throw foreign('its time')
  const properties: [name: string, value: TableValue][] = []
  for (const [name, value] of Object.entries(json)) {
    if (serviceNames.has(name) || name.includes('odata.')) continue
    // A selected property that the entity lacks.
    if (value === null) continue
    properties.push([name, decodeValue(value, json[name + typeSuffix], name)])
  }
  return {
    // Last, so that no property of another program's can pass for a key.
    entity: { ...Object.fromEntries(properties), partitionKey: PartitionKey, rowKey: RowKey },
    etag: version,
    modifiedAt,
  }
}

const serviceNames: ReadonlySet<string> = new Set(['PartitionKey', 'RowKey', 'Timestamp'])

function decodeValue(value: unknown, type: unknown, name: string): TableValue {
  const decoded = typeof value === 'string' ? decodeText(value, type) : value
  switch (typeof decoded) {
    case 'number':
    case 'boolean':
    case 'string':
    case 'bigint':
      return decoded
    case 'object':
      if (decoded instanceof Guid || decoded instanceof Date || decoded instanceof Uint8Array) {
        return decoded
      }
      break
    default:
  }
  throw foreign(`the property ${JSON.stringify(name)} of type ${String(type).slice(0, 40)}`)
}

/** Undefined for a type that we do not know, and for text that is no value of its type. */
function decodeText(text: string, type: unknown): TableValue | undefined {
  switch (type) {
    case undefined:
    case 'Edm.String':
      return text
    case 'Edm.Double':
    case 'Edm.Int32':
      return Number(text)
    case 'Edm.Int64':
      return /^-?\d{1,19}$/.test(text) ? BigInt(text) : undefined
    case 'Edm.DateTime':
      return dateOf(text)
    case 'Edm.Guid':
      return guidPattern.test(text) ? new Guid(text) : undefined
    case 'Edm.Binary':
      return new Uint8Array(Buffer.from(text, 'base64'))
    case 'Edm.Boolean':
      return text === 'true'
    default:
      return undefined
  }
}

const guidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function dateOf(text: string): Date | undefined {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function foreign(what: string): StorageError {
  return new StorageError(
    'SERIALIZATION',
    `The entity does not decode: ${what} cannot be read; look at it with another tool`,
  )
}
