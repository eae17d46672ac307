/** The order of keys in a listing. */
import type { Behaviour } from '../behaviour.ts'

type Order = Behaviour['listOrder']

/** Compares by the bytes of UTF-8, as S3 does, or by UTF-16, as a wrong server does. */
export function compareKeys(order: Order, a: string, b: string): number {
  if (order === 'utf8') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** The keys that begin with `prefix`, in order. */
export function sortedKeys(keys: Iterable<string>, prefix: string, order: Order): string[] {
  return [...keys].filter((key) => key.startsWith(prefix)).sort((a, b) => compareKeys(order, a, b))
}

/** How keys are compared with a marker. */
export interface MarkerRule {
  readonly order: Order
  readonly delimiter: string
}

/** Whether a key comes behind a marker: a key, or a common prefix with all that it stands for. */
export function isBehindMarker(key: string, marker: string, rule: MarkerRule): boolean {
  if (marker === '') return true
  const isFolder = rule.delimiter !== '' && marker.endsWith(rule.delimiter)
  if (isFolder && key.startsWith(marker)) return false
  return compareKeys(rule.order, key, marker) > 0
}
