/** Where the keys of a list lead to in the feed. Pure. */
import { type Feed, isGap } from './feed.ts'

const pageRows = 10

/** The place of the next operation. Undefined for keys that do nothing here, and without any. */
export function nextIndex(key: string, from: number, items: Feed): number | undefined {
  const last = items.length - 1
  const aims: Readonly<Record<string, number>> = {
    ArrowDown: from + 1,
    ArrowUp: from - 1,
    PageDown: from + pageRows,
    PageUp: from - pageRows,
    Home: 0,
    End: last,
  }
  const aim = aims[key]
  if (aim === undefined) return undefined
  const index = Math.min(last, Math.max(0, aim))
  // A gap cannot be marked: the next operation on the way can, or the last one before the end.
  const onward = index < from ? -1 : 1
  return nearest(items, index, onward) ?? nearest(items, index, -onward)
}

function nearest(items: Feed, from: number, step: number): number | undefined {
  for (let index = from; index >= 0 && index < items.length; index += step) {
    if (!isGap(items[index]!)) return index
  }
  return undefined
}
