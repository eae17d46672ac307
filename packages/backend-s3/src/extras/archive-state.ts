/**
 * What the head of an object says about the archive that it may be in.
 *
 * ```
 * x-amz-storage-class: GLACIER                            archived, where the server archives
 *   x-amz-restore: ongoing-request="true"                 a readable copy is on its way
 *   x-amz-restore: ongoing-request="false",
 *                  expiry-date="Fri, 21 Dec 2026 ..."     readable until then
 * x-amz-archive-status: ARCHIVE_ACCESS                    archived within INTELLIGENT_TIERING
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
 */
import type { StoredHead } from './stored-object.ts'

export interface ArchiveState {
  readonly storageClass: string
  /** Undefined where only a read can tell: other servers have such classes and archive nothing. */
  readonly isReadable: boolean | undefined
  readonly isOnItsWay: boolean
  readonly readableUntil: Date | undefined
}

/** What is not told as a header. */
export const standardClass = 'STANDARD'
const archives: ReadonlySet<string> = new Set(['GLACIER', 'DEEP_ARCHIVE'])

export function archiveStateOf(head: StoredHead, nowMs: number): ArchiveState {
  const { StorageClass: storageClass = standardClass, Restore = '', ArchiveStatus } = head
  const isOnItsWay = /ongoing-request="true"/.test(Restore)
  const readableUntil = isOnItsWay ? undefined : expiryOf(Restore, nowMs)
  const isReadable =
    ArchiveStatus !== undefined || isOnItsWay
      ? false
      : archives.has(storageClass) && readableUntil === undefined
        ? undefined
        : true
  return { storageClass, isReadable, isOnItsWay, readableUntil }
}

function expiryOf(restore: string, nowMs: number): Date | undefined {
  const date = new Date(/expiry-date="([^"]+)"/.exec(restore)?.[1] ?? Number.NaN)
  return date.getTime() > nowMs ? date : undefined
}
