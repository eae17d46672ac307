/** What the stores are called. Shared with the page. */
import type { MigrationPlan, Place } from './wire.ts'

export function placeText(place: Place): string {
  switch (place.kind) {
    case 'playground':
      return 'the objects of the playground'
    case 'sample':
      return 'the sample set'
    case 'memory':
      return 'memory'
    default:
      return `the store ${place.name}`
  }
}

/** `the sample set to the store copy`. */
export function pathText({ from, to }: Pick<MigrationPlan, 'from' | 'to'>): string {
  return `${placeText(from)} to ${placeText(to)}`
}
