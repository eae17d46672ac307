/** The lab, live: what the server knows, what it tells, and what it answers to what is done. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type ActionText, perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { OperationsApi } from '../server/index.ts'
import type { LabNews, LabState, WholeLab } from '../server/wire.ts'
import { withNews } from './lab.ts'

const queryKey = ['operations', 'lab']

type Api = ReturnType<typeof client<OperationsApi>>

/** Asks the server for a change, which answers the new state. */
export type Change = (text: ActionText, ask: (api: Api) => Promise<LabState>) => Promise<void>

export interface LabAtHand {
  /** Undefined until the server answers. */
  readonly lab: WholeLab | undefined
  readonly error: Error | null
  readonly change: Change
}

export function useLab(): LabAtHand {
  const queries = useQueryClient()
  const { data, error } = useQuery({
    queryKey,
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<WholeLab> => {
      const whole = await answer(
        client<OperationsApi>('operations').state.$get({}, { init: { signal } }),
      )
      const known = queries.getQueryData<WholeLab>(queryKey)
      return withNews(known, whole.state, whole.seconds)
    },
  })
  const hear = useCallback(
    ({ state, second }: LabNews): void => {
      const seconds = second === undefined ? [] : [second]
      queries.setQueryData<WholeLab>(queryKey, (known) => known && withNews(known, state, seconds))
    },
    [queries],
  )
  useLive<LabNews>('operations-lab', hear)
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    // Maybe another run of the server, which counts anew.
    if (isMissed) void queries.resetQueries({ queryKey })
    else void queries.invalidateQueries({ queryKey })
  })
  const change = useCallback<Change>(
    async (text, ask) => {
      const state = await perform(text, (id) => ask(client<OperationsApi>('operations', id)))
      if (state !== undefined) hear({ state })
    },
    [hear],
  )
  return { lab: data, error, change }
}
