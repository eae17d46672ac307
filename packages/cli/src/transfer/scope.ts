/** Which objects of a location a command takes: one, or those below a prefix. */
import { keyPattern } from '@aos-storage/core'
import { usageError } from '../failure.ts'
import type { Location } from '../locations/location.ts'

/** Keys below a location begin so: `logs` and `logs/` are both the folder `logs/`. */
export function folderOf({ key }: Location): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`
}

export interface SelectionOptions {
  readonly recursive?: boolean
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
}

/** Patterns are of keys without the prefix, as they are listed below it. */
export function selectionOf({
  include = [],
  exclude = [],
}: SelectionOptions): (relative: string) => boolean {
  const wanted = include.map((pattern) => keyPattern(pattern).matches)
  const unwanted = exclude.map((pattern) => keyPattern(pattern).matches)
  return (key) =>
    (wanted.length === 0 || wanted.some((fits) => fits(key))) && !unwanted.some((fits) => fits(key))
}

/** @throws CommandFailure for patterns where there is nothing to select from. */
export function assertSelects({ recursive, include, exclude }: SelectionOptions): void {
  if (recursive === true || (include === undefined && exclude === undefined)) return
  throw usageError('--include and --exclude select among many objects', 'Say --recursive, too')
}

/** The key of one object at a destination: in a folder it keeps its name. */
export function targetKey(destination: Location, name: string): string {
  const { key } = destination
  return key === '' || key.endsWith('/') ? `${key}${name}` : key
}

/** The last segment of a key. */
export function nameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1)
}
