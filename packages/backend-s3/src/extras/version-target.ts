/**
 * Requests about one version of an object that have no condition: its tags, its locks.
 *
 * An id of our own is looked up first, so that they are said of what it named.
 */
import type { OperationOptions, StorageError } from '@aos-storage/core'
import { failureOf } from '../errors.ts'
import { etagOf } from '../etag.ts'
import { headOf, type ObjectPlace } from './stored-object.ts'
import { ofVersion, type VersionName, versionNameOf } from './version-id.ts'

/** Which object, as the commands of the SDK name it. */
export interface VersionTarget {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string
}

export interface AboutOptions extends OperationOptions {
  readonly operation: string
  readonly key: string
  /** As users have it; the current version without. */
  readonly versionId?: string | undefined
  /** Codes of the service that say that there is no such thing. */
  readonly absentCodes?: readonly string[] | undefined
}

/**
 * The answer; undefined when the service says that the object has no such thing.
 *
 * @throws StorageError `NOT_FOUND` when there is no such object or version, and as the request.
 */
export async function sendAbout<T>(
  place: ObjectPlace,
  options: AboutOptions,
  send: (target: VersionTarget, signal: AbortSignal) => Promise<T>,
): Promise<T | undefined> {
  const { bucket, names } = place
  const { operation, key, versionId, absentCodes = [], signal } = options
  const version = versionId === undefined ? undefined : versionNameOf(key, versionId)
  const target: VersionTarget = {
    ...{ Bucket: bucket.name, Key: names.nameOf(key) },
    ...(version === undefined ? {} : { VersionId: version.id }),
  }
  const request = async (): Promise<T | undefined> => {
    if (version?.etag !== undefined) await assertCurrent(place, options, version)
    return bucket.send<T | undefined>({
      ...{ operation, key, signal },
      send: (abortSignal) => send(target, abortSignal),
      onRefused: async (error) => {
        if (absentCodes.includes(codeOf(error))) return undefined
        // Some say so of an object whose current version is a delete marker.
        if (error.status === 405) await headOf(place, { operation, key, signal })
        throw error
      },
    })
  }
  return version === undefined ? request() : ofVersion(key, versionId!, version, request)
}

/** Looks whether the slot without an id still holds what had this etag. */
async function assertCurrent(
  place: ObjectPlace,
  { operation, key, signal }: AboutOptions,
  { id, etag }: VersionName,
): Promise<void> {
  await headOf(place, {
    ...{ operation, key, versionId: id, signal },
    ifMatch: etagOf(etag!, true),
  })
}

/** The service's code behind an error. */
export function codeOf(error: StorageError): string {
  return failureOf(error.cause).code
}
