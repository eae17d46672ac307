/**
 * Entities as JSON that loses nothing, in OData's own form: what JSON has no type for is text with
 * its type beside it, as Azure's tools write it.
 *
 * ```json
 * { "partitionKey": "p", "rowKey": "1", "size": "5000000000", "size@odata.type": "Edm.Int64" }
 * ```
 *
 * Reads back what it wrote; also `PartitionKey`, `RowKey` and the service's own `Timestamp` and
 * `odata.…` as Azure's tools export them.
 */
import { type Entity, Guid, type TableValue } from '@aos-storage/core'
import { usageError } from './failure.ts'

const typeEnd = '@odata.type'

export function entityToJson(entity: Entity): Record<string, unknown> {
  const fields: [string, unknown][] = []
  for (const [name, value] of Object.entries(entity)) {
    if (value === undefined) continue
    const [json, type] = valueToJson(value)
    fields.push([name, json])
    if (type !== undefined) fields.push([`${name}${typeEnd}`, type])
  }
  return Object.fromEntries(fields)
}

function valueToJson(value: TableValue): readonly [unknown, string?] {
  if (typeof value === 'bigint') return [String(value), 'Edm.Int64']
  if (value instanceof Date) return [value.toISOString(), 'Edm.DateTime']
  if (value instanceof Uint8Array) return [Buffer.from(value).toString('base64'), 'Edm.Binary']
  if (value instanceof Guid) return [value.value, 'Edm.Guid']
  const isPlain = typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))
  return isPlain ? [value] : [Object.is(value, -0) ? '-0' : String(value), 'Edm.Double']
}

/** @throws CommandFailure naming the property; values are not quoted. */
export function entityFromJson(json: unknown): Entity {
  const record = isRecord(json) && isRecord(json['entity']) ? json['entity'] : json
  if (!isRecord(record)) throw usageError('An entity is a JSON object', example)
  const fields: [string, TableValue][] = []
  for (const [name, value] of Object.entries(record)) {
    if (name.endsWith(typeEnd) || name.startsWith('odata.') || name === 'Timestamp') continue
    if (value === null) continue
    fields.push([ownName(name), valueFromJson(name, value, record[`${name}${typeEnd}`])])
  }
  const entity = Object.fromEntries(fields)
  for (const key of ['partitionKey', 'rowKey'] as const) {
    if (typeof entity[key] !== 'string') throw usageError(`The entity has no ${key}`, example)
  }
  return entity as unknown as Entity
}

const example = 'Write it as {"partitionKey": "p", "rowKey": "1", "name": "value"}'

function ownName(name: string): string {
  return name === 'PartitionKey' ? 'partitionKey' : name === 'RowKey' ? 'rowKey' : name
}

const readers: Readonly<Record<string, (value: unknown) => TableValue | undefined>> = {
  'Edm.String': (value) => (typeof value === 'string' ? value : undefined),
  'Edm.Boolean': (value) => (typeof value === 'boolean' ? value : undefined),
  'Edm.Int32': (value) => (Number.isInteger(value) ? (value as number) : undefined),
  'Edm.Double': doubleOf,
  'Edm.Int64': (value) => (/^-?\d{1,19}$/.test(String(value)) ? BigInt(String(value)) : undefined),
  'Edm.DateTime': (value) => {
    const date = new Date(typeof value === 'string' ? value : NaN)
    return Number.isNaN(date.getTime()) ? undefined : date
  },
  'Edm.Binary': (value) =>
    typeof value === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(value)
      ? new Uint8Array(Buffer.from(value, 'base64'))
      : undefined,
  'Edm.Guid': (value) =>
    typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
      ? new Guid(value)
      : undefined,
}

function doubleOf(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  const isWord = value === 'NaN' || value === 'Infinity' || value === '-Infinity'
  return isWord || /^-?\d+(\.\d+)?$/.test(String(value)) ? Number(value) : undefined
}

function valueFromJson(name: string, value: unknown, type: unknown): TableValue {
  if (type === undefined) {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof value)
    if (isPlain) return value as TableValue
    throw usageError(
      `${JSON.stringify(name)} is an object or a list, which no table holds`,
      `Write it as text, or give its type: "${name}${typeEnd}": "Edm.Binary"`,
    )
  }
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read === undefined) {
    throw usageError(
      `The type of ${JSON.stringify(name)} is unknown`,
      `Known are ${Object.keys(readers).join(', ')}`,
    )
  }
  const converted = read(value)
  if (converted !== undefined) return converted
  throw usageError(`${JSON.stringify(name)} is no ${type as string}`)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
