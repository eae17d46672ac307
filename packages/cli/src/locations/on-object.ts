import { isStorageError, type StorageManager } from '@aos-storage/core'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printableLine } from '../output/printable.ts'
import { formatLocation, type Location } from './location.ts'

/**
 * Does the work on one object.
 *
 * @throws CommandFailure where there is none, but others below its key: what was meant is a folder.
 */
export async function onObject<Result>(
  store: StorageManager,
  location: Location,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const isMissing = isStorageError(error, 'NOT_FOUND') && error.key === location.key
    if (isMissing && (await hasBelow(store, location.key, signal))) throw isPrefix(location)
    throw error
  }
}

/** False also where nobody may list. */
async function hasBelow(store: StorageManager, key: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of store.list({ prefix: `${key}/`, limit: 1, signal })) return true
  } catch {
    // Then only that there is no such object.
  }
  return false
}

function isPrefix(location: Location): CommandFailure {
  const name = printableLine(formatLocation(location, location.key))
  return new CommandFailure(
    exitCodes.notFound,
    `There is no object at ${name}, but there are some below ${name}/`,
    `"aos-storage ls ${name}/" lists them; get, cp, mv and rm take them all with --recursive`,
  )
}
