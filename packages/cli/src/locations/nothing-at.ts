import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printableLine } from '../output/printable.ts'
import { formatLocation, type Location } from './location.ts'

/** To work on nothing is no success: the prefix may be misspelt. */
export function nothingAt(location: Location): CommandFailure {
  return new CommandFailure(
    exitCodes.notFound,
    `There is nothing at ${printableLine(formatLocation(location, location.key))}`,
    `"aos-storage ls ${printableLine(location.label)}" lists what there is`,
  )
}
