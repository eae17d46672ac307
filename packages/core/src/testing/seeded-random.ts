/** Chance that can be had again: the same seed gives the same values, on every machine. */
import type { Random } from '../random.ts'

/** A {@link Random} with a known seed, and what tests draw from it. */
export interface SeededRandom extends Random {
  readonly seed: number
  /** An integer in `[0, end)`. */
  integer(end: number): number
  /** One of `values`, which has at least one. */
  pick<T>(values: readonly T[]): T
  /** The same values in another order. */
  shuffle<T>(values: readonly T[]): T[]
  bytes(length: number): Uint8Array
}

/** A seed that nobody chose: print it, so that the run can be had again. */
export function chooseSeed(): number {
  return Math.floor(Math.random() * 0x1_0000_0000)
}

/**
 * Random values from a seed (mulberry32). Not for secrets, and `id` is unique within one seed only.
 *
 * @param seed Any integer; its lowest 32 bits count.
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000
  }
  const integer = (end: number): number => Math.floor(next() * end)
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => integer(256))
  return {
    seed,
    next,
    integer,
    bytes,
    id: () => uuidOf(bytes(16)),
    pick: (values) => values[integer(values.length)]!,
    shuffle(values) {
      const shuffled = [...values]
      for (let at = shuffled.length - 1; at > 0; at--) {
        const other = integer(at + 1)
        ;[shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!]
      }
      return shuffled
    },
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20),
  ].join('-')
}
