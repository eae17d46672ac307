/**
 * What a filter demands of the keys, for engines that find entities by key.
 *
 * Invariant: an entity that satisfies the filter lies within the range; the range may hold others,
 * so the filter is still to be asked ({@link matches}).
 */
import type { ComparisonOperator, FilterNode } from './filter.ts'
import { compareText } from './text-order.ts'

/** An end of a range. */
export interface KeyBound {
  readonly key: string
  /** True when the key itself is within. */
  readonly isIncluded: boolean
}

/** The keys between two ends; without an end all keys on that side. */
export interface KeySpan {
  readonly from?: KeyBound | undefined
  readonly to?: KeyBound | undefined
}

/** Where entities can be that satisfy a filter. Spans by UTF-16 code units. */
export interface KeyRange {
  /** True when no entity can satisfy the filter. */
  readonly isEmpty: boolean
  readonly partitionKey: KeySpan
  readonly rowKey: KeySpan
}

const everywhere: KeyRange = { isEmpty: false, partitionKey: {}, rowKey: {} }
const nowhere: KeyRange = { isEmpty: true, partitionKey: {}, rowKey: {} }

/** The range of a filter; of no filter, everything. */
export function keyRange(filter: FilterNode | undefined): KeyRange {
  return filter === undefined ? everywhere : rangeOf(filter, false)
}

/** @param isNegated Whether the filter stands under an odd number of `not`. */
function rangeOf(filter: FilterNode, isNegated: boolean): KeyRange {
  switch (filter.type) {
    case 'not':
      return rangeOf(filter.operand, !isNegated)
    case 'comparison':
      return comparisonRange(filter, isNegated)
    default: {
      const left = rangeOf(filter.left, isNegated)
      const right = rangeOf(filter.right, isNegated)
      // not (a and b) is (not a) or (not b).
      return (filter.type === 'and') === isNegated ? hull(left, right) : intersection(left, right)
    }
  }
}

const opposite: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  eq: 'ne',
  ne: 'eq',
  gt: 'le',
  ge: 'lt',
  lt: 'ge',
  le: 'gt',
}

function comparisonRange(
  filter: FilterNode & { readonly type: 'comparison' },
  isNegated: boolean,
): KeyRange {
  const { property, value } = filter
  if (property !== 'PartitionKey' && property !== 'RowKey') return everywhere
  // A key is a text: compared with anything else, a comparison is false.
  if (typeof value !== 'string') return isNegated ? everywhere : nowhere
  const span = spanOf(isNegated ? opposite[filter.operator] : filter.operator, value)
  return property === 'PartitionKey'
    ? { ...everywhere, partitionKey: span }
    : { ...everywhere, rowKey: span }
}

function spanOf(operator: ComparisonOperator, key: string): KeySpan {
  const bound = { key, isIncluded: operator === 'eq' || operator === 'ge' || operator === 'le' }
  switch (operator) {
    case 'eq':
      return { from: bound, to: bound }
    case 'gt':
    case 'ge':
      return { from: bound }
    case 'lt':
    case 'le':
      return { to: bound }
    default:
      return {}
  }
}

function intersection(left: KeyRange, right: KeyRange): KeyRange {
  if (left.isEmpty || right.isEmpty) return nowhere
  const partitionKey = narrowed(left.partitionKey, right.partitionKey)
  const rowKey = narrowed(left.rowKey, right.rowKey)
  if (isEmptySpan(partitionKey) || isEmptySpan(rowKey)) return nowhere
  return { isEmpty: false, partitionKey, rowKey }
}

function hull(left: KeyRange, right: KeyRange): KeyRange {
  if (left.isEmpty) return right
  if (right.isEmpty) return left
  return {
    isEmpty: false,
    partitionKey: widened(left.partitionKey, right.partitionKey),
    rowKey: widened(left.rowKey, right.rowKey),
  }
}

function narrowed(left: KeySpan, right: KeySpan): KeySpan {
  return {
    from: chosen(left.from, right.from, 1, false),
    to: chosen(left.to, right.to, -1, false),
  }
}

function widened(left: KeySpan, right: KeySpan): KeySpan {
  return {
    from: left.from && right.from && chosen(left.from, right.from, -1, true),
    to: left.to && right.to && chosen(left.to, right.to, 1, true),
  }
}

/**
 * One of two bounds: the greater for 1, the lesser for -1; of equal keys, the one whose inclusion
 * is `isIncluded`.
 */
function chosen(
  left: KeyBound | undefined,
  right: KeyBound | undefined,
  direction: 1 | -1,
  isIncluded: boolean,
): KeyBound | undefined {
  if (left === undefined || right === undefined) return left ?? right
  const order = compareText(left.key, right.key) * direction
  if (order !== 0) return order > 0 ? left : right
  return left.isIncluded === isIncluded ? left : right
}

function isEmptySpan({ from, to }: KeySpan): boolean {
  if (from === undefined || to === undefined) return false
  const order = compareText(from.key, to.key)
  return order > 0 || (order === 0 && !(from.isIncluded && to.isIncluded))
}
