/** Values of entities as JSON carries them, and back. */
import { Guid, StorageError, type TableValue } from '@aos-storage/core'
import type { WireCell, WireValue } from './wire.ts'

/** In a list a longer text or binary is cut: a page of entities is bounded. */
const shownUnitsMax = 240
const shownBytesMax = 96

export function wireOf(value: TableValue): WireValue {
  switch (typeof value) {
    case 'string':
      return { type: 'string', text: value }
    case 'number':
      return { type: 'number', text: String(value) }
    case 'bigint':
      return { type: 'bigint', text: String(value) }
    case 'boolean':
      return { type: 'boolean', text: String(value) }
    default:
      if (value instanceof Date) return { type: 'date', text: value.toISOString() }
      if (value instanceof Guid) return { type: 'guid', text: value.value }
      return { type: 'bytes', text: Buffer.from(value).toString('base64') }
  }
}

/** As {@link wireOf}, cut where it is long. */
export function cellOf(value: TableValue): WireCell {
  if (typeof value === 'string' && value.length > shownUnitsMax) {
    // Not amid a character.
    const text = value.slice(0, shownUnitsMax).replace(/[\ud800-\udbff]$/, '')
    return { type: 'string', text, wholeLength: value.length }
  }
  if (value instanceof Uint8Array && value.byteLength > shownBytesMax) {
    return { ...wireOf(value.subarray(0, shownBytesMax)), wholeLength: value.byteLength }
  }
  return wireOf(value)
}

/** @throws StorageError `INVALID_ARGUMENT` that names the property. */
export function valueOf({ type, text }: WireValue, name: string): TableValue {
  const value = parsed(type, text)
  if (value !== undefined) return value
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The value of ${JSON.stringify(name)} is no ${type}; correct it, or choose another type`,
  )
}

function parsed(type: WireValue['type'], text: string): TableValue | undefined {
  switch (type) {
    case 'string':
      return text
    case 'number':
      return numberOf(text)
    case 'bigint':
      return /^-?\d{1,20}$/.test(text) ? BigInt(text) : undefined
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined
    case 'date':
      return dateOf(text)
    case 'bytes':
      return bytesOf(text)
    default:
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? new Guid(text) : undefined
  }
}

function numberOf(text: string): number | undefined {
  if (/^(NaN|-?Infinity)$/.test(text)) return Number(text)
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined
  return Number(text)
}

function dateOf(text: string): Date | undefined {
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : date
}

function bytesOf(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}
