/** What the page asks of the server about versions. */
import { notifications } from '@mantine/notifications'
import { useQuery } from '@tanstack/react-query'
import type { Change } from '../../../../../server/changes.ts'
import { act, type ActionText, perform } from '../../../../../web/actions.ts'
import { answer, client } from '../../../../../web/api.ts'
import { useLive } from '../../../../../web/live.ts'
import { queries } from '../../../../../web/queries.ts'
import type { ObjectsApi } from '../../../server/index.ts'
import type { ObjectDetails, VersionList } from '../../../server/wire.ts'
import { notice } from '../../transfer/notice.ts'
import { offerUndo } from '../../transfer/transfers.ts'
import { deleteVersionText, restoreText, versionsText } from './extra-code.ts'

/** The versions of a key, as they change. */
export function useVersions(key: string): {
  readonly data: VersionList | undefined
  readonly error: Error | null
  readonly refetch: () => void
} {
  const queryKey = ['objects', 'versions', key]
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => {
      const ask = (id: string): Promise<VersionList> =>
        answer(
          client<ObjectsApi>('objects', id).versions.$get({ query: { key } }, { init: { signal } }),
        )
      // What the page looks up by itself is nothing that the person did.
      return queries.getQueryData(queryKey) === undefined
        ? act(versionsText(key), ask)
        : ask('page')
    },
    gcTime: 0,
  })
  useLive<readonly Change[]>('changes', (changes) => {
    if (changes.some((change) => change.key === key)) void refetch()
  })
  return { data, error, refetch: () => void refetch() }
}

/** An old version as an object, and the action that its reads belong to. */
export interface LookedAt {
  readonly action: string
  readonly details: ObjectDetails
}

/** @param version The service's id of an old one; undefined: the object itself. */
export function useVersion(
  key: string,
  version: string | undefined,
  text: ActionText,
): {
  readonly data: LookedAt | undefined
  readonly error: Error | null
  readonly refetch: () => void
} {
  const { data, error, refetch } = useQuery({
    queryKey: ['objects', 'version', key, version],
    queryFn: ({ signal }) =>
      act(text, async (action): Promise<LookedAt> => {
        const api = client<ObjectsApi>('objects', action)
        const query = { key, version }
        return { action, details: await answer(api.object.$get({ query }, { init: { signal } })) }
      }),
    gcTime: 0,
  })
  return { data, error, refetch: () => void refetch() }
}

/** Where a version is downloaded. */
export function versionHref(key: string, version: string | undefined): string {
  const query = { key, ...(version === undefined ? {} : { version }) }
  return `/api/objects/content?${new URLSearchParams(query).toString()}`
}

/** Makes it the current one; a failure is shown. Whether it was done. */
export async function restoreVersion(key: string, id: string): Promise<boolean> {
  const saved = await perform(restoreText(key, id), (action) =>
    answer(client<ObjectsApi>('objects', action).versions.restore.$post({ json: { key, id } })),
  )
  if (saved === undefined) return false
  if (saved.undo !== null) offerUndo(saved.undo)
  else notifications.show({ ...notice, message: `Restored ${key}. ${saved.undoRefusal ?? ''}` })
  return true
}

/** Deletes it for good; a failure is shown. Whether it was done. */
export async function deleteVersion(key: string, id: string): Promise<boolean> {
  const done = await perform(deleteVersionText(key, id), (action) =>
    answer(client<ObjectsApi>('objects', action).versions.delete.$post({ json: { key, id } })),
  )
  return done !== undefined
}
