/** The feed, live: what the server kept when the screen was opened, then what it tells. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { OperationBatch } from '../../../server/operations.ts'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { ActivityApi } from '../server/index.ts'
import type { RecentOperations } from '../server/wire.ts'
import {
  countAfter,
  lastSequence,
  noFeed,
  type RunFeed,
  withOperations,
  withRecent,
} from './feed.ts'

const queryKey = ['activity', 'operations']

export interface LiveFeed {
  /** What is shown: all, or what there was when it was paused. Empty until the server answers. */
  readonly shown: RunFeed
  /** How many came since it was paused. Undefined while it is not. */
  readonly fresh: number | undefined
  /** Why what the server kept is not known. */
  readonly error: Error | null
  readonly retry: () => void
  readonly setPaused: (value: boolean) => void
}

export function useFeed(): LiveFeed {
  const queries = useQueryClient()
  const [latest, setLatest] = useState(noFeed)
  const [paused, setPaused] = useState<RunFeed>()
  const { data, error, refetch } = useQuery({
    queryKey,
    // What came while the screen was not shown.
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<RecentOperations> =>
      answer(client<ActivityApi>('activity').operations.$get({}, { init: { signal } })),
  })
  useEffect(() => {
    if (data !== undefined) setLatest((known) => withRecent(known, data))
  }, [data])
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (!isMissed) return
    // Maybe another run of the server: nothing goes on from what the last one told.
    setLatest(noFeed)
    void queries.resetQueries({ queryKey })
  })
  useLive<OperationBatch>('operations', ({ operations }) =>
    setLatest(({ run, feed }) => ({ run, feed: withOperations(feed, operations) })),
  )
  return {
    shown: paused ?? (latest.run === undefined ? noFeed : latest),
    fresh: paused && freshCount(latest, paused),
    error,
    retry: () => void refetch(),
    setPaused: (value) => setPaused(value ? latest : undefined),
  }
}

/** Another run began to count anew. */
function freshCount(latest: RunFeed, paused: RunFeed): number {
  return countAfter(latest.feed, latest.run === paused.run ? lastSequence(paused.feed) : 0)
}
