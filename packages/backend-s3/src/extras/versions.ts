/**
 * Versions: what the service keeps of a key when it is overwritten or deleted, in a bucket with
 * versioning on. Elsewhere a key has one version, the current one.
 *
 * ```
 * write      v1
 * write      v1  v2
 * delete     v1  v2  marker     nothing is current; a marker is no version
 * undelete   v1  v2             takes the markers away: v2 is current again
 * restore    v1  v2  v3         a copy of v1
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
 */
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import {
  isStorageError,
  type ObjectInfo,
  type ObjectVersion,
  type OperationOptions,
  type ReadOptions,
  type ReadResult,
  StorageError,
} from '@aos-storage/core'
import { assertToken, ownOptions, ownRange } from '@aos-storage/core/backend'
import { eachPlace } from '@aos-storage/core/remote'
import { conditionError } from '../conditions.ts'
import { etagOf } from '../etag.ts'
import { infoOf } from '../info.ts'
import type { S3Reader } from '../reader.ts'
import type { S3Server } from '../server.ts'
import { type DeleteTarget, deleteTargetOf } from './delete-target.ts'
import { signalOf } from './extra-calls.ts'
import { assertFlag, keptText } from './object-locks.ts'
import { headOf, locksOf, type ObjectPlace, type StoredHead } from './stored-object.ts'
import {
  isAbsence,
  nullId,
  ofVersion,
  versionIdOf,
  type VersionName,
  versionNameOf,
} from './version-id.ts'
import { type ListedMarker, type ListedVersion, versionPages } from './version-list.ts'

/** What `deleteVersion` takes on S3. */
export interface DeleteVersionOptions extends OperationOptions {
  /** Also one that a `GOVERNANCE` keeps; needs `s3:BypassGovernanceRetention`. */
  readonly bypassGovernance?: boolean | undefined
}

export interface VersionsOptions extends ObjectPlace {
  readonly reader: S3Reader
  readonly server: S3Server
}

const readNames: ReadonlySet<string> = new Set<keyof ReadOptions>([
  ...(['range', 'ifMatch', 'ifNoneMatch', 'signal'] as const),
])
const deleteNames: ReadonlySet<string> = new Set<keyof DeleteVersionOptions>([
  ...(['bypassGovernance', 'signal'] as const),
])
/** Listings tell neither type nor metadata: so many versions are asked for them at once. */
const headsAtOnceMax = 16

export class ObjectVersions {
  readonly #options: VersionsOptions

  constructor(options: VersionsOptions) {
    this.#options = options
  }

  async *list(key: string, signal: AbortSignal | undefined): AsyncGenerator<ObjectVersion> {
    const { bucket, names } = this.#options
    const place = { bucket, operation: 'listVersions', name: names.nameOf(key), signal }
    for await (const { versions } of versionPages(place)) {
      for (let at = 0; at < versions.length; at += headsAtOnceMax) {
        const listed = versions.slice(at, at + headsAtOnceMax)
        const found = await eachPlace(listed.length, headsAtOnceMax, signal, (place, ended) =>
          this.#version(key, listed[place]!, ended),
        )
        yield* found.filter((version) => version !== undefined)
      }
    }
  }

  /** @throws StorageError `NOT_FOUND`, and as `read`. */
  async read(key: string, id: string, options: ReadOptions = {}): Promise<ReadResult> {
    const own = ownOptions(options, readNames, 'readVersion')
    assertToken(own.ifMatch, 'ifMatch')
    assertToken(own.ifNoneMatch, 'ifNoneMatch')
    const range = own.range === undefined ? undefined : ownRange(own.range)
    const version = versionNameOf(key, id)
    const { etag } = version
    if (etag !== undefined && own.ifMatch !== undefined && own.ifMatch !== etag) {
      await this.head(key, id, 'readVersion', own.signal)
      throw conditionError('PRECONDITION_FAILED', 'readVersion', key)
    }
    const pinned = etag === undefined ? {} : { ifMatch: etag }
    const reader = this.#options.reader.ofVersion(version.id)
    return ofVersion(key, id, version, () => reader.read(key, { ...own, range, ...pinned }))
  }

  /** @throws StorageError as `deleteVersion` of the backend. */
  async delete(key: string, id: string, options: DeleteVersionOptions = {}): Promise<boolean> {
    const own = ownOptions(options, deleteNames, 'deleteVersion')
    assertFlag(own.bypassGovernance, 'deleteVersion')
    const { signal } = own
    let version: VersionName
    try {
      version = versionNameOf(key, id)
      await this.head(key, id, 'deleteVersion', signal)
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return false
      throw error
    }
    const { etag } = version
    const place = { operation: 'deleteVersion', key, etag, signal }
    // An id of the service is taken at its word.
    const target =
      etag === undefined
        ? { VersionId: version.id }
        : await deleteTargetOf(this.#options, version.id, place)
    try {
      return await this.#delete(key, target, own)
    } catch (error) {
      if (!isStorageError(error, 'PERMISSION_DENIED')) throw error
      throw (await this.#locked(key, id, error, signal)) ?? error
    }
  }

  /** @throws StorageError `NOT_FOUND` when no version is left. */
  async undelete(key: string, options: OperationOptions = {}): Promise<ObjectInfo> {
    const signal = signalOf(options, 'undelete')
    const { bucket, names, reader } = this.#options
    const place = { bucket, operation: 'undelete', name: names.nameOf(key), signal }
    await this.#assertKept(key, place)
    let last: string | undefined
    for (;;) {
      // The current one is the first of all, and a marker is what hides the others.
      const page = await versionPages({ ...place, pageSize: 1 }).next()
      const marker = page.done === true ? undefined : page.value.markers.find(isCurrentOne)
      if (marker === undefined) return reader.stat(key, { signal }, 'undelete')
      if (marker.id === last) throw notDeleted(key)
      last = marker.id
      const held = { operation: 'undelete', key, etag: undefined, signal }
      const target = await deleteTargetOf(this.#options, marker.id, held)
      await this.#delete(key, target, { signal, operation: 'undelete' })
    }
  }

  /** Of a listed version; undefined when it was deleted meanwhile. */
  async #version(
    key: string,
    { id, etag, isCurrent }: ListedVersion,
    signal: AbortSignal,
  ): Promise<ObjectVersion | undefined> {
    const reader = this.#options.reader.ofVersion(id)
    const ifMatch = id === nullId && etag !== '' ? { ifMatch: etag } : {}
    try {
      const head = await reader.head(key, { ...ifMatch, signal }, 'listVersions')
      const info = infoOf(key, head)
      const kept = id === nullId ? { isKept: false as const } : {}
      return { id: versionIdOf(id, info.etag), isCurrent, info, ...kept }
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND', 'PRECONDITION_FAILED')) return undefined
      throw error
    }
  }

  /** All that is told of a version. @throws StorageError `NOT_FOUND`. */
  head(
    key: string,
    id: string,
    operation: string,
    signal: AbortSignal | undefined,
  ): Promise<StoredHead> {
    const version = versionNameOf(key, id)
    const ifMatch = version.etag === undefined ? {} : { ifMatch: etagOf(version.etag, true) }
    const place = { operation, key, versionId: version.id, ...ifMatch, signal }
    return ofVersion(key, id, version, () => headOf(this.#options, place))
  }

  #delete(
    key: string,
    target: DeleteTarget,
    options: DeleteVersionOptions & { readonly operation?: string },
  ): Promise<boolean> {
    const { bucket, names } = this.#options
    const { operation = 'deleteVersion', bypassGovernance, signal } = options
    const command = new DeleteObjectCommand({
      ...{ Bucket: bucket.name, Key: names.nameOf(key), ...target },
      ...(bypassGovernance === true ? { BypassGovernanceRetention: true } : {}),
    })
    return bucket.send({
      ...{ operation, key, signal },
      send: async (abortSignal) => {
        await bucket.client.send(command, { abortSignal })
        return true
      },
      onRefused: async (error, lost) => {
        const isGone = isAbsence(error) || error.code === 'PRECONDITION_FAILED'
        // Gone since the try whose answer was lost: most likely by it.
        if (isGone) return lost !== undefined
        throw error
      },
    })
  }

  /** What keeps the version, where that is why it was not deleted. */
  async #locked(
    key: string,
    id: string,
    { status, requestId, cause }: StorageError,
    signal: AbortSignal | undefined,
  ): Promise<StorageError | undefined> {
    const head = await this.head(key, id, 'deleteVersion', signal).catch(() => undefined)
    if (head === undefined) return undefined
    const locks = locksOf(head, this.#options.bucket.clock.now())
    const { ObjectLockMode: mode, ObjectLockRetainUntilDate: until } = locks
    const details = { status, requestId, cause, key }
    if (locks.ObjectLockLegalHoldStatus === 'ON') {
      const fix = 'The version is on legal hold; end it by setLegalHold(key, false, { versionId })'
      return new StorageError('PERMISSION_DENIED', fix, details)
    }
    if (mode === undefined || until === undefined) return undefined
    return new StorageError('PERMISSION_DENIED', keptText({ mode, until }), details)
  }

  /** @throws StorageError `NOT_FOUND` when there is nothing to bring back. */
  async #assertKept(key: string, place: Parameters<typeof versionPages>[0]): Promise<void> {
    for await (const { versions } of versionPages(place)) if (versions.length > 0) return
    throw new StorageError('NOT_FOUND', 'No version of it is left', { key })
  }
}

function isCurrentOne({ isCurrent }: ListedMarker): boolean {
  return isCurrent
}

function notDeleted(key: string): StorageError {
  const message = 'Its delete marker is still there after it was deleted; try again'
  return new StorageError('CONFLICT', message, { key })
}
