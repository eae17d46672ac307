/**
 * A folder whose copies go to one above it. What the copies replace may be a source that is not
 * copied yet, and then is nowhere any more:
 *
 * ```
 *   mv -r x/p/ x/      x/p/p/z -> x/p/z     first, by the order of keys
 *                      x/p/z   -> x/z       what was x/p/p/z; the own z is lost
 * ```
 */
import { isStorageError } from '@aos-storage/core'
import { usageError } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { type Ends, holdsSource } from './ends.ts'
import { objectsBelow } from './objects.ts'
import { isOneStore } from './place.ts'
import type { SurplusObject } from './surplus.ts'

interface Copying {
  readonly from: Location
  readonly to: Location
  readonly isWanted: (relative: string) => boolean
  readonly signal: AbortSignal
}

/** @throws CommandFailure when a copy would come to lie among what is copied. */
export async function assertNoneReplaced(
  ends: Ends,
  { from, to, isWanted, signal }: Copying,
): Promise<void> {
  const { places } = ends
  if (places === undefined || !holdsSource(ends)) return
  const between = places.source.folder.slice(places.destination.folder.length)
  const scope = {
    prefix: from.key + between,
    isWanted: (relative: string) => isWanted(between + relative),
    signal,
  }
  for await (const { key, relative } of objectsBelow(ends.source, scope)) {
    const target = formatLocation(to, to.key + between + relative)
    throw usageError(
      `${formatLocation(from, key)} would go to ${target}, among what is copied, and could ` +
        'replace what was not yet',
      `Bring it elsewhere first, or leave it out: --exclude '${between}**'`,
    )
  }
}

/**
 * A store that has two addresses is taken for two. What would be deleted at the destination is then
 * looked for at the source, where its whole key lies there: the same version is the same object.
 *
 * @throws CommandFailure when it is there.
 */
export async function assertNoSource(
  { source, places }: Ends,
  { key, etag, modifiedAt, from, to, signal }: SurplusObject & Omit<Copying, 'isWanted'>,
): Promise<void> {
  if (places === undefined || isOneStore(places.source, places.destination)) return
  const whole = places.destination.folder + key
  if (!whole.startsWith(places.source.folder)) return
  const own = from.key + whole.slice(places.source.folder.length)
  try {
    const found = await source.stat(own, { foreign: true, signal })
    const isSame = found.etag === etag && found.modifiedAt.getTime() === modifiedAt.getTime()
    if (!isSame) return
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND', 'INVALID_KEY')) return
    throw error
  }
  throw usageError(
    `${formatLocation(from, own)} and ${formatLocation(to, to.key + key)} seem to be one object: ` +
      '--delete would delete the source',
    'Leave --delete out',
  )
}
