/** The comparison that the server has, kept up to date while the page shows it. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { act } from '../../../../web/actions.ts'
import { answer, client } from '../../../../web/api.ts'
import { useLive } from '../../../../web/live.ts'
import type { BackendApi } from '../../server/index.ts'
import type { Comparison, ConformanceEvent } from '../../server/wire.ts'
import { comparisonText } from '../code.ts'

const queryKey = ['backend', 'comparison']

export function useComparison(): {
  readonly data: Comparison | undefined
  readonly error: Error | null
  readonly accept: (comparison: Comparison) => void
} {
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey,
    // Nobody followed it while the section was not shown.
    refetchOnMount: 'always',
    queryFn: ({ signal }) => {
      const ask = (id: string): Promise<Comparison> =>
        answer(client<BackendApi>('backend', id).comparison.$get({}, { init: { signal } }))
      // What the page looks up by itself is nothing that the person did.
      const isFirst = queries.getQueryData(queryKey) === undefined
      return isFirst ? act(comparisonText(), ask) : ask('page')
    },
  })
  const readAgain = (): void => void queries.invalidateQueries({ queryKey })
  useLive('comparison', readAgain)
  useLive<ConformanceEvent>('conformance', ({ kind }) => {
    if (kind !== 'case') readAgain()
  })
  return { data, error, accept: (comparison) => queries.setQueryData(queryKey, comparison) }
}
