/**
 * The few statistics that the reports use. Medians and quantiles, because timings have long tails;
 * ratios per round, because both rivals of a pair then met the same weather on the machine.
 */

/** A value with the range in which the middle 80 % of the rounds lie. */
export interface Spread {
  readonly median: number
  readonly p10: number
  readonly p90: number
}

/** The quantile `q` in `[0, 1]`, linear between neighbours (R's type 7). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new TypeError('No values: a quantile needs at least one.')
  const sorted = values.toSorted((a, b) => a - b)
  const position = (sorted.length - 1) * q
  const low = sorted[Math.floor(position)] as number
  const high = sorted[Math.ceil(position)] as number
  return low + (high - low) * (position - Math.floor(position))
}

export function spread(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    p10: quantile(values, 0.1),
    p90: quantile(values, 0.9),
  }
}

/** Ours over theirs, round by round. Both lists hold one value per round, in the same order. */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): Spread {
  if (ours.length !== theirs.length) {
    throw new TypeError(`Paired lists differ in length: ${ours.length} and ${theirs.length}.`)
  }
  return spread(ours.map((value, round) => value / (theirs[round] as number)))
}

/** The list turned so that round 0 starts with the first, round 1 with the second, and so on. */
export function rotated<T>(items: readonly T[], round: number): T[] {
  const start = items.length === 0 ? 0 : round % items.length
  return [...items.slice(start), ...items.slice(0, start)]
}

/** Numbers in `[0, 1)` from a seed: mulberry32, for equal data sets, not for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
