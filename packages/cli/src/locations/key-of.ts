import { usageError } from '../failure.ts'
import { formatLocation, type Location } from './location.ts'

/** The key of a location that must name one object. */
export function keyOf(location: Location): string {
  if (location.key !== '' && !location.key.endsWith('/')) return location.key
  throw usageError(
    `${formatLocation(location, location.key)} names no object`,
    `Write its key behind it: ${formatLocation(location, `${location.key}KEY`)}; get, cp, mv and rm ` +
      'take all below a prefix with --recursive',
  )
}
