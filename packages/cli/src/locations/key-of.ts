import { usageError } from '../failure.ts'
import { printableLine } from '../output/printable.ts'
import { formatLocation, type Location } from './location.ts'

/** The key of a location that must name one object. */
export function keyOf(location: Location): string {
  if (location.key !== '' && !location.key.endsWith('/')) return location.key
  const example = printableLine(formatLocation(location, `${location.key}KEY`))
  throw usageError(
    `${formatLocation(location, location.key)} names no object`,
    `Write its key behind it: ${example}; get, cp, mv and rm take a prefix with --recursive`,
  )
}
