/**
 * Names of a folder's entries as sorted bytes, so that a million of them take some megabytes:
 *
 *   ┌─────────────┬───┬──────┬─────────────┬───┬──────┬──
 *   │ name, UTF-8 │ 0 │ kind │ name, UTF-8 │ 0 │ kind │ …
 *   └─────────────┴───┴──────┴─────────────┴───┴──────┴──
 *
 * Invariant: entries are in order of their bytes, which is the order of keys. No name is empty or
 * holds a zero (no file system has it in names), and a kind is one byte from 1 to 127; so no entry
 * is the beginning of another one.
 */
import { compareKeys } from '@aos-storage/core'

/** Most entries that are packed together; sorting them takes a few milliseconds. */
export const packedEntriesMax = 8192

const nameEnds: readonly string[] = Array.from(
  { length: 128 },
  (_, kind) => `\0${String.fromCharCode(kind)}`,
)

/** What follows the name of an entry of this kind. */
export function nameEnd(kind: number): string {
  return nameEnds[kind]!
}

/**
 * Sorts and packs entries, at most {@link packedEntriesMax}.
 *
 * @param texts The name of an entry, what follows it, the name of the next one, and so on.
 */
export function packEntries(texts: readonly string[]): Buffer {
  // The heads of the last ones are read beyond their end.
  const bytes = Buffer.from(texts.join('') + '\0'.repeat(headBytes))
  const count = texts.length / 2
  const starts = new Uint32Array(count + 1)
  const order = new Uint16Array(count)
  for (let at = 0; at < count; at++) {
    order[at] = at
    starts[at + 1] = endOfEntry(bytes, starts[at]!)
  }
  sortEntries({ bytes, starts }, order, 0)
  const packed = Buffer.allocUnsafe(bytes.length - headBytes)
  let to = 0
  for (let at = 0; at < count; at++) {
    const entry = order[at]!
    for (let from = starts[entry]!; from < starts[entry + 1]!; from++) packed[to++] = bytes[from]!
  }
  return packed
}

/** Reads packed entries one after the other. */
export class PackedReader {
  readonly #packed: Buffer
  readonly #encoding: 'latin1' | 'utf8'
  #at = 0
  /** Of the entry that is read; empty before the first one. */
  name = ''
  kindNumber = 0

  /** @param isAscii True when all names are: then reading them is quicker. */
  constructor(packed: Buffer, isAscii: boolean) {
    this.#packed = packed
    this.#encoding = isAscii ? 'latin1' : 'utf8'
  }

  /** Reads the next entry; false at the end. */
  next(): boolean {
    if (this.#at === this.#packed.length) return false
    const end = endOfEntry(this.#packed, this.#at)
    this.name = this.#packed.toString(this.#encoding, this.#at, end - 2)
    this.kindNumber = this.#packed[end - 1]!
    this.#at = end
    return true
  }
}

/** The name of the entry at this part of the whole, from 0 to 1. */
export function nameAt(packed: Buffer, part: number): string {
  const at = startOfEntry(packed, Math.floor((packed.length - 1) * part))
  return packed.toString('utf8', at, endOfEntry(packed, at) - 2)
}

/** The entries up to the name and with it, in memory of their own. */
export function entriesUpTo(packed: Buffer, name: string): Buffer {
  let low = 0
  let high = packed.length
  while (low < high) {
    const at = startOfEntry(packed, (low + high) >>> 1)
    const end = endOfEntry(packed, at)
    if (compareKeys(packed.toString('utf8', at, end - 2), name) > 0) high = at
    else low = end
  }
  return low === packed.length ? packed : Buffer.from(packed.subarray(0, low))
}

function endOfEntry(bytes: Buffer, start: number): number {
  let at = start
  while (bytes[at] !== 0) at++
  return at + 2
}

/** Where the entry begins that has its `at`th byte here: two bytes behind the zero before it. */
function startOfEntry(bytes: Buffer, at: number): number {
  let start = at
  while (start >= 2 && bytes[start - 2] !== 0) start--
  return start < 2 ? 0 : start
}

interface Unsorted {
  readonly bytes: Buffer
  /** Where each entry begins; one more for the end of the last. */
  readonly starts: Uint32Array
}

/** Bytes of an entry that are compared as one number, with its place behind: 53 bits hold both. */
const headBytes = 5
/** Up to so many entries are sorted one by one. */
const fewEntries = 12

/**
 * Puts the entries in order; their first `depth` bytes are the same. A radix sort: the first bytes
 * that are not the same in all are sorted natively as numbers, what is the same there by the bytes
 * behind. Two to three times as fast as sorting strings.
 *
 * Ends because some entries differ in the first byte that counts, unless all are the same: then
 * each part is smaller than the whole. What lies behind the end of an entry never decides, as no
 * entry is the beginning of another.
 */
function sortEntries(unsorted: Unsorted, order: Uint16Array, depth: number): void {
  if (order.length <= fewEntries) return insertEntries(unsorted, order, depth)
  const { bytes, starts } = unsorted
  const common = commonBytes(unsorted, order, depth)
  if (common >= starts[order[0]! + 1]! - starts[order[0]!]!) return
  const heads = new Float64Array(order.length)
  for (let at = 0; at < order.length; at++) {
    const entry = order[at]!
    let head = 0
    const start = starts[entry]! + common
    for (let byte = 0; byte < headBytes; byte++) head = head * 256 + bytes[start + byte]!
    heads[at] = head * packedEntriesMax + entry
  }
  heads.sort()
  for (let from = 0, to = 0; from < heads.length; from = to) {
    const head = Math.floor(heads[from]! / packedEntriesMax)
    const headEnd = (head + 1) * packedEntriesMax
    for (; to < heads.length && heads[to]! < headEnd; to++)
      order[to] = heads[to]! % packedEntriesMax
    if (to - from > 1) sortEntries(unsorted, order.subarray(from, to), common + headBytes)
  }
}

function insertEntries(unsorted: Unsorted, order: Uint16Array, depth: number): void {
  for (let from = 1; from < order.length; from++) {
    const entry = order[from]!
    let to = from
    for (; to > 0 && isBefore(unsorted, entry, order[to - 1]!, depth); to--) {
      order[to] = order[to - 1]!
    }
    order[to] = entry
  }
}

function isBefore({ bytes, starts }: Unsorted, a: number, b: number, depth: number): boolean {
  const length = starts[a + 1]! - starts[a]!
  for (let at = depth; at < length; at++) {
    const x = bytes[starts[a]! + at]!
    const y = bytes[starts[b]! + at]!
    if (x !== y) return x < y
  }
  return false
}

/** How many bytes are the same at the beginning of all these entries. */
function commonBytes({ bytes, starts }: Unsorted, order: Uint16Array, depth: number): number {
  const first = starts[order[0]!]!
  let common = starts[order[0]! + 1]! - first
  for (const entry of order) {
    const start = starts[entry]!
    let at = depth
    while (at < common && bytes[start + at] === bytes[first + at]) at++
    common = at
  }
  return common
}
