/** The feed, live: what the server kept when the screen was opened, then what it tells. */
import { useQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import type { OperationBatch } from '../../../server/operations.ts'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { ActivityApi } from '../server/index.ts'
import type { RecentOperations } from '../server/wire.ts'
import { type Feed, withOperations, withRecent } from './feed.ts'

export interface LiveFeed {
  /** What is shown: all, or what there was when it was paused. */
  readonly feed: Feed
  /** All, also while it is paused. */
  readonly latest: Feed
  readonly isPaused: boolean
  readonly error: Error | null
  readonly setPaused: (value: boolean) => void
}

export function useFeed(): LiveFeed {
  const [latest, setLatest] = useState<Feed>([])
  const [paused, setPaused] = useState<Feed>()
  const { data, error } = useQuery({
    queryKey: ['activity', 'operations'],
    // What came while the screen was not shown.
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<RecentOperations> =>
      answer(client<ActivityApi>('activity').operations.$get({}, { init: { signal } })),
  })
  useEffect(() => {
    if (data !== undefined) setLatest((live) => withRecent(live, data.operations))
  }, [data])
  useLive<OperationBatch>('operations', ({ operations }) =>
    setLatest((live) => withOperations(live, operations)),
  )
  return {
    feed: paused ?? latest,
    latest,
    isPaused: paused !== undefined,
    error,
    setPaused: (value) => setPaused(value ? latest : undefined),
  }
}
