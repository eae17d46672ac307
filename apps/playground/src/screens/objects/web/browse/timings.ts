/** The browser's own timings of the list, for benchmarks: entries of `performance.measure`. */
import { useEffect, useRef } from 'react'
import type { Listed, Listing } from './listing.ts'

type Name = 'objects:first-rows' | 'objects:all-rows' | 'objects:filtered'

/** Entries of a name that are kept. */
const keptMax = 100

/** Measures from `start` (by `performance.now()`) until what was just drawn is seen. */
export function measureUntilSeen(name: Name, start: number, detail: object): void {
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel()
    // A frame's callbacks run before it is painted, messages after.
    port1.addEventListener('message', () => {
      port1.close()
      if (performance.getEntriesByName(name).length >= keptMax) performance.clearMeasures(name)
      performance.measure(name, { start, end: performance.now(), detail })
    })
    port1.start()
    port2.postMessage(0)
  })
}

/** Tells when the first rows and all rows of a listing are seen. */
export function useListingTimings(listing: Listing, listed: Listed): void {
  const told = useRef({ listing, first: false, all: false })
  useEffect(() => {
    if (told.current.listing !== listing) told.current = { listing, first: false, all: false }
    const { prefix, openedAt } = listing
    const rows = listed.columns.keys.length
    if (!told.current.first && rows > 0) {
      told.current.first = true
      measureUntilSeen('objects:first-rows', openedAt, { prefix, rows })
    }
    if (!told.current.all && listed.status === 'ready') {
      told.current.all = true
      measureUntilSeen('objects:all-rows', openedAt, { prefix, rows })
    }
  }, [listing, listed])
}
