/**
 * What each of the last seconds was like: what the server has, and what it tells.
 *
 * Pulses are told only while a page listens, and kept for no page that comes back: each time that
 * the live feed begins or goes on, what the server has is read anew.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useMemo, useState } from 'react'
import type { Pulse } from '../../../server/operations.ts'
import { request } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import { lastMinutes } from './pulses.ts'

const queryKey = ['activity', 'pulses']

export interface Pulses {
  /** Oldest first, at most ten minutes. Undefined until the server has answered. */
  readonly pulses: readonly Pulse[] | undefined
  /** Why they are not known, or not all of them. */
  readonly error: Error | null
  readonly retry: () => void
}

export function usePulses(): Pulses {
  const queries = useQueryClient()
  const [told, setTold] = useState<readonly Pulse[]>([])
  const { data, error, refetch } = useQuery({
    queryKey,
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<readonly Pulse[]> =>
      (await (await request('/api/pulses', 'page', { signal })).json()) as readonly Pulse[],
  })
  useLive<Pulse>('pulses', (pulse) => setTold((known) => lastMinutes(known, [pulse])))
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (!isMissed) {
      void queries.invalidateQueries({ queryKey })
      return
    }
    // Maybe another run of the server: what the last one did is none of its past.
    setTold([])
    void queries.resetQueries({ queryKey })
  })
  const pulses = useMemo(() => data && lastMinutes(data, told), [data, told])
  return { pulses, error, retry: () => void refetch() }
}
