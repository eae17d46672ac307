/** Values as a person reads and types them. Pure. */
import type { ValueType, WireCell, WireValue } from '../server/wire.ts'

/** The types, as a person chooses among them. */
export const valueTypes: readonly {
  readonly type: ValueType
  readonly label: string
}[] = [
  { type: 'string', label: 'string' },
  { type: 'number', label: 'number' },
  { type: 'bigint', label: 'bigint' },
  { type: 'boolean', label: 'boolean' },
  { type: 'date', label: 'date' },
  { type: 'bytes', label: 'bytes' },
  { type: 'guid', label: 'GUID' },
]

/** Marks of the types in a cell. */
export const typeMarks: Readonly<Record<ValueType, string>> = {
  string: 'abc',
  number: 'num',
  bigint: 'i64',
  boolean: 'bool',
  date: 'date',
  bytes: 'hex',
  guid: 'guid',
}

/** How bytes are written. */
export type BytesForm = 'hex' | 'base64'

/** A value as one line: of a list. */
export function cellText({ type, text, wholeLength }: WireCell): string {
  const more = wholeLength === undefined ? '' : '…'
  if (type === 'bytes') return text === '' ? '' : `${spacedHex(text)}${more}`
  if (type === 'bigint') return `${text}n`
  if (type === 'date') return text.replace('T', ' ').replace(/\.000Z$/, 'Z')
  return `${text}${more}`
}

/** A value as it is edited. */
export function editedText({ type, text }: WireValue, form: BytesForm = 'hex'): string {
  return type === 'bytes' && form === 'hex' ? hexOf(text) : text
}

/** A value, or why the text is none. */
export type Typed = { readonly value: WireValue } | { readonly fault: string }

/** What a person typed as a value of a type. */
export function typedValue(type: ValueType, typed: string, form: BytesForm = 'hex'): Typed {
  switch (type) {
    case 'string':
      return typed.isWellFormed()
        ? { value: { type, text: typed } }
        : { fault: 'It holds half a character.' }
    case 'number':
      return numberOf(typed.trim())
    case 'bigint':
      return bigintOf(typed.trim())
    case 'boolean':
      return typed === 'true' || typed === 'false'
        ? { value: { type, text: typed } }
        : { fault: 'Choose true or false.' }
    case 'date':
      return dateOf(typed.trim())
    case 'bytes':
      return form === 'hex' ? hexBytes(typed) : base64Bytes(typed)
    default:
      return guidOf(typed.trim())
  }
}

/** The text as another type would have it: what was typed is kept where it can be. */
export function converted(value: WireValue, type: ValueType): string {
  if (value.type === type) return editedText(value)
  const text = value.type === 'bigint' ? value.text.replace(/n$/, '') : editedText(value)
  if ('value' in typedValue(type, text)) return text
  if (type === 'boolean') return text === '' || text === '0' ? 'false' : 'true'
  if (type === 'bytes') return hexOfBytes(new TextEncoder().encode(text))
  return type === 'string' ? text : ''
}

/** Whether both are the same value of the same type. */
export function isSame(a: WireValue | undefined, b: WireValue | undefined): boolean {
  return a?.type === b?.type && a?.text === b?.text
}

function numberOf(text: string): Typed {
  const type = 'number'
  if (/^(NaN|-?Infinity)$/.test(text)) return { value: { type, text } }
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) {
    return { fault: 'A number is written as 12, -0.5, 1e3, NaN or Infinity.' }
  }
  const number = Number(text)
  const digits = text.replace(/^[+-]/, '')
  if (Object.is(number, -0)) return { fault: 'There is no -0 in tables: write 0.' }
  if (!Number.isFinite(number)) return { fault: 'It is too large for a Double.' }
  // Its shortest digits are fine: they come back.
  if (/^\d{16,}$/.test(digits) && digits !== String(Math.abs(number))) {
    return { fault: `A Double would make it ${number}; choose bigint.` }
  }
  return { value: { type, text: String(number) } }
}

function bigintOf(typed: string): Typed {
  const text = typed.replace(/n$/, '')
  if (!/^[+-]?\d{1,20}$/.test(text))
    return { fault: 'A whole number is due, as -9007199254740993.' }
  const value = BigInt(text)
  if (BigInt.asIntN(64, value) !== value) return { fault: 'It does not fit into 64 bits.' }
  return { value: { type: 'bigint', text: String(value) } }
}

const earliestMs = Date.UTC(1601, 0, 1)
const latestMs = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

function dateOf(text: string): Typed {
  // Only what means one moment everywhere: without a zone it is UTC.
  const match =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text)
  const due = { fault: 'A date is written as 2026-01-31T12:00:00.000Z.' }
  if (match === null) return due
  const [, day, time = '00:00', zone = 'Z'] = match
  const ms = Date.parse(`${day}T${time}${zone}`)
  const midnight = new Date(`${day}T00:00Z`)
  // The 30th of February would become another day.
  const isDay = !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(day!)
  if (Number.isNaN(ms) || !isDay) return { fault: 'There is no such day or time.' }
  if (ms < earliestMs || ms > latestMs) return { fault: 'Dates go from 1601 to 9999.' }
  return { value: { type: 'date', text: new Date(ms).toISOString() } }
}

function guidOf(typed: string): Typed {
  const text = typed.toLowerCase().replaceAll(/^\{|\}$/g, '')
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)
    ? { value: { type: 'guid', text } }
    : { fault: 'A GUID is written as 12345678-9abc-def0-1234-56789abcdef0.' }
}

function hexBytes(typed: string): Typed {
  const text = typed.replaceAll(/[\s:]/g, '')
  if (!/^([0-9a-f]{2})*$/i.test(text)) return { fault: 'Pairs of hex digits are due, as 0a ff.' }
  const bytes = Uint8Array.from({ length: text.length / 2 }, (_, index) =>
    Number.parseInt(text.slice(2 * index, 2 * index + 2), 16),
  )
  return { value: { type: 'bytes', text: base64Of(bytes) } }
}

function base64Bytes(typed: string): Typed {
  const text = typed.replaceAll(/\s/g, '')
  try {
    return { value: { type: 'bytes', text: base64Of(bytesOf(text)) } }
  } catch {
    return { fault: 'This is no base64.' }
  }
}

/** Of base64. @throws DOMException for what is none. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
}

/** `0a ff`, of base64. */
export function spacedHex(base64: string): string {
  return hexOf(base64).replaceAll(/..(?=.)/g, '$& ')
}

function hexOf(base64: string): string {
  return hexOfBytes(bytesOf(base64))
}

function hexOfBytes(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return btoa(text)
}
