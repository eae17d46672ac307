/**
 * How long to pause before another try: random between nothing and a size that doubles ("full
 * jitter": M. Brooker, AWS Architecture Blog, "Exponential Backoff And Jitter"), so that those who
 * failed together do not come back together.
 */
import type { Random } from './random.ts'

/** So many are enough for every limit, and keep the number finite. */
const doublingsMax = 30

/**
 * @param firstMs Most of a pause that is not doubled.
 * @param mostMs Most of any.
 */
export function jitterMs(
  random: Random,
  doublings: number,
  firstMs: number,
  mostMs: number,
): number {
  return random.next() * Math.min(mostMs, firstMs * 2 ** Math.min(doublings, doublingsMax))
}
