/** Copies and moves, within a backend and between two. */
import type { CopyOptions, ObjectInfo } from '../backend.ts'
import { checkWriteConditions } from '../conditions.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { quoteKey } from '../keys.ts'
import type { Access } from './access.ts'
import type { Admission, Loose } from './admission.ts'
import type { CopyKeyOptions, MoveOptions } from './options.ts'
import { writeOptions } from './values.ts'

/** One end of a transfer. */
export interface TransferEnd {
  readonly access: Access
  readonly admission: Admission
}

/** Copies within the backend, which does not move the bytes through this process. */
export async function copyWithin(
  { access, admission }: TransferEnd,
  from: string,
  to: string,
  options: CopyOptions,
): Promise<ObjectInfo> {
  admission.copyConditions(options as Loose)
  const { sourceIfMatch, ifMatch, ifNoneMatch, signal } = options
  const conditions: CopyOptions = {
    ...(sourceIfMatch === undefined ? {} : { sourceIfMatch }),
    ...(ifMatch === undefined ? {} : { ifMatch }),
    ...(ifNoneMatch === undefined ? {} : { ifNoneMatch }),
    ...(signal === undefined ? {} : { signal }),
  }
  return access.copy(from, to, conditions)
}

/**
 * Streams an object with its type and metadata from one store to another.
 *
 * @throws StorageError of the source with `from` as its key, of the target with `to`.
 */
export async function copyBetween(
  source: TransferEnd,
  from: string,
  target: TransferEnd,
  to: string,
  options: CopyKeyOptions,
): Promise<ObjectInfo> {
  const { sourceIfMatch, ifMatch, ifNoneMatch, signal } = options
  const reading = { ifMatch: sourceIfMatch, signal }
  source.admission.read(reading, new Set(['ifMatch', 'signal']), 'copy')
  const result = await source.access.read(from, reading)
  const body = source.access.body(result, signal)
  try {
    const { contentType, metadata } = result.info
    const writing = { metadata, ifMatch, ifNoneMatch, signal }
    target.admission.write(writing, new Set(Object.keys(writing)), 'copy')
    const bytes = result.body instanceof Uint8Array ? await body.bytes() : body
    return await target.access.write(to, bytes, writeOptions(contentType, writing))
  } catch (error) {
    throw isSourceFailure(error, signal)
      ? error.cause.with({ operation: 'copy', key: from })
      : error
  } finally {
    await body.cancel()
  }
}

/** True when the body broke off: then the error is the source's, not the target's. */
function isSourceFailure(
  error: unknown,
  signal: AbortSignal | undefined,
): error is StorageError & { readonly cause: StorageError } {
  return signal?.aborted !== true && isStorageError(error, 'ABORTED') && isStorageError(error.cause)
}

/**
 * Copies, then deletes the source in the version that was copied, so that what others write to the
 * source meanwhile is not lost.
 *
 * @throws StorageError `CONFLICT` when the source changed; the copy and the newer source both stay.
 * Of the delete, retryable `'no'`: the copy is made, and made again it could refuse itself.
 */
export async function move(
  end: TransferEnd,
  from: string,
  to: string,
  options: MoveOptions,
): Promise<ObjectInfo> {
  const { access, admission } = end
  const { sourceCheck = 'version', signal, ifMatch, ifNoneMatch } = options
  admission.copyConditions({ ifMatch, ifNoneMatch })
  const abort = signal === undefined ? {} : { signal }
  const source = await access.stat(from, abort)
  const { etag } = source
  if (from === to) return unmoved(access, source, { ifMatch, ifNoneMatch })
  const isChecked = sourceCheck === 'version'
  // Asked before the copy: a backend without conditional delete shall not leave a copy behind.
  if (isChecked) admission.deleteCondition(etag)
  const canPin = access.backend.capabilities.conditionalCopy !== 'none'
  const pin = isChecked && canPin ? { sourceIfMatch: etag } : {}
  const info = await copyWithin(end, from, to, { ...abort, ifMatch, ifNoneMatch, ...pin }).catch(
    (error: unknown) => {
      if (!isStorageError(error, 'PRECONDITION_FAILED')) throw error
      // With a condition on each end, the key tells which one failed.
      throw ifMatch === undefined || error.key === from
        ? conflict(access, from, 'it stays, and nothing was copied', error)
        : error
    },
  )
  try {
    await access.delete(from, isChecked ? { ...abort, ifMatch: etag } : abort)
  } catch (error) {
    if (!isStorageError(error)) throw error
    if (error.code !== 'PRECONDITION_FAILED') throw halfMoved(from, to, error)
    const state = `it stays, and the version before is at ${quoteKey(to)}`
    throw conflict(access, from, state, error)
  }
  return info
}

/** A move onto itself: nothing to do, where its conditions hold. */
function unmoved(access: Access, info: ObjectInfo, conditions: CopyOptions): ObjectInfo {
  try {
    checkWriteConditions(info.key, info.etag, conditions)
    return info
  } catch (error) {
    throw access.fault(error, 'move', info.key)
  }
}

function halfMoved(from: string, to: string, error: StorageError): StorageError {
  return error.with({
    message:
      `The copy is at ${quoteKey(to)}; to finish the move, delete ${quoteKey(from)} if it is ` +
      `still there: ${error.message}`,
    operation: 'move',
    retryable: 'no',
  })
}

function conflict(access: Access, from: string, state: string, cause: unknown): StorageError {
  return new StorageError(
    'CONFLICT',
    `Key ${quoteKey(from)} was changed or deleted by someone else while it was moved: ${state}`,
    { backend: access.backend.name, operation: 'move', key: from, cause },
  )
}
