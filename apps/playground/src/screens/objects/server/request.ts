/** The parts that requests are made of. What a key may be is the manager's to say. */
import * as v from 'valibot'

/** Longer texts are no keys; most keys are far shorter. */
const textLengthMax = 4096

export const keyText = v.pipe(v.string(), v.minLength(1), v.maxLength(textLengthMax))
export const prefixText = v.pipe(v.string(), v.maxLength(textLengthMax))
export const etagText = v.pipe(v.string(), v.minLength(1), v.maxLength(textLengthMax))
/** The id of a version, which is the service's. */
export const versionText = v.pipe(v.string(), v.minLength(1), v.maxLength(textLengthMax))
export const contentTypeText = v.pipe(v.string(), v.minLength(1), v.maxLength(255))
/** A boolean in an address. */
export const flagText = v.pipe(
  v.picklist(['true', 'false']),
  v.transform((text) => text === 'true'),
)

/** A whole number in an address. */
export function numberText(min: number, max: number) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{1,16}$/, 'a whole number'),
    v.transform(Number),
    v.minValue(min),
    v.maxValue(max),
  )
}
