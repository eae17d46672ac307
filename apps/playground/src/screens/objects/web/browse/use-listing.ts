/** The listing of the prefix that is shown, kept true. */
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Change } from '../../../../server/changes.ts'
import { onLive } from '../../../../web/live.ts'
import { doubtful, onOver } from '../transfer/over.ts'
import { type Listed, Listing } from './listing.ts'
import { LiveChanges } from './live-changes.ts'
import { onReturn } from './on-return.ts'
import { refreshBeside } from './use-refresh.ts'

/** Somebody who looked elsewhere only for a moment did nothing there. */
const awayMsMin = 5000
/** A list that is longer is read again when the person asks for it. */
const rereadRowsMax = 10_000

/** Opens the listing of a prefix for as long as it is shown. */
export function useListing(prefix: string): Listing {
  const listing = useMemo(() => new Listing(prefix), [prefix])
  useEffect(() => {
    const close = listing.open()
    const live = new LiveChanges(listing)
    const offChanges = onLive<readonly Change[]>('changes', (changes) => live.note(changes))
    const offGaps = onLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
      const isFailed = listing.snapshot().status === 'failed'
      if (isMissed || isFailed) live.noteAll()
      else live.resume()
    })
    // "Deleted" looks whether it is there.
    const offOver = onOver((over) => {
      live.note(doubtful(over).map((key) => ({ key, kind: 'deleted' })))
    })
    const offReturn = onReturn(awayMsMin, () => {
      void refreshBeside()
      if (listing.snapshot().byKey.length <= rereadRowsMax) live.noteAll()
    })
    return () => {
      offReturn()
      offOver()
      offGaps()
      offChanges()
      live.close()
      close()
    }
  }, [listing])
  return listing
}

/** What a listing holds at this moment. */
export function useListed(listing: Listing): Listed {
  return useSyncExternalStore(listing.subscribe, listing.snapshot)
}
