/** Sorts and filters a listing, in steps that work of any size can be paused at. */
import type { Columns } from './columns.ts'
import { comparison, type Compare, type Order, type Sort } from './order.ts'
import type { Work } from './slices.ts'

/** How a listing is to be shown. */
export interface Arrangement {
  readonly sort: Sort
  /** Only names that hold this text; upper and lower case are one. Empty: all. */
  readonly filter: string
}

export const asListed: Arrangement = { sort: { by: 'key', isDescending: false }, filter: '' }

/** Rows between two pauses. */
const stepRows = 4096

export function isSameArrangement(a: Arrangement, b: Arrangement): boolean {
  return a.filter === b.filter && isSameSort(a.sort, b.sort)
}

export function isSameSort(a: Sort, b: Sort): boolean {
  return a.by === b.by && a.isDescending === b.isDescending
}

/** Whether a name of these columns holds the text of a filter. */
export function matcher(columns: Columns, filter: string): (slot: number) => boolean {
  if (filter === '') return () => true
  const { keys, nameAt } = columns
  // The engine folds case without a copy of every key. Global, because that begins at `lastIndex`.
  const pattern = new RegExp(filter.replaceAll(/[$()*+./?[\\\]^{|}]/g, String.raw`\$&`), 'giu')
  return (slot) => {
    pattern.lastIndex = nameAt
    return pattern.test(keys[slot]!)
  }
}

/** The slots of `byKey` (in the order of keys) that are shown, in the order in which they are. */
export function* arranging(
  columns: Columns,
  byKey: Order,
  { sort, filter }: Arrangement,
): Work<Order> {
  const kept = filter === '' ? byKey : yield* filtering(byKey, matcher(columns, filter))
  if (sort.by !== 'key') return yield* sorting(kept, comparison(columns, sort))
  return sort.isDescending ? kept.toReversed() : kept
}

function* filtering(order: Order, matches: (slot: number) => boolean): Work<Order> {
  const kept = new Uint32Array(order.length)
  let count = 0
  for (let i = 0; i < order.length; i++) {
    if (matches(order[i]!)) kept[count++] = order[i]!
    if (i % stepRows === stepRows - 1) yield
  }
  return kept.slice(0, count)
}

/** Merge sort, bottom up: short runs by the engine, then pairs of runs. */
function* sorting(order: Order, compare: Compare): Work<Order> {
  let from = order.slice()
  let to: Order = new Uint32Array(order.length)
  for (let start = 0; start < from.length; start += stepRows) {
    from.subarray(start, start + stepRows).sort(compare)
    yield
  }
  for (let width = stepRows; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      yield* merging(from, to, { start, middle: start + width, end: start + 2 * width }, compare)
    }
    ;[from, to] = [to, from]
  }
  return from
}

function* merging(
  from: Order,
  to: Order,
  run: { readonly start: number; readonly middle: number; readonly end: number },
  compare: Compare,
): Work<void> {
  const middle = Math.min(run.middle, from.length)
  const end = Math.min(run.end, from.length)
  let left = run.start
  let right = middle
  for (let i = run.start; i < end; i++) {
    const isLeft = right >= end || (left < middle && compare(from[left]!, from[right]!) <= 0)
    to[i] = isLeft ? from[left++]! : from[right++]!
    if (i % stepRows === stepRows - 1) yield
  }
}
