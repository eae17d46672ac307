/**
 * The object that is open, and what becomes of it.
 *
 *     opened ── shown ──┬─ somebody saves ──▶ looked at: the new version is shown, with a note
 *                       │                     edited: stays, `newer` tells the editor
 *                       └─ somebody deletes ─▶ `isGone`; what was known stays
 */
import { useQuery } from '@tanstack/react-query'
import { useThrottledCallback } from '@mantine/hooks'
import { useState } from 'react'
import { act } from '../../../../web/actions.ts'
import { answer, client } from '../../../../web/api.ts'
import { type Problem, problemOf } from '../../../../web/problem.ts'
import { queries } from '../../../../web/queries.ts'
import type { ObjectsApi } from '../../server/index.ts'
import type { ObjectDetails } from '../../server/wire.ts'
import { openText } from '../code.ts'
import { useTouched } from './use-touched.ts'
import { editFault } from './views.ts'

/** An object that changes all the time is read anew no more often. */
const rereadMs = 500

export interface Opened {
  /** The version that is looked at. Undefined until the first answer. */
  readonly shown: ObjectDetails | undefined
  /** While it is edited: a version of somebody else's that came meanwhile. */
  readonly newer: ObjectDetails | undefined
  /** When what is shown replaced an older version that somebody else changed. */
  readonly changedAt: number | undefined
  /** It was there and is no more. */
  readonly isGone: boolean
  /** Why it cannot be shown. */
  readonly problem: Problem | undefined
  /** Looks again: a view found that the version is not there any more. */
  readonly reread: () => void
  /** A version that was saved here. */
  readonly accept: (saved: ObjectDetails) => void
  /** The note about a change was read. */
  readonly dismiss: () => void
}

function keyOf(objectKey: string): readonly string[] {
  return ['objects', 'details', objectKey]
}

async function fetchDetails(
  key: string,
  action: string,
  signal: AbortSignal,
): Promise<ObjectDetails> {
  const api = client<ObjectsApi>('objects', action)
  return answer(api.object.$get({ query: { key } }, { init: { signal } }))
}

/** What is there now, for whoever has to know. @throws ProblemError `NOT_FOUND` */
export async function readDetails(
  key: string,
  action: string,
  signal: AbortSignal,
): Promise<ObjectDetails> {
  const details = await fetchDetails(key, action, signal)
  tellFollowers(details)
  return details
}

/** Only who follows an object is told: what nobody follows would be kept, and not grow old. */
function tellFollowers(details: ObjectDetails): void {
  const queryKey = keyOf(details.key)
  const isFollowed = queries.getQueryCache().find({ queryKey })?.isActive() === true
  if (isFollowed) queries.setQueryData(queryKey, details)
}

/** Follows an object. `isEditAsked`: it is to be edited, if it can be. */
export function useOpened(key: string, isEditAsked: boolean): Opened {
  const queryKey = keyOf(key)
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) =>
      // What the page looks up by itself is nothing that the person did.
      queries.getQueryData(queryKey) === undefined
        ? act(openText(key), (action) => fetchDetails(key, action, signal))
        : fetchDetails(key, 'page', signal),
    gcTime: 0,
  })
  const reread = useThrottledCallback(() => void refetch({ cancelRefetch: true }), rereadMs)
  useTouched(key, reread)

  const [shown, setShown] = useState(data)
  const [changedAt, setChangedAt] = useState<number>()
  const isEditing = isEditAsked && shown !== undefined && editFault(shown) === undefined
  if (data !== undefined && data !== shown && (!isEditing || data.etag === shown?.etag)) {
    if (shown !== undefined && shown.etag !== data.etag) setChangedAt(Date.now())
    setShown(data)
  }
  const problem = error === null ? undefined : problemOf(error)
  const isGone = problem?.code === 'NOT_FOUND' && data !== undefined
  return {
    shown,
    newer: data !== shown ? data : undefined,
    changedAt,
    isGone,
    problem: isGone || problem?.code === 'ABORTED' ? undefined : problem,
    reread,
    accept: (saved) => {
      setShown(saved)
      setChangedAt(undefined)
      tellFollowers(saved)
    },
    dismiss: () => setChangedAt(undefined),
  }
}
