/**
 * Values that `saveVersioned` keeps, recognised by their objects. The format:
 * `docs/formats/versioned-values.md`.
 */
import { isStorageError, type ListedVersion, type StorageManager } from '@aos-storage/core'
import type { History, HistoryRow } from '../wire.ts'

/** The keys that the format gives to a value; other objects may have such keys, too. */
const objectOfValue = /^(?<key>.+)\/(?:current|v[1-9]\d{0,15})$/s

/**
 * The versions of the value that an object is a part of, the newest first; null for one that is no
 * part of any. What counts is the pointer beside it, and a version that exists: a key alone may be
 * anybody's.
 */
export async function findHistory(
  storage: StorageManager,
  objectKey: string,
  limit: number,
  signal: AbortSignal,
): Promise<History | null> {
  const key = objectOfValue.exec(objectKey)?.groups?.['key']
  if (key === undefined) return null
  const pointed = await pointedBy(storage, key, signal)
  if (pointed === undefined) return null
  // One more, to know whether there are more.
  const found = await storage.listVersions(key, { limit: limit + 1, signal })
  if (found.length === 0) return null
  return {
    key,
    // As the list has it: the pointer may have been moved between the two looks.
    current: found.find(({ isCurrent }) => isCurrent)?.version ?? pointed,
    versions: found.slice(0, limit).map(rowOf),
    isTruncated: found.length > limit,
  }
}

/** Undefined where no pointer is, or something else is in its place. */
async function pointedBy(
  storage: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return await storage.currentVersion(key, { signal })
  } catch (error) {
    // A key that is too long for a version, or that another program wrote, has none.
    if (isStorageError(error, 'CORRUPT', 'INVALID_KEY')) return undefined
    throw error
  }
}

function rowOf({ version, info, isCurrent, isPending }: ListedVersion<number>): HistoryRow {
  const { key, size, modifiedAt } = info
  const row = { version, isCurrent, isPending, size, objectKey: key }
  return { ...row, modifiedAt: modifiedAt.toISOString() }
}
