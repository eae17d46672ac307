/**
 * Orders of rows: arrays of slots, sorted. They are patched rather than sorted anew when a few rows
 * come or go, so that a listing that is read in batches, or that changes, stays in order at a cost
 * of a copy.
 */
import type { Columns } from './columns.ts'
import { compareUtf8 } from './utf8-order.ts'

export type SortBy = 'key' | 'size' | 'modified' | 'type'

export interface Sort {
  readonly by: SortBy
  readonly isDescending: boolean
}

export type Compare = (a: number, b: number) => number

/** An order of slots. Never changed after it was made. */
export type Order = Uint32Array<ArrayBuffer>

/**
 * How two slots stand. Total: rows that are equal otherwise stand by key. Prefixes have a key only,
 * so in the other orders they come first, by key.
 */
export function comparison(columns: Columns, { by, isDescending }: Sort): Compare {
  const { keys, prefix } = columns
  const byKey: Compare = (a, b) => compareUtf8(keys[a]!, keys[b]!, prefix.length)
  const sign = isDescending ? -1 : 1
  if (by === 'key') return (a, b) => sign * byKey(a, b)
  const value = valueOf(columns, by)
  return (a, b) => {
    const isPrefix = columns.isPrefix(a)
    if (isPrefix !== columns.isPrefix(b)) return isPrefix ? -1 : 1
    return (isPrefix ? 0 : sign * value(a, b)) || byKey(a, b)
  }
}

function valueOf(columns: Columns, by: Exclude<SortBy, 'key'>): Compare {
  if (by === 'size') return (a, b) => columns.sizes[a]! - columns.sizes[b]!
  if (by === 'modified') return (a, b) => columns.modified[a]! - columns.modified[b]!
  const { typeNames } = columns
  return (a, b) => {
    const x = columns.types[a]!
    const y = columns.types[b]!
    return x === y ? 0 : typeNames[x]! < typeNames[y]! ? -1 : 1
  }
}

/** The first place in `order` whose slot does not stand before the one that `stands` looks for. */
export function placeOf(order: Order, stands: (slot: number) => number): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (stands(order[middle]!) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** `order` without the `dropped` slots (those that it has), and with the `added` ones. */
export function patched(
  order: Order,
  dropped: readonly number[],
  added: readonly number[],
  compare: Compare,
): Order {
  const cuts = placesOf(order, dropped, compare)
  const coming = Uint32Array.from(added).sort(compare)
  const result = new Uint32Array(order.length - cuts.length + coming.length)
  let from = 0
  let to = 0
  let cut = 0
  const copyUntil = (end: number): void => {
    for (;;) {
      const stop = cut < cuts.length && cuts[cut]! < end ? cuts[cut]! : end
      result.set(order.subarray(from, stop), to)
      to += stop - from
      from = stop
      if (stop === end) return
      from += 1
      cut += 1
    }
  }
  for (const [index, slot] of coming.entries()) {
    const place = placeOf(order, (other) => compare(other, slot))
    copyUntil(place)
    if (place === order.length) {
      // So do all that come after it: what is read in order is looked up once.
      result.set(coming.subarray(index), to)
      return result
    }
    result[to++] = slot
  }
  copyUntil(order.length)
  return result
}

function placesOf(order: Order, slots: readonly number[], compare: Compare): Uint32Array {
  const places = slots
    .map((slot) => ({ slot, place: placeOf(order, (other) => compare(other, slot)) }))
    .filter(({ slot, place }) => order[place] === slot)
    .map(({ place }) => place)
  return Uint32Array.from(places).sort()
}
