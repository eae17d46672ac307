/** Reading again what is shown: of what other processes write, the live feed does not tell. */
import { useCallback, useState } from 'react'
import { queries } from '../../../../web/queries.ts'
import type { Listing } from './listing.ts'

export interface Refresh {
  readonly isUnderWay: boolean
  readonly begin: () => void
}

/** The list, the tree and the open object, at the person's word. */
export function useRefresh(listing: Listing): Refresh {
  const [underWay, setUnderWay] = useState(0)
  const begin = useCallback(() => {
    setUnderWay((count) => count + 1)
    void Promise.all([listing.refresh(), refreshBeside()]).finally(() => {
      setUnderWay((count) => count - 1)
    })
  }, [listing])
  return { isUnderWay: underWay > 0, begin }
}

/**
 * Reads again what is shown beside the list. Not what is read of one version: when there is another
 * one, that is found here.
 */
export async function refreshBeside(): Promise<void> {
  const families = [
    ['objects', 'prefixes'],
    ['objects', 'details'],
  ]
  await Promise.all(families.map((queryKey) => queries.invalidateQueries({ queryKey })))
}
