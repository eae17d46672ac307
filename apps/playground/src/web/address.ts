/**
 * How the state of a view is written into an address: as plain text, so that a person can write
 * one by hand (`?key=123`) and every key means itself. A schema reads what is no text.
 */
import {
  boolean,
  integer,
  minValue,
  number,
  picklist,
  pipe,
  string,
  transform,
  union,
} from 'valibot'

/** Of a name that stands there twice the last counts. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

/** With its `?`, or empty. What is undefined is left out. */
export function stringifySearch(search: object): string {
  const entries: [string, unknown][] = Object.entries(search).filter(
    ([, value]) => value !== undefined,
  )
  const text = new URLSearchParams(entries.map(([name, value]) => [name, String(value)])).toString()
  return text === '' ? '' : `?${text}`
}

/** `true` or `false`. */
export const flag = union([
  boolean(),
  pipe(
    picklist(['true', 'false']),
    transform((text) => text === 'true'),
  ),
])

const count = pipe(number(), integer(), minValue(0))

/** A whole number from 0, in decimal digits. */
export const wholeNumber = union([
  count,
  pipe(
    string(),
    transform((text) => (/^\d+$/.test(text) ? Number(text) : Number.NaN)),
    count,
  ),
])
