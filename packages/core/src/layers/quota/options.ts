/** What the quota layer takes, and what it tells. */
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import { assertPrefix } from '../../keys.ts'
import { assertInteger, assertMethods, describe, ownOptions } from '../../options.ts'

/** What {@link quota} takes. */
export interface QuotaOptions {
  /** At least one of `bytesMax` and `objectsMax`. */
  readonly bytesMax?: number | undefined
  readonly objectsMax?: number | undefined
  /** The share of a limit from which on a warning is given. Default 0.8. */
  readonly warnAt?: number | undefined
  /** Called once whenever the share rises to `warnAt`, after it had been 0.05 below. */
  readonly onWarning?: ((usage: QuotaUsage) => void) | undefined
  /** The age from which on a write has the store measured anew. Default 60,000. */
  readonly refreshMs?: number | undefined
  /** Only keys that begin so count, and are refused. Default: all. */
  readonly prefix?: string | undefined
  readonly clock?: Clock | undefined
}

/** How much of a quota is used. */
export interface QuotaUsage {
  readonly bytes: number
  readonly objects: number
  readonly bytesMax: number | undefined
  readonly objectsMax: number | undefined
  /** Of the limit that is used most; 1 is all of it. */
  readonly share: number
}

/** @see QuotaOptions.refreshMs */
export const quotaRefreshMsDefault = 60_000
/** A day. */
const quotaRefreshMsMax = 86_400_000

const names: ReadonlySet<string> = new Set<keyof QuotaOptions>([
  ...(['bytesMax', 'objectsMax', 'warnAt', 'onWarning', 'refreshMs', 'prefix', 'clock'] as const),
])

/** The options as they are now. @throws TypeError, StorageError `INVALID_ARGUMENT`. */
export function quotaOptions(options: QuotaOptions): QuotaOptions {
  const own = ownOptions(options, names, 'quota')
  const { bytesMax, objectsMax, warnAt, onWarning, refreshMs, prefix, clock } = own
  if (bytesMax === undefined && objectsMax === undefined) {
    throw new TypeError('quota: give bytesMax, objectsMax, or both')
  }
  if (bytesMax !== undefined) assertInteger(bytesMax, 'quota: bytesMax', 1, Number.MAX_SAFE_INTEGER)
  if (objectsMax !== undefined)
    assertInteger(objectsMax, 'quota: objectsMax', 1, Number.MAX_SAFE_INTEGER)
  if (refreshMs !== undefined) assertInteger(refreshMs, 'quota: refreshMs', 1, quotaRefreshMsMax)
  if (prefix !== undefined) assertPrefix(prefix)
  if (onWarning !== undefined && typeof onWarning !== 'function') {
    throw new TypeError(`quota: onWarning is a function, not ${describe(onWarning)}`)
  }
  assertMethods(clock, 'quota: clock', ['now', 'monotonicMs', 'sleep'])
  if (warnAt === undefined) return own
  if (typeof warnAt !== 'number')
    throw new TypeError(`quota: warnAt is a number, not ${describe(warnAt)}`)
  if (!(warnAt > 0 && warnAt <= 1)) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `quota: warnAt is ${warnAt}; it must be above 0, at most 1`,
    )
  }
  return own
}
