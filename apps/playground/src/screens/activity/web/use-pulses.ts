/** What each of the last seconds was like: what the server has, then what it tells. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { Pulse } from '../../../server/operations.ts'
import { request } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import { withPulse } from './pulses.ts'

const queryKey = ['activity', 'pulses']

/** Oldest first, at most ten minutes. */
export function usePulses(): readonly Pulse[] {
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey,
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<readonly Pulse[]> =>
      (await (await request('/api/pulses', 'page', { signal })).json()) as readonly Pulse[],
  })
  useLive<Pulse>('pulses', (pulse) => {
    queries.setQueryData<readonly Pulse[]>(queryKey, (known) => known && withPulse(known, pulse))
  })
  return data ?? none
}

const none: readonly Pulse[] = []
