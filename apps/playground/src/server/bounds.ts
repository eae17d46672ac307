/** Amounts that a person may choose: the server refuses what is beyond, pages do not offer it. */
import { type GenericSchema, integer, maxValue, minValue, number, pipe } from 'valibot'

/** A whole number from `min` to `max`. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** The schema of a whole number within its bounds. */
export function whole({ min, max }: Bounds): GenericSchema<number> {
  return pipe(number(), integer(), minValue(min), maxValue(max))
}
