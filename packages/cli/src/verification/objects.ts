/** What is at a location, and below it. */
import { isStorageError, type ListedObject, type StorageManager } from '@aos-storage/core'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { printableLine } from '../output/printable.ts'
import { folderOf } from '../transfer/scope.ts'

/** The object of just this key comes first; then what is below it, in the order of listings. */
export async function* objectsAt(
  store: StorageManager,
  location: Location,
  signal: AbortSignal,
): AsyncGenerator<ListedObject, void, undefined> {
  const prefix = folderOf(location)
  if (prefix !== location.key) {
    const object = await objectOf(store, location.key, signal)
    if (object !== undefined) yield object
  }
  for await (const entry of store.list({ prefix, signal })) {
    if (entry.kind === 'object') yield entry
  }
}

async function objectOf(
  store: StorageManager,
  key: string,
  signal: AbortSignal,
): Promise<ListedObject | undefined> {
  try {
    return await store.stat(key, { signal, foreign: true })
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}

/** A check of nothing has not passed: a misspelt prefix would count as sound. */
export function nothingAt(location: Location): CommandFailure {
  const place = printableLine(formatLocation(location, location.key))
  return new CommandFailure(exitCodes.notFound, `There is nothing at ${place}`)
}
