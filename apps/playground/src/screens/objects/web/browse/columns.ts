/**
 * The rows of one listing, held in columns: a row is a slot, a number, and orders of rows are
 * arrays of slots.
 *
 * Invariant: what a slot holds does not change while an order may name it. A changed row gets a
 * slot of its own; slots that were let go are used again only after `reclaim`.
 */
import type { Row } from '../../server/wire.ts'

const slotsAtFirst = 1024
/** Rows that are kept as they are shown, so that they are drawn once while they are seen. */
const shownMax = 2000

/** A row as it is shown. */
export interface ShownRow {
  readonly slot: number
  readonly isPrefix: boolean
  /** The key of an object, or the prefix itself. */
  readonly key: string
  /** What follows the last `/` of the listed prefix, which may end amid a name. */
  readonly name: string
  readonly size: number
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  /** Empty where it is not known. */
  readonly type: string
  readonly etag: string
  /** When it changed while it was shown, by `performance.now()`. 0: it did not. */
  readonly changedAt: number
}

export class Columns {
  readonly prefix: string
  /** Where names begin in keys. */
  readonly nameAt: number
  readonly keys: string[] = []
  /** -1 marks a prefix. */
  sizes = new Float64Array(slotsAtFirst)
  modified = new Float64Array(slotsAtFirst)
  /** Places in `typeNames`. */
  types = new Uint32Array(slotsAtFirst)
  readonly typeNames: string[] = ['']
  readonly #typePlaces = new Map([['', 0]])
  readonly #etags: string[] = []
  #changedAt = new Float64Array(slotsAtFirst)
  readonly #shown = new Map<number, ShownRow>()
  #free: number[] = []
  #released: number[] = []

  constructor(prefix: string) {
    this.prefix = prefix
    this.nameAt = prefix.lastIndexOf('/') + 1
  }

  /** Takes a row in. Returns its slot. */
  add(row: Row, changedAt = 0): number {
    const slot = this.#free.pop() ?? this.keys.length
    if (slot === this.sizes.length) this.#grow()
    const isObject = row.kind === 'object'
    this.keys[slot] = isObject ? row.key : row.prefix
    this.sizes[slot] = isObject ? row.size : -1
    this.modified[slot] = isObject ? row.modifiedAt : 0
    this.types[slot] = this.#placeOfType((isObject && row.contentType) || '')
    this.#etags[slot] = isObject ? row.etag : ''
    this.#changedAt[slot] = changedAt
    this.#shown.delete(slot)
    return slot
  }

  /** Lets slots go that no order will name any more. */
  release(slots: Iterable<number>): void {
    this.#released.push(...slots)
  }

  /** Makes released slots free. Only while nothing works on an order. */
  reclaim(): void {
    for (const slot of this.#released) this.keys[slot] = ''
    this.#free.push(...this.#released)
    this.#released = []
  }

  isPrefix(slot: number): boolean {
    return this.sizes[slot]! < 0
  }

  /** Empty for a prefix. */
  etagOf(slot: number): string {
    return this.#etags[slot]!
  }

  /** Whether a slot holds what `row` says already. */
  holds(slot: number, row: Row): boolean {
    if (row.kind === 'prefix') return this.isPrefix(slot)
    return (
      this.#etags[slot] === row.etag &&
      this.modified[slot] === row.modifiedAt &&
      this.sizes[slot] === row.size &&
      this.typeNames[this.types[slot]!] === (row.contentType ?? '')
    )
  }

  /** A row as it is shown: the same one while it is seen. */
  row(slot: number): ShownRow {
    const known = this.#shown.get(slot)
    if (known !== undefined) return known
    if (this.#shown.size >= shownMax) this.#shown.clear()
    const row = this.#rowOf(slot)
    this.#shown.set(slot, row)
    return row
  }

  #rowOf(slot: number): ShownRow {
    const key = this.keys[slot]!
    return {
      slot,
      isPrefix: this.isPrefix(slot),
      key,
      name: key.slice(this.nameAt),
      size: this.sizes[slot]!,
      modifiedAt: this.modified[slot]!,
      type: this.typeNames[this.types[slot]!]!,
      etag: this.#etags[slot]!,
      changedAt: this.#changedAt[slot]!,
    }
  }

  #placeOfType(type: string): number {
    const known = this.#typePlaces.get(type)
    if (known !== undefined) return known
    const place = this.typeNames.push(type) - 1
    this.#typePlaces.set(type, place)
    return place
  }

  #grow(): void {
    const length = this.sizes.length * 2
    this.sizes = grown(this.sizes, new Float64Array(length))
    this.modified = grown(this.modified, new Float64Array(length))
    this.types = grown(this.types, new Uint32Array(length))
    this.#changedAt = grown(this.#changedAt, new Float64Array(length))
  }
}

function grown<T extends Float64Array | Uint32Array>(from: T, to: T): T {
  to.set(from)
  return to
}
