/**
 * Pages of queues' names.
 *
 * The service's own marker is not enough for pages of any size: Azurite's counts in the order of
 * creation while the page is in that of names, and so skips queues. What is asked for is the
 * service's largest page, and a position in it goes into the cursor.
 *
 * ```
 * cursor = marker of the service's page + the last name that was given of it
 * ```
 */
import type { QueuePage } from '@aos-storage/core/backend'
import { decodeCursor, encodeCursor } from '@aos-storage/core/backend'

/** The largest page that the service gives. */
export const servicePageMax = 5000

/** Where a listing stands. */
export interface QueuePosition {
  readonly marker: string | undefined
  readonly after: string
}

/** @throws StorageError `INVALID_ARGUMENT` for a cursor that is damaged or of another prefix. */
export function positionOf(cursor: string | undefined, prefix: string): QueuePosition {
  if (cursor === undefined) return { marker: undefined, after: '' }
  const { after, session } = decodeCursor(cursor, { prefix })
  return { marker: session, after }
}

/** Cuts a page out of the one that the service gave. */
export function cutPage(
  names: readonly string[],
  next: string | undefined,
  { position, prefix, limit }: { position: QueuePosition; prefix: string; limit: number },
): QueuePage {
  const rest = names.filter((name) => name > position.after).sort()
  const queues = rest.slice(0, limit)
  const after = queues.at(-1) ?? position.after
  const cursor = (marker: string | undefined): string =>
    encodeCursor({ after, kind: 'object', session: marker }, { prefix })
  if (rest.length > limit) return { queues, cursor: cursor(position.marker) }
  return { queues, cursor: next === undefined ? undefined : cursor(next) }
}
