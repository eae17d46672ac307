/**
 * A folder whose copies go to one above it. What the copies replace may be a source that is not
 * copied yet, and then is nowhere any more:
 *
 * ```
 *   mv -r x/p/ x/      x/p/p/z -> x/p/z     first, by the order of keys
 *                      x/p/z   -> x/z       what was x/p/p/z; the own z is lost
 * ```
 */
import { usageError } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { type Ends, holdsSource } from './ends.ts'
import { objectsBelow } from './objects.ts'

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
