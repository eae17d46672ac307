/** The versions that the service has kept of a key: listed, restored, deleted. */
import type { ObjectInfo, ObjectVersion, StorageManager } from '@aos-storage/core'
import { extraOf } from '../../../../server/extras.ts'
import { type Condition, saveUndoable, type Written } from '../save.ts'
import type { UndoJournal } from '../undo/journal.ts'
import type { VersionList, VersionRow } from '../wire.ts'
import { storeOfVersion, versionsOf } from './version-view.ts'

/** More are not listed. */
const listedMax = 200

/** The newest first. */
export async function listVersions(
  storage: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<VersionList> {
  const versions: VersionRow[] = []
  for await (const version of versionsOf(storage).listVersions(key, { signal })) {
    if (versions.length === listedMax) return { versions, isTruncated: true }
    versions.push(rowOf(version))
  }
  return { versions, isTruncated: false }
}

function rowOf({ id, isCurrent, info }: ObjectVersion): VersionRow {
  const { size, etag, modifiedAt } = info
  return { id, isCurrent, size, etag, modifiedAt: modifiedAt.toISOString() }
}

/** What a service may have to make an old version the current one, without moving its bytes. */
type RestoreVersion = (key: string, id: string) => Promise<ObjectInfo>

/** Makes an old version the current one, over what is there, which is kept for undo. */
export async function restoreVersion(
  storage: StorageManager,
  journal: UndoJournal,
  key: string,
  id: string,
): Promise<Written> {
  const view = storeOfVersion(storage, id)
  const restore = extraOf(versionsOf(storage), 'restoreVersion') as RestoreVersion | undefined
  // Before anything is kept for its sake.
  await view.stat(key, { foreign: true })
  const copy = (condition: Condition): Promise<ObjectInfo> =>
    view.copy(key, key, { ...condition, destination: storage, foreign: true })
  return saveUndoable(storage, journal, {
    key,
    condition: {},
    label: `Restored ${key}`,
    write: (condition) => (restore === undefined ? copy(condition) : restore(key, id)),
  })
}

/** True when it was deleted, false when there was none. */
export function deleteVersion(storage: StorageManager, key: string, id: string): Promise<boolean> {
  return versionsOf(storage).deleteVersion(key, id)
}
