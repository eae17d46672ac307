/** What the page asks of the server about versioned values. */
import { useThrottledCallback } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import type { Change } from '../../../../../server/changes.ts'
import { act, perform } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { useLive } from '../../../../../web/live.ts'
import { queries } from '../../../../../web/queries.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { History, HistoryFound, Pruned, VersionMoved } from '../../../server/wire.ts'
import { notice } from '../../transfer/notice.ts'
import { offerUndo } from '../../transfer/transfers.ts'
import {
  historyText,
  pruneText,
  rollbackText,
  saveVersionText,
  type VersionText,
} from './history-code.ts'
import { valueKeyOf } from './value-key.ts'

/** Savers that are busy do not have the list read for each of them. */
const rereadMs = 500
/** Versions that are listed at first, and how many more each time. */
export const listedStep = 200
/** The server lists no more. */
export const listedMax = 2000

/** A history as it was asked for. */
export interface Asked<T> {
  readonly data: T | undefined
  readonly error: Error | null
  readonly refetch: () => void
}

/** The history of the value that the object is a part of, as it changes; null: of none. */
export function useHistory(objectKey: string): Asked<History | null> {
  return useHistoryOf(objectKey, { queryKey: ['objects', 'history', objectKey], limit: listedStep })
}

/** As {@link useHistory}, opened by the person. */
export function useListedHistory(objectKey: string, limit: number): Asked<History | null> {
  const queryKey = ['objects', 'history', objectKey, 'listed', String(limit)]
  return useHistoryOf(objectKey, { queryKey, limit, isAction: true })
}

function useHistoryOf(
  objectKey: string,
  {
    queryKey,
    limit,
    isAction = false,
  }: {
    readonly queryKey: readonly string[]
    readonly limit: number
    readonly isAction?: boolean
  },
): Asked<History | null> {
  const valueKey = valueKeyOf(objectKey)
  const { data, error, refetch } = useQuery({
    queryKey,
    enabled: valueKey !== undefined,
    queryFn: async ({ signal }) => {
      const ask = (id: string): Promise<HistoryFound> => readHistory(objectKey, limit, id, signal)
      // What the page looks up by itself is nothing that the person did.
      const isFirst = queries.getQueryData(queryKey) === undefined
      const found = await (isAction && isFirst ? act(historyText(valueKey!), ask) : ask('page'))
      return found.history
    },
    placeholderData: (before) => before,
    gcTime: 0,
  })
  const reread = useThrottledCallback(() => void refetch({ cancelRefetch: true }), rereadMs)
  useLive<readonly Change[]>('changes', (changes) => {
    if (valueKey === undefined) return
    if (changes.some(({ key }) => key.startsWith(`${valueKey}/`))) reread()
  })
  return { data, error, refetch: () => void refetch() }
}

function readHistory(
  key: string,
  limit: number,
  action: string,
  signal: AbortSignal,
): Promise<HistoryFound> {
  const query = { key, limit: String(limit) }
  return answer(client<ObjectsApi>('objects', action).history.$get({ query }, { init: { signal } }))
}

/** Which version is current now; undefined when there is none any more, or nobody tells. */
export async function currentOf(key: string): Promise<number | undefined> {
  const { signal } = new AbortController()
  try {
    return (await readHistory(`${key}/current`, 1, 'page', signal)).history?.current
  } catch {
    return undefined
  }
}

/** Makes a version the current one; a failure is shown. Whether it was done. */
export async function rollBack(key: string, version: number, ifCurrent: number): Promise<boolean> {
  const moved = await perform(rollbackText(key, version, ifCurrent), (action) => {
    const json = { key, version, ifCurrent }
    return answer(client<ObjectsApi>('objects', action).history.rollback.$post({ json }))
  })
  if (moved !== undefined) tellMoved(key, moved, ifCurrent)
  return moved !== undefined
}

/** Saves a text as a new version. @throws ProblemError */
export async function saveVersion(version: VersionText): Promise<VersionMoved> {
  const moved: VersionMoved = await act(saveVersionText(version), (action) =>
    answer(client<ObjectsApi>('objects', action).history.save.$post({ json: version })),
  )
  tellMoved(version.key, moved, version.ifCurrent)
  return moved
}

function tellMoved(key: string, { version, undo, undoRefusal }: VersionMoved, was: number): void {
  if (undo !== null) {
    offerUndo(undo, { text: rollbackText(key, was, version) })
  } else {
    const message = `Version ${version} of ${key} is current. ${undoRefusal ?? ''}`
    notifications.show({ ...notice, message })
  }
}

/** Removes the oldest, or with `isDryRun` counts them; a failure is shown. */
export function prune(key: string, keep: number, isDryRun: boolean): Promise<Pruned | undefined> {
  return perform(pruneText(key, keep, isDryRun), (action) => {
    const json = { key, keep, isDryRun }
    return answer(client<ObjectsApi>('objects', action).history.prune.$post({ json }))
  })
}
