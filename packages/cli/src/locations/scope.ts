import { usageError } from '../failure.ts'
import type { Location } from './location.ts'

/** What the keys below a location begin with: its key as a folder, or all of the store. */
export function prefixOf({ key }: Location): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`
}

/** For what belongs to the store and not to a key, as tables and queues do. */
export function assertWholeStore(location: Location): Location {
  if (location.key === '') return location
  throw usageError(
    `${location.label} is asked for as a whole, without a key`,
    `Write ${location.label}, and what you look for behind it, after a space`,
  )
}
