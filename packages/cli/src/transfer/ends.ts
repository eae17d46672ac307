/** Both stores of a transfer, opened; one that both are is opened once. */
import type { StorageManager } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'
import { assertFolder } from '../locations/folder.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { isOneStore, isWithin, type Place, placeOf } from './place.ts'

export interface Ends extends AsyncDisposable {
  readonly source: StorageManager
  readonly destination: StorageManager
  /** One store: what is copied does not pass through this process. */
  readonly isOne: boolean
  /** True where both may be one place under two names; then their places were asked for. */
  readonly places: { readonly source: Place; readonly destination: Place } | undefined
}

export interface EndOptions {
  readonly from: Location
  readonly to: Location
  /** Whether the source is written to, as by a move. */
  readonly sourceAccess: 'read' | 'write'
  /** Nothing is written in a dry run. */
  readonly isDryRun: boolean
}

export async function openEnds(
  { stores, io }: Pick<CommandContext, 'stores' | 'io'>,
  { from, to, sourceAccess, isDryRun }: EndOptions,
): Promise<Ends> {
  // A source that is written to is there all the same.
  await assertFolder(await stores.configOf(from), io.cwd)
  const access = isDryRun ? 'preview' : 'write'
  if (from.label === to.label) {
    const store = await stores.objects(from, access)
    const places = placesInOne(from.key, to.key)
    return { ...{ source: store, destination: store, isOne: true, places }, ...closing(store) }
  }
  const source = await stores.objects(from, isDryRun ? 'read' : sourceAccess)
  let destination: StorageManager | undefined
  try {
    destination = await stores.objects(to, access)
    // Of different kinds: nothing is asked.
    if (source.name !== destination.name) {
      return {
        ...{ source, destination, isOne: false, places: undefined },
        ...closing(source, destination),
      }
    }
    const places = {
      source: await placeOf(source, from.key, io.signal),
      destination: await placeOf(destination, to.key, io.signal),
    }
    return { ...{ source, destination, isOne: false, places }, ...closing(source, destination) }
  } catch (error) {
    await source.close()
    await destination?.close()
    throw error
  }
}

function placesInOne(from: string, to: string): Ends['places'] {
  const store = 'one'
  return { source: { store, folder: from }, destination: { store, folder: to } }
}

function closing(...stores: readonly StorageManager[]): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await Promise.all(stores.map((store) => store.close()))
    },
  }
}

/**
 * Locations of folders with their slash, so that places are compared segment by segment.
 *
 * @throws CommandFailure when the copies would come to lie among what is copied.
 */
export function assertApart({ places }: Ends, from: Location, to: Location): void {
  if (places === undefined || !isWithin(places.destination, places.source)) return
  const [source, destination] = [from, to].map((each) => formatLocation(each, each.key))
  throw usageError(
    places.destination.folder === places.source.folder
      ? `${source} and ${destination} are one place`
      : `${destination} lies within ${source}: its copies would be copied again`,
    'Give a destination outside of the source',
  )
}

/** True when what is deleted at the destination may be the source. */
export function holdsSource({ places }: Ends): boolean {
  return places !== undefined && isWithin(places.source, places.destination)
}

/** True when one object is both ends. */
export function isOnePlace({ places }: Ends): boolean {
  return (
    places !== undefined &&
    isOneStore(places.source, places.destination) &&
    places.source.folder === places.destination.folder
  )
}

/**
 * What is moved is deleted in the version that was copied, where the store can tell versions apart.
 *
 * @throws CommandFailure where it cannot, and nobody said that it does not matter.
 */
export function assertDeletes({ source }: Ends, from: Location, isChecked: boolean): void {
  if (!isChecked || source.capabilities.conditionalDelete !== 'none') return
  throw new CommandFailure(
    exitCodes.failed,
    `${from.label} has no conditional delete: what others write to an object while it is moved ` +
      'would be deleted unseen',
    'If nobody else writes to it, say --no-source-check',
  )
}

/** @throws CommandFailure when both are one store under two names. */
export function assertOneName({ isOne, places }: Ends, from: Location, to: Location): void {
  // Two file stores are two, also on one host.
  if (isOne || places === undefined || places.source.store === 'file') return
  if (!isOneStore(places.source, places.destination)) return
  throw usageError(
    `${from.label} and ${to.label} are one store`,
    `Write both with ${from.label}: then the service moves them itself`,
  )
}
