/** The run of the conformance kit that the server has, kept up to date while the page shows it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { BackendApi } from '../server/index.ts'
import type { ConformanceEvent, ConformanceState } from '../server/wire.ts'
import { stateAfter } from './conformance-state.ts'

const queryKey = ['backend', 'conformance']

/** Undefined until the server has answered. */
export function useConformance(): {
  readonly state: ConformanceState | undefined
  readonly error: Error | null
} {
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey,
    // Nobody followed the run while the section was not shown.
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<ConformanceState> =>
      answer(client<BackendApi>('backend').conformance.$get({}, { init: { signal } })),
  })
  useLive<ConformanceEvent>('conformance', (event) => {
    const state = queries.getQueryData<ConformanceState>(queryKey)
    const next = state && stateAfter(state, event)
    if (next === undefined) void queries.invalidateQueries({ queryKey })
    else queries.setQueryData(queryKey, next)
  })
  return { state: data, error }
}
