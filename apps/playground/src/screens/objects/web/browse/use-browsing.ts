/** The state of browsing: what is listed, chosen and filtered, and where one can go from there. */
import { useCallback, useEffect, useMemo, useRef } from 'react'
import { useView } from '../../../../web/view.ts'
import screen from '../screen.ts'
import { Chosen } from './chosen.ts'
import { type FilterText, useFilterText } from './filter-text.ts'
import type { Listing } from './listing.ts'
import type { Sort } from './order.ts'
import { useListing } from './use-listing.ts'

export interface Browsing {
  readonly prefix: string
  readonly listing: Listing
  readonly chosen: Chosen
  readonly filter: FilterText
  readonly sort: Sort
  /** The object that is open. */
  readonly openKey: string | undefined
  /** Where the keyboard begins in the list. */
  readonly start: Start
  readonly openPrefix: (prefix: string) => void
  readonly openObject: (key: string) => void
  readonly closeObject: () => void
  readonly create: () => void
  readonly setSort: (sort: Sort) => void
  readonly setFilter: (text: string, at?: number) => void
}

/** Where the keyboard goes on in a list that was just opened. */
export interface Start {
  /** The row: the prefix that one comes back from, or the open object. */
  readonly key: string | undefined
  /** The keyboard was in the list before. */
  isFocused: boolean
}

/** Nothing of an object that is not open any more stays in the address. */
const nothingOpen = { key: undefined, as: undefined, at: undefined, mode: undefined } as const

export function useBrowsing(): Browsing {
  const [view, setView] = useView(screen)
  const { prefix, key: openKey, filter: inAddress = '' } = view
  const by = view.sort ?? 'key'
  const isDescending = view.desc === true
  const sort = useMemo<Sort>(() => ({ by, isDescending }), [by, isDescending])
  const listing = useListing(prefix)
  const chosen = useChosen(listing)
  const filter = useFilterText(prefix, inAddress, (text) => {
    listing.arrange({ sort, filter: text })
  })
  useEffect(() => listing.arrange({ sort, filter: filter.value() }), [listing, filter, sort])
  const start = useStart(prefix, openKey)

  const openPrefix = useCallback(
    (to: string) => setView({ ...nothingOpen, prefix: to, filter: undefined }),
    [setView],
  )
  const openObject = useCallback(
    (key: string) => {
      if (key !== openKey) setView({ ...nothingOpen, key })
    },
    [setView, openKey],
  )
  const closeObject = useCallback(() => setView(nothingOpen), [setView])
  const create = useCallback(() => setView({ mode: 'create' }), [setView])
  const setSort = useCallback(
    (next: Sort) => {
      const change = {
        sort: next.by === 'key' ? undefined : next.by,
        desc: next.isDescending || undefined,
      }
      setView(change, { isReplaced: true })
    },
    [setView],
  )
  const setFilter = useCallback(
    (text: string, at = performance.now()) => {
      filter.type(text, at, (written) => {
        setView({ filter: written === '' ? undefined : written }, { isReplaced: true })
      })
    },
    [filter, setView],
  )
  return {
    ...{ prefix, listing, chosen, filter, sort, openKey, start },
    ...{ openPrefix, openObject, closeObject, create, setSort, setFilter },
  }
}

/** What is chosen in a listing; what is not listed any more is not chosen any more. */
function useChosen(listing: Listing): Chosen {
  // Another listing, another choice
  const chosen = useMemo(() => new Chosen(), [listing])
  useEffect(() => {
    listing.onGone = () => chosen.keepListed(listing.snapshot())
  }, [listing, chosen])
  return chosen
}

function useStart(prefix: string, openKey: string | undefined): Start {
  const shown = useRef<{ prefix: string; start: Start }>(undefined)
  if (shown.current?.prefix !== prefix) {
    const before = shown.current
    const isBack = before !== undefined && before.prefix.startsWith(prefix)
    const child = isBack ? before.prefix.indexOf('/', prefix.length) + 1 : 0
    const key = child > 0 ? before?.prefix.slice(0, child) : openKey
    const isFocused = before?.start.isFocused ?? false
    shown.current = { prefix, start: { key, isFocused } }
  }
  return shown.current.start
}
