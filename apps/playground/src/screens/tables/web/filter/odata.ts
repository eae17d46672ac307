/** Filters as OData text: what the builder appends, and where a text is wrong. Pure. */
import type { Problem } from '../../../../web/problem.ts'
import type { WireValue } from '../../server/wire.ts'
import { editedText } from '../values.ts'

export const operators = [
  { name: 'eq', label: 'eq  equal' },
  { name: 'ne', label: 'ne  not equal' },
  { name: 'gt', label: 'gt  greater' },
  { name: 'ge', label: 'ge  greater or equal' },
  { name: 'lt', label: 'lt  less' },
  { name: 'le', label: 'le  less or equal' },
] as const

export type Operator = (typeof operators)[number]['name']

/** A value as OData writes it. */
export function odataLiteral(value: WireValue): string {
  const { type, text } = value
  switch (type) {
    case 'string':
      return `'${text.replaceAll("'", "''")}'`
    case 'number':
      return numberLiteral(text)
    case 'bigint':
      return `${text}L`
    case 'boolean':
      return text
    case 'date':
      return `datetime'${text}'`
    case 'guid':
      return `guid'${text}'`
    default:
      return `X'${editedText(value, 'hex')}'`
  }
}

function numberLiteral(text: string): string {
  if (text === 'NaN') return text
  if (text.endsWith('Infinity')) return text.replace('Infinity', 'INF')
  const number = Number(text)
  // Without a point it would be taken for an Int32.
  const isInt32 = Number.isInteger(number) && number >= -(2 ** 31) && number < 2 ** 31
  return isInt32 || /[.e]/.test(text) ? text : `${text}.0`
}

/** The text with a comparison more; what holds an `or` is put into parentheses first. */
export function withComparison(
  text: string,
  joint: 'and' | 'or',
  property: string,
  operator: Operator,
  value: WireValue,
): string {
  const comparison = `${property} ${operator} ${odataLiteral(value)}`
  const before = text.trim()
  if (before === '') return comparison
  const isMixed =
    joint === 'and' && /(?:^|[\s)])or(?=[\s(])/i.test(before.replaceAll(/'(?:[^']|'')*'/g, "''"))
  return `${isMixed ? `(${before})` : before} ${joint} ${comparison}`
}

/** Where a text is wrong, in UTF-16 units from 0, and why. */
export interface FilterFault {
  readonly at: number | undefined
  readonly message: string
}

/** The fault that a refusal names; undefined where it is about something else. */
export function faultOf({ code, message }: Problem): FilterFault | undefined {
  if (code !== 'INVALID_ARGUMENT' || !/filter/i.test(message)) return undefined
  const match = /^The filter is wrong at character (\d+): ([^]*)$/.exec(message)
  if (match === null) return { at: undefined, message }
  return { at: Number(match[1]) - 1, message: match[2]! }
}
