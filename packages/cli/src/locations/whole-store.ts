import { usageError } from '../failure.ts'
import type { Location } from './location.ts'

/** For what belongs to the store and not to a key, as tables and queues do. */
export function assertWholeStore(location: Location): Location {
  if (location.key === '') return location
  throw usageError(
    `${location.label} is asked for as a whole, without a key`,
    `Write ${location.label}, and what you look for behind it, after a space`,
  )
}
