/** How much is listed. */
import type { Columns } from './columns.ts'
import type { Order } from './order.ts'

export interface Totals {
  readonly objects: number
  readonly prefixes: number
  /** Of the objects. */
  readonly bytes: number
}

export function totalsOf(columns: Columns, order: Order): Totals {
  let prefixes = 0
  let bytes = 0
  for (let i = 0; i < order.length; i++) {
    const size = columns.sizes[order[i]!]!
    if (size < 0) prefixes += 1
    else bytes += size
  }
  return { objects: order.length - prefixes, prefixes, bytes }
}
