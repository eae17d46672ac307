import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { actWithin } from '../../../../web/actions.ts'
import { answer, client } from '../../../../web/api.ts'
import { Late } from '../../../../web/late.tsx'
import type { ObjectsApi } from '../../server/index.ts'
import { loadText } from '../code.ts'
import type { ViewProps } from './object-views.tsx'
import { TextLines } from './text/text-lines.tsx'
import { useSteady } from './use-steady.ts'
import { ViewProblem } from './view-problem.tsx'

/** A structured value (dates, sets, typed arrays, …) as Node.js prints it. */
export function ValueView({ details, onStale, action: within }: ViewProps): ReactNode {
  const { key, etag, version } = details
  const query = useQuery({
    queryKey: ['objects', 'value', key, etag],
    queryFn: ({ signal }) =>
      actWithin(within, loadText(key), (action) =>
        answer(
          client<ObjectsApi>('objects', action).value.$get(
            { query: { key, etag, version } },
            { init: { signal } },
          ),
        ),
      ),
    gcTime: 0,
  })
  const { data, error } = useSteady(query, onStale)
  if (error !== null) {
    return <ViewProblem error={error} onRetry={() => void query.refetch()} />
  }
  if (data === undefined) return <Late>Loading the value…</Late>
  return <TextLines text={data.text} label="The value, as Node.js prints it" />
}
