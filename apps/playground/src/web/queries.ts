/** What was read from the server, kept while it is true. */
import { QueryClient } from '@tanstack/react-query'
import { onLive } from './live.ts'

/**
 * One for the page. Live events say when something changed, so nothing goes stale by time. The
 * server is on this machine: a browser without a network reaches it all the same.
 */
export const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: {
      networkMode: 'always',
      staleTime: Infinity,
      retry: false,
      refetchOnWindowFocus: false,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})

/**
 * After a gap in the live feed everything is read anew; before that, `learn` asks what else may be
 * another one when the server was started anew.
 */
export function followGaps(learn: () => Promise<void>): () => void {
  return onLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (isMissed) void learn().finally(() => void queries.invalidateQueries())
  })
}
