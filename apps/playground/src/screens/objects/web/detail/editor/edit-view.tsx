import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useEffect, useEffectEvent, useState } from 'react'
import { act } from '../../../../../web/actions.ts'
import { Empty } from '../../../../../web/empty.tsx'
import { Late } from '../../../../../web/late.tsx'
import type { ObjectDetails } from '../../../server/wire.ts'
import { loadText } from '../../code.ts'
import type { Opened } from '../use-opened.ts'
import { isStaleError, useSteady } from '../use-steady.ts'
import { ViewProblem } from '../view-problem.tsx'
import { readEdited } from './edited-version.ts'
import { Editing } from './editing.tsx'

/** Loads the object that is open into an editor. */
export function EditView({
  opened,
  details,
  onLeave,
}: {
  readonly opened: Opened
  readonly details: ObjectDetails
  readonly onLeave: () => void
}): ReactNode {
  // What is edited stays, whatever others save: their versions are merged, not loaded over it.
  const [loaded, setLoaded] = useState(details)
  const query = useQuery({
    queryKey: ['objects', 'edited', loaded.key, loaded.etag],
    queryFn: ({ signal }) =>
      act(loadText(loaded.key), (action) => readEdited(loaded, { action, signal })),
    gcTime: 0,
    structuralSharing: false,
    // Not even after a gap in the live feed: the version that was loaded is what is merged with.
    staleTime: 'static',
  })
  const load = (version: ObjectDetails): void => {
    opened.accept(version)
    setLoaded(version)
  }
  const { data, error } = useSteady(query, opened.reread)
  // It was replaced while it was loaded: what is there now is loaded instead.
  const { newer } = opened
  const loadNewer = useEffectEvent(load)
  const isOvertaken = isStaleError(query.error) && newer !== undefined
  useEffect(() => {
    if (isOvertaken) loadNewer(newer)
  }, [isOvertaken, newer])
  if (error !== null) return <ViewProblem error={error} onRetry={() => void query.refetch()} />
  if (data === undefined) return <Late>Loading the text…</Late>
  if (typeof data === 'string') {
    return (
      <Empty title="It cannot be edited">
        {data}
        <br />
        <Button size="compact-sm" variant="default" mt="sm" onClick={onLeave}>
          Back
        </Button>
      </Empty>
    )
  }
  const { etag } = data.details
  return (
    <Editing
      key={etag}
      opened={opened}
      loaded={data}
      isLoading={etag !== loaded.etag}
      onLoad={load}
      onLeave={onLeave}
    />
  )
}
