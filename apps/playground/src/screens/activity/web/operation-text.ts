/** Moments and durations of operations, as the rows show them. */

import { secondText } from '../../../web/charts/moments.ts'

/** With milliseconds: many operations end in one second. */
export function timeText(moment: number): string {
  return `${secondText(moment)}.${String(moment % 1000).padStart(3, '0')}`
}

const shortestMs = 0.01
const decades = 6

/**
 * The length of a bar, 0 to 100: logarithmic, from 10 microseconds to 10 seconds, so that a bar
 * means the same in every row.
 */
export function barShare(durationMs: number): number {
  const share = Math.log10(Math.max(durationMs, shortestMs) / shortestMs) / decades
  return Math.min(100, Math.max(2, 100 * share))
}
