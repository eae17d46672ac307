import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Notice } from '../server/notices.ts'
import { request } from './api.ts'
import { useLive } from './live.ts'
import { pageFact } from './page-fact.ts'
import { screens } from './screen.ts'
import classes from './shell.module.css'

const queryKey = ['notices']

/** What other screens want to be seen here, with the way to them. */
export function Notices({ shown }: { readonly shown: string | undefined }): ReactNode {
  const queries = useQueryClient()
  const { data } = useQuery({
    queryKey,
    initialData: () => JSON.parse(pageFact('notices') || '[]') as readonly Notice[],
    queryFn: async ({ signal }) =>
      (await (await request('/api/notices', 'page', { signal })).json()) as readonly Notice[],
  })
  useLive('notices', () => void queries.invalidateQueries({ queryKey }))
  return data
    .filter(({ screen }) => screen !== shown)
    .map(({ screen, text }) => (
      <div key={screen} role="status" className={classes['notice']}>
        <b className="clipped">{text}</b>
        <Link to={`/${screen}`}>{screens.find(({ name }) => name === screen)?.title}</Link>
      </div>
    ))
}
