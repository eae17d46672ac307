/**
 * The rows of a listing in the order of keys, and in the order in which they are shown.
 *
 *     read or changed ──► columns ──► byKey ──► order (sorted, filtered)
 *
 * Invariant: `order` answers `arrangement` for exactly the rows in `byKey`, at every moment. While
 * another arrangement is made, patches go to the shown order at once and to the new one when it is
 * there.
 */
import type { Row } from '../../server/wire.ts'
import { type Arrangement, arranging, asListed, isSameArrangement, matcher } from './arranging.ts'
import { Columns } from './columns.ts'
import { comparison, type Order, patched, placeOf } from './order.ts'
import { inSlices } from './slices.ts'
import { compareUtf8 } from './utf8-order.ts'

interface Patch {
  readonly dropped: readonly number[]
  readonly added: readonly number[]
}

export class Rows {
  readonly columns: Columns
  byKey: Order = new Uint32Array(0)
  order: Order = this.byKey
  arrangement: Arrangement = asListed
  #wanted: Arrangement = asListed
  #giveUp: (() => void) | undefined
  /** What came while another arrangement is made. */
  #missed: Patch[] = []

  constructor(prefix: string) {
    this.columns = new Columns(prefix)
  }

  /** The slot of an object or a prefix that is listed. */
  slotOf(key: string): number | undefined {
    const { keys, prefix } = this.columns
    if (!key.startsWith(prefix)) return undefined
    const stands = (slot: number): number => compareUtf8(keys[slot]!, key, prefix.length)
    const slot = this.byKey[placeOf(this.byKey, stands)]
    return slot !== undefined && keys[slot] === key ? slot : undefined
  }

  /** Where a slot is shown. -1: it is not. */
  placeOf(slot: number): number {
    return this.order.indexOf(slot)
  }

  /** Takes in rows that are not there yet. */
  append(rows: readonly Row[]): void {
    this.#apply({ dropped: [], added: rows.map((row) => this.columns.add(row)) })
  }

  /**
   * Puts rows in place of those with the same key, and takes keys out. `changedAt` marks the rows.
   * Returns whether that changed anything.
   */
  change(put: readonly Row[], removed: readonly string[], changedAt: number): boolean {
    const dropped = removed.map((key) => this.slotOf(key)).filter((slot) => slot !== undefined)
    const added: number[] = []
    for (const row of put) {
      const slot = this.slotOf(row.kind === 'object' ? row.key : row.prefix)
      if (slot !== undefined && this.columns.holds(slot, row)) continue
      if (slot !== undefined) dropped.push(slot)
      added.push(this.columns.add(row, changedAt))
    }
    if (dropped.length + added.length === 0) return false
    this.#apply({ dropped, added })
    return true
  }

  /** Lets rows behind the first `rowsMax` go. Returns whether there were any. */
  trim(rowsMax: number): boolean {
    if (this.byKey.length <= rowsMax) return false
    this.#apply({ dropped: [...this.byKey.subarray(rowsMax)], added: [] })
    return true
  }

  /** Shows the rows in another way; calls `done` when that is so, at once if it takes little. */
  arrange(wanted: Arrangement, done: () => void): void {
    if (isSameArrangement(wanted, this.#wanted)) return
    this.#wanted = wanted
    this.#giveUp?.()
    this.#missed = []
    if (isSameArrangement(wanted, this.arrangement)) {
      this.#giveUp = undefined
      return
    }
    let isDone = false
    const giveUp = inSlices(arranging(this.columns, this.byKey, wanted), (order) => {
      isDone = true
      this.#giveUp = undefined
      this.arrangement = wanted
      this.order = this.#isAsListed
        ? this.byKey
        : this.#missed.reduce((before, patch) => this.#patchShown(before, patch), order)
      this.#missed = []
      done()
    })
    if (!isDone) this.#giveUp = giveUp
  }

  /** Whether they are shown as they were last asked to be. */
  get isArranged(): boolean {
    return this.#giveUp === undefined
  }

  /** Gives up what is under way. */
  close(): void {
    this.#giveUp?.()
    this.#giveUp = undefined
    this.#missed = []
    this.#wanted = this.arrangement
  }

  get #isAsListed(): boolean {
    return isSameArrangement(this.arrangement, asListed)
  }

  #apply(patch: Patch): void {
    const { columns } = this
    const { dropped, added } = patch
    this.byKey = patched(this.byKey, dropped, added, comparison(columns, asListed.sort))
    this.order = this.#isAsListed ? this.byKey : this.#patchShown(this.order, patch)
    columns.release(patch.dropped)
    if (this.#giveUp === undefined) columns.reclaim()
    else this.#missed.push(patch)
  }

  #patchShown(order: Order, { dropped, added }: Patch): Order {
    const { sort, filter } = this.arrangement
    const kept = added.filter(matcher(this.columns, filter))
    return patched(order, dropped, kept, comparison(this.columns, sort))
  }
}
