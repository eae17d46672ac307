/** Binary search in sorted keys. */
import { compareKeys } from '../keys.ts'

/** Index of the first key that a listing may show: at or after `prefix`, after the others. */
export function firstAfter(
  keys: readonly string[],
  prefix: string,
  startAfter: string,
  cursor: string,
): number {
  const after = compareKeys(startAfter, cursor) > 0 ? startAfter : cursor
  const isBefore =
    compareKeys(prefix, after) > 0
      ? (key: string): boolean => compareKeys(key, prefix) < 0
      : (key: string): boolean => after !== '' && compareKeys(key, after) <= 0
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(keys[middle]!)) low = middle + 1
    else high = middle
  }
  return low
}
