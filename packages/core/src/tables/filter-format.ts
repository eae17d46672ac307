/**
 * A filter as the OData text that Azure Tables takes.
 *
 * Invariant: a value becomes one literal whatever it holds, and everything is in parentheses, so
 * that nothing can be injected; `parseFilter` gives the same filter back.
 *
 * Source: learn.microsoft.com, "Querying tables and entities"; OData 3.0 literals.
 */
import type { TableValue } from './entity.ts'
import { isInt32 } from './entity-size.ts'
import type { FilterNode } from './filter.ts'
import { Guid } from './guid.ts'

/** Takes a filter that was checked, as backends get it; see `ownFilter`. */
export function formatFilter(filter: FilterNode): string {
  switch (filter.type) {
    case 'comparison':
      return `(${filter.property} ${filter.operator} ${formatLiteral(filter.value)})`
    case 'not':
      return `(not ${formatFilter(filter.operand)})`
    default:
      return `(${formatFilter(filter.left)} ${filter.type} ${formatFilter(filter.right)})`
  }
}

/** A value as a literal. */
function formatLiteral(value: TableValue): string {
  switch (typeof value) {
    case 'string':
      return `'${value.replaceAll("'", "''")}'`
    case 'number':
      return formatNumber(value)
    case 'bigint':
      return `${value}L`
    case 'boolean':
      return String(value)
    default:
      if (value instanceof Guid) return `guid'${value.value}'`
      if (value instanceof Date) return `datetime'${value.toISOString()}'`
      return `X'${Buffer.from(value).toString('hex')}'`
  }
}

function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF'
  // Without a point it would be read as an Int32, and refused when it is none.
  if (isInt32(value)) return String(value)
  const text = withoutExponent(value)
  return text.includes('.') ? text : `${text}.0`
}

/** Azurite reads no exponents (it takes `1e21` for a property); the service reads both. */
function withoutExponent(value: number): string {
  const match = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value))
  if (match === null) return String(value)
  const [, sign, first, rest = '', exponent] = match
  const digits = `${first}${rest}`
  const point = Number(exponent) + 1
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}
