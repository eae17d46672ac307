/** What was read from the server, kept while it is true. */
import { QueryClient } from '@tanstack/react-query'
import { onLive } from './live.ts'

/** One for the page. Live events say when something changed, so nothing goes stale by time. */
export const queries: QueryClient = new QueryClient({
  defaultOptions: {
    queries: { staleTime: Infinity, retry: false, refetchOnWindowFocus: false },
    mutations: { retry: false },
  },
})

/** After a gap in the live feed everything is read anew. */
export function followGaps(): () => void {
  return onLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
    if (isMissed) void queries.invalidateQueries()
  })
}
