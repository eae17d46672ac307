/** Choosing rows: one, a range, all. */
import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { Chosen } from './chosen.ts'
import type { Columns } from './columns.ts'
import type { ChosenPart } from './list-head.tsx'
import type { Listed } from './listing.ts'
import type { Order } from './order.ts'

export interface Choosing {
  readonly part: ChosenPart
  /** Chooses a row, or no longer. The next range begins here. */
  readonly toggle: (place: number) => void
  /** The next range begins here. */
  readonly begin: (place: number) => void
  /** Chooses all from where a range begins to here; `from`: where, when none has begun. */
  readonly extend: (place: number, from: number) => void
  readonly all: (isChosen: boolean) => void
}

export function useChoosing(chosen: Chosen, { columns, order }: Listed): Choosing {
  const version = useSyncExternalStore(chosen.subscribe, chosen.version)
  const keysOf = useCallback(
    (from: number, to: number) =>
      Array.from(order.subarray(from, to + 1), (slot) => columns.keys[slot]!),
    [columns, order],
  )
  const begin = useCallback(
    (place: number) => {
      chosen.first = columns.keys[order[place] ?? -1]
    },
    [chosen, columns, order],
  )
  const toggle = useCallback(
    (place: number) => {
      const [key] = keysOf(place, place)
      if (key === undefined) return
      chosen.first = key
      chosen.set([key], !chosen.has(key))
    },
    [chosen, keysOf],
  )
  const extend = useCallback(
    (place: number, from: number) => {
      const slot = order.findIndex((each) => columns.keys[each] === chosen.first)
      const other = slot < 0 ? from : slot
      chosen.first = columns.keys[order[other] ?? -1]
      chosen.set(keysOf(Math.min(place, other), Math.max(place, other)), true)
    },
    [chosen, columns, order, keysOf],
  )
  const all = useCallback(
    (isChosen: boolean) => {
      chosen.set(keysOf(0, order.length - 1), isChosen)
      if (!isChosen) chosen.first = undefined
    },
    [chosen, order, keysOf],
  )
  // The version says when what is chosen changed
  const part = useMemo(() => partOf(chosen, columns, order), [chosen, columns, order, version])
  return { part, begin, toggle, extend, all }
}

/** How many of the rows are chosen. Looks no further than to the first difference. */
function partOf(chosen: Chosen, columns: Columns, order: Order): ChosenPart {
  if (chosen.size === 0 || order.length === 0) return 'none'
  const isFirst = chosen.has(columns.keys[order[0]!]!)
  const isSame = order.every((slot) => chosen.has(columns.keys[slot]!) === isFirst)
  return isSame ? (isFirst ? 'all' : 'none') : 'some'
}
