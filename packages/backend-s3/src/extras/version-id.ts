/**
 * Ids of versions.
 *
 * ```
 * 3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY   of the service: one version, which never changes
 * null                                of the service: what was written without versioning, which
 *                                     the next such write replaces
 * null:9dd4e461268c8034f5c8564e155c   our own: the same while it has this etag, and no other
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/versioning-workflows.html
 */
import { isStorageError, StorageError, type StorageErrorDetails } from '@aos-storage/core'
import { describe, quoteKey } from '@aos-storage/core/backend'
import { failureOf } from '../errors.ts'

/** The service's id of what has none. */
export const nullId = 'null'
const ownStart = `${nullId}:`
const idBytesMax = 1024

/** What an id says. */
export interface VersionName {
  /** Of the service. */
  readonly id: string
  /** A token that it must have; undefined where the id says it all. */
  readonly etag: string | undefined
}

/**
 * The id of a version, as users have it.
 *
 * @param id Of the service; undefined without versioning.
 */
export function versionIdOf(id: string | undefined, etag: string): string {
  return id === undefined || id === nullId ? ownStart + etag : id
}

/**
 * What an id says.
 *
 * @throws TypeError when it is no string; StorageError `NOT_FOUND` when nothing can have it.
 */
export function versionNameOf(key: string, id: unknown): VersionName {
  if (typeof id !== 'string') throw new TypeError(`An id is a string, not ${describe(id)}`)
  if (id.startsWith(ownStart)) return { id: nullId, etag: id.slice(ownStart.length) }
  // An empty one would be taken for the current version.
  const isPossible = /^[!-~]+$/.test(id) && id.length <= idBytesMax
  if (!isPossible) throw noSuchVersion(key, id)
  return { id, etag: undefined }
}

/** The error of an id that nothing has. */
function noSuchVersion(key: string, id: string, details: StorageErrorDetails = {}): StorageError {
  const message = `Key ${quoteKey(key)} has no version ${quoteKey(id)}`
  return new StorageError('NOT_FOUND', message, { ...details, key })
}

/**
 * True for what services answer to an id that no version has: not found, malformed (400), or that
 * it is a delete marker's (405).
 */
export function isAbsence(error: unknown): boolean {
  if (!isStorageError(error)) return false
  if (error.code === 'NOT_FOUND' || error.status === 405) return true
  if (error.status !== 400 || error.cause === undefined) return false
  const { code, message } = failureOf(error.cause)
  // HEAD has no body that would tell a code.
  return code === '' || (code === 'InvalidArgument' && /version ?id/i.test(message))
}

/** Calls for a version; says of what is missing that it is this id. */
export async function ofVersion<T>(
  key: string,
  id: string,
  { etag }: VersionName,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    const isReplaced = etag !== undefined && isStorageError(error, 'PRECONDITION_FAILED')
    if (isReplaced || isAbsence(error)) throw noSuchVersion(key, id, { cause: error })
    throw error
  }
}
