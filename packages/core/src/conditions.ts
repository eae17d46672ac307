/**
 * Conditions decided against the current version, for backends that hold the decision and the
 * change together themselves (memory, files). `current` is the stored etag, undefined when missing.
 */
import { StorageError } from './errors.ts'
import { quoteKey } from './keys.ts'

/** @throws `ALREADY_EXISTS` or `PRECONDITION_FAILED` unless a write may replace `current`. */
export function checkWriteConditions(
  key: string,
  current: string | undefined,
  options: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: '*' | undefined },
): void {
  if (options.ifNoneMatch !== undefined && current !== undefined) {
    throw new StorageError(
      'ALREADY_EXISTS',
      `Key ${quoteKey(key)} exists and the write was create-only; load it, or drop ifNoneMatch`,
      { key },
    )
  }
  checkMatch(key, current, options.ifMatch)
}

/** @throws `PRECONDITION_FAILED` unless `ifMatch` is absent or names `current`. */
export function checkMatch(
  key: string,
  current: string | undefined,
  ifMatch: string | undefined,
): void {
  if (ifMatch === undefined || ifMatch === current) return
  throw new StorageError('PRECONDITION_FAILED', unmatchedText(key, current, ifMatch), { key })
}

function unmatchedText(key: string, current: string | undefined, ifMatch: string): string {
  if (ifMatch === '*') return "ifMatch is the etag of a version; '*' is for ifNoneMatch only"
  return current === undefined
    ? `Key ${quoteKey(key)} has no version ${quoteKey(ifMatch)}: it does not exist any more`
    : `Key ${quoteKey(key)} was changed by someone else; load it again and redo the change`
}

/** @throws `PRECONDITION_FAILED` or `NOT_MODIFIED` unless a reader wants version `current`. */
export function checkReadConditions(
  key: string,
  current: string,
  options: { readonly ifMatch?: string | undefined; readonly ifNoneMatch?: string | undefined },
): void {
  checkMatch(key, current, options.ifMatch)
  if (options.ifNoneMatch === current || options.ifNoneMatch === '*') {
    throw new StorageError('NOT_MODIFIED', `Key ${quoteKey(key)} is unchanged`, { key })
  }
}

/** The error of every operation on a key that has no object. */
export function notFound(key: string): StorageError {
  return new StorageError('NOT_FOUND', `No object has the key ${quoteKey(key)}`, { key })
}
