/** The migrations, live: what the server knows, tells, and answers to what is done. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import { type ActionText, perform } from '../../../web/actions.ts'
import { answer, client } from '../../../web/api.ts'
import { useLive } from '../../../web/live.ts'
import type { MigrationApi } from '../server/index.ts'
import type { MigrationNews, MigrationState, StoreRow, WholeMigration } from '../server/wire.ts'
import { isListOld, withNews, withWhole } from './news.ts'

const stateKey = ['migration', 'state']
const storesKey = ['migration', 'stores']

type Api = ReturnType<typeof client<MigrationApi>>

/** Asks the server for something, which answers the new state. True when it was done. */
export type Command = (
  text: ActionText,
  ask: (api: Api) => Promise<MigrationState>,
) => Promise<boolean>

export interface MigrationAtHand {
  /** Undefined until the server answers. */
  readonly whole: WholeMigration | undefined
  /** Undefined until they were counted. */
  readonly stores: readonly StoreRow[] | undefined
  readonly error: Error | null
  readonly storesError: Error | null
  readonly command: Command
}

export function useMigration(): MigrationAtHand {
  const queries = useQueryClient()
  const state = useQuery({
    queryKey: stateKey,
    refetchOnMount: 'always',
    queryFn: async ({ signal }): Promise<WholeMigration> => {
      const api = client<MigrationApi>('migration')
      const whole = await answer(api.state.$get({}, { init: { signal } }))
      return withWhole(queries.getQueryData<WholeMigration>(stateKey), whole)
    },
  })
  const stores = useQuery({
    queryKey: storesKey,
    refetchOnMount: 'always',
    queryFn: ({ signal }) =>
      answer(client<MigrationApi>('migration').stores.$get({}, { init: { signal } })),
  })
  const hear = useCallback(
    (news: MigrationNews): void => {
      const known = queries.getQueryData<WholeMigration>(stateKey)
      if (known === undefined) return
      queries.setQueryData<WholeMigration>(stateKey, withNews(known, news))
      if (!isListOld(known.state, news.state)) return
      void queries.invalidateQueries({ queryKey: stateKey })
      void queries.invalidateQueries({ queryKey: storesKey })
    },
    [queries],
  )
  useLive<MigrationNews>('migration', hear)
  useLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    // Maybe another run of the server, which counts anew.
    if (isMissed) void queries.resetQueries({ queryKey: stateKey })
    else void queries.invalidateQueries({ queryKey: stateKey })
    void queries.invalidateQueries({ queryKey: storesKey })
  })
  const command = useCallback<Command>(
    async (text, ask) => {
      const next = await perform(text, (id) => ask(client<MigrationApi>('migration', id)))
      if (next !== undefined) hear({ state: next })
      return next !== undefined
    },
    [hear],
  )
  return {
    ...{ whole: state.data, error: state.error, command },
    ...{ stores: stores.data, storesError: stores.error },
  }
}
