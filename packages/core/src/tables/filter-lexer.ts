/**
 * The words of a filter as OData text.
 *
 * ```
 *   word      letter or _, then letters, digits, _      names, operators, true, false, NaN, INF
 *   text      '...'      with '' for a quote
 *   typed     datetime'...' | guid'...' | binary'...' | X'...'
 *   number    123 | 123L | 1.5 | 1e3 | -INF
 *   ( )
 * ```
 *
 * Source: OData 3.0, "Abstract type system" (literals); learn.microsoft.com, "Querying tables and
 * entities".
 */
import { StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import type { TableValue } from './entity.ts'
import { isInt32 } from './entity-size.ts'
import { Guid } from './guid.ts'

/** A word, a literal or a parenthesis; `at` counts UTF-16 units from 0, `text` is for messages. */
export type FilterToken =
  | { readonly kind: 'word' | '(' | ')'; readonly at: number; readonly text: string }
  | {
      readonly kind: 'literal'
      readonly at: number
      readonly text: string
      readonly value: TableValue
    }
  | { readonly kind: 'end'; readonly at: number; readonly text: string }

const space = /[ \t\r\n]+/y
const word = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}]*/uy
const quoted = /'(?:[^']|'')*'/y
const number = /-?(?:INF(?![\p{L}\p{Nd}_])|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?([A-Za-z]*))/uy

/** @param offset Where the text stands in the whole filter. */
export function* lexFilter(text: string, offset: number = 0): Generator<FilterToken> {
  let position = 0
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) position += found.length
    return found
  }
  while (position < text.length) {
    if (take(space) !== undefined) continue
    const at = position + offset
    const first = text[position]!
    if (first === '(' || first === ')') {
      position++
      yield { kind: first, at, text: first }
    } else if (first === "'") {
      yield literal(at, textOf(take(quoted), at))
    } else if (first === '-' || (first >= '0' && first <= '9')) {
      yield literal(at, numberOf(take(number), at))
    } else {
      const found = take(word)
      if (found === undefined) throw strangerError(text, position, at)
      if (text[position] === "'") yield literal(at, typedOf(found, textOf(take(quoted), at), at))
      else if (found === 'NaN' || found === 'INF') yield literal(at, specialOf(found))
      else yield { kind: 'word', at, text: found }
    }
  }
}

/** A literal, also one that no text was written for. */
export function literal(at: number, value: TableValue): FilterToken {
  return { kind: 'literal', at, text: 'a value', value }
}

/** `INVALID_ARGUMENT` with the place, counted from 1 as people do. */
export function filterError(at: number, fault: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The filter is wrong at character ${at + 1}: ${fault}`,
  )
}

/** Signs of other languages for what OData has words for. */
const foreignSign = /[=!]==?|[<>]=|<>|&&|\|\||[=!<>&|]/y
const wordOfSign: Readonly<Record<string, string>> = {
  ...{ '=': 'eq', '==': 'eq', '===': 'eq', '!=': 'ne', '!==': 'ne', '<>': 'ne' },
  ...{ '>': 'gt', '<': 'lt', '>=': 'ge', '<=': 'le' },
  ...{ '&&': 'and', '&': 'and', '||': 'or', '|': 'or', '!': 'not' },
}

/** Of what begins no word, literal or parenthesis, and what to write for it if that is plain. */
function strangerError(text: string, position: number, at: number): StorageError {
  foreignSign.lastIndex = position
  const sign = foreignSign.exec(text)?.[0]
  const spelling = sign === undefined ? undefined : wordOfSign[sign]
  if (spelling !== undefined) {
    return filterError(at, `${quoteKey(sign!)} begins nothing; write ${spelling}`)
  }
  const first = text[position]!
  const isQuote = /["`\u2018-\u201d]/.test(first)
  const fix = isQuote ? "; a text stands in single quotes, 'x'" : ''
  return filterError(at, `${quoteKey(first)} begins nothing${fix}`)
}

function textOf(found: string | undefined, at: number): string {
  if (found === undefined) {
    throw filterError(at, "a text begins here and does not end; close it, and write ' as ''")
  }
  return found.slice(1, -1).replaceAll("''", "'")
}

function specialOf(name: string): number {
  return name === 'NaN' ? NaN : Infinity
}

function numberOf(found: string | undefined, at: number): TableValue {
  if (found === undefined) throw filterError(at, 'a number is due behind the minus')
  if (found === '-INF') return -Infinity
  const [, digits = '', suffix = ''] = /^(.*?\d)([A-Za-z]*)$/.exec(found) ?? []
  const isWhole = /^-?\d+$/.test(digits)
  if (suffix === 'L' || suffix === 'l') return int64Of(digits, isWhole, at)
  if (suffix !== '' && suffix !== 'd' && suffix !== 'D') {
    throw filterError(at, `the suffix ${quoteKey(suffix)} is of a type that tables do not have`)
  }
  const value = Number(digits)
  if (suffix === '' && isWhole && !isInt32(value)) {
    throw filterError(at, 'the number exceeds 32 bits; write 123L for Int64, 123.0 for Double')
  }
  if (!Number.isFinite(value)) throw filterError(at, 'the number exceeds a Double')
  return value === 0 ? 0 : value
}

function int64Of(digits: string, isWhole: boolean, at: number): bigint {
  if (!isWhole) throw filterError(at, 'the suffix L is for whole numbers')
  // Before BigInt reads it: its time grows with the square of the length.
  const value = digits.length > 64 ? undefined : BigInt(digits)
  if (value !== undefined && BigInt.asIntN(64, value) === value) return value
  throw filterError(at, 'the number exceeds 64 bits')
}

function typedOf(type: string, text: string, at: number): TableValue {
  switch (type) {
    case 'datetime':
      return dateOf(text, at)
    case 'guid':
      return guidOf(text, at)
    case 'binary':
    case 'X':
    case 'x':
      return bytesOf(text, at)
    default:
      throw filterError(
        at,
        `${quoteKey(type)} is no type of a literal; those are datetime'', guid'', binary'' and X''`,
      )
  }
}

/** The service takes a time without zone for UTC. */
const dateTime = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?Z?$/

function dateOf(text: string, at: number): Date {
  const [, day, minute, second = '00', fraction = ''] = dateTime.exec(text) ?? []
  if (day === undefined) {
    throw filterError(at, "a time is written as datetime'2026-01-31T12:00:00.000Z', in UTC")
  }
  const [ms, finer] = [fraction.slice(0, 3).padEnd(3, '0'), fraction.slice(3)]
  if (/[1-9]/.test(finer)) throw filterError(at, 'a time is compared to the millisecond')
  const iso = `${day}T${minute}:${second}.${ms}Z`
  const date = new Date(iso)
  // What is no day of the calendar would become another one.
  if (Number.isNaN(date.getTime()) || date.toISOString() !== iso) {
    throw filterError(at, 'there is no such day or time')
  }
  if (date.getUTCFullYear() < 1601) throw filterError(at, 'times begin at 1601-01-01')
  return date
}

function guidOf(text: string, at: number): Guid {
  try {
    return new Guid(text)
  } catch {
    throw filterError(at, "a GUID is written as guid'12345678-9abc-def0-1234-56789abcdef0'")
  }
}

function bytesOf(text: string, at: number): Uint8Array {
  if (text.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(text)) {
    return new Uint8Array(Buffer.from(text, 'hex'))
  }
  throw filterError(at, "bytes are written as pairs of hex digits, X'0aff'")
}
