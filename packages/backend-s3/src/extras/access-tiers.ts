/**
 * Access tiers: the storage classes of S3, that is what storage and reading cost.
 *
 * ```
 * STANDARD, STANDARD_IA, GLACIER_IR ... --> any class      at once, by a copy onto itself
 * GLACIER, DEEP_ARCHIVE                 --> restore        a copy for some days, in hours; while it
 *                                                          lasts it is readable, and may move on
 * INTELLIGENT_TIERING, archived         --> restore        for good
 * ```
 *
 * A version that is not the current one cannot move, for a copy would be another one; it can be
 * restored out of an archive.
 *
 * Invariants: a move keeps the body, metadata, tags, headers, encryption and locks; where the
 * server holds copies to conditions, a write at the same time is not undone by it.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
 */
import { GetObjectCommand, RestoreObjectCommand, type RestoreRequest } from '@aws-sdk/client-s3'
import {
  type AccessTier,
  isStorageError,
  type OperationOptions,
  type SetAccessTierOptions,
  StorageError,
} from '@aos-storage/core'
import { assertInteger, describe, ownOptions, quoteKey } from '@aos-storage/core/backend'
import type { Readable } from 'node:stream'
import { conditionsOf, isConflict, refusalOf, unsupported } from '../conditions.ts'
import { etagOf, tokenOf } from '../etag.ts'
import type { S3Server } from '../server.ts'
import type { CopyChanges, ServerCopy } from '../server-copy.ts'
import { type ArchiveState, archiveStateOf, standardClass } from './archive-state.ts'
import {
  encryptionOf,
  headOf,
  locksOf,
  type ObjectPlace,
  type StoredHead,
  uploadLike,
} from './stored-object.ts'
import type { ObjectTags } from './tags.ts'
import { nullId } from './version-id.ts'
import { codeOf } from './version-target.ts'
import type { ObjectVersions } from './versions.ts'

/** Where an object is kept, and for how long it can be read. */
export interface S3AccessTier extends AccessTier {
  /** When the readable copy of an archived object ends. */
  readonly readableUntil?: Date | undefined
}

/** What `getAccessTier` takes. */
export interface GetAccessTierOptions extends OperationOptions {
  /** Of a version, as `listVersions` gives its id. Default: the current one. */
  readonly versionId?: string | undefined
}

/** What `setAccessTier` takes on S3. */
export interface S3SetAccessTierOptions extends SetAccessTierOptions {
  /** A version that shall be readable again. Default: the current one. */
  readonly versionId?: string | undefined
  /** How long the copy out of `GLACIER` or `DEEP_ARCHIVE` is readable. Default 7. */
  readonly days?: number | undefined
}

export interface AccessTiersOptions extends ObjectPlace {
  readonly server: S3Server
  readonly serverCopy: ServerCopy
  readonly tags: ObjectTags
  readonly versions: ObjectVersions
}

const getNames: ReadonlySet<string> = new Set<keyof GetAccessTierOptions>(['versionId', 'signal'])
const setNames: ReadonlySet<string> = new Set<keyof S3SetAccessTierOptions>([
  ...(['priority', 'days', 'versionId', 'signal'] as const),
])
const daysDefault = 7
const daysMax = 36_500
/** How often a move begins again because the object was overwritten meanwhile, or writers met. */
const changesMax = 5

/** Which object, and for whom. */
interface Place {
  readonly operation: 'getAccessTier' | 'setAccessTier'
  readonly key: string
  readonly versionId: string | undefined
  readonly signal: AbortSignal | undefined
}

/** What is done, with options that were checked. */
interface Moving extends Place {
  readonly tier: string
  readonly priority: 'standard' | 'high'
  readonly days: number
}

/** An object as it was found. */
interface Found extends ArchiveState {
  readonly head: StoredHead
}

export class ObjectTiers {
  readonly #options: AccessTiersOptions

  constructor(options: AccessTiersOptions) {
    this.#options = options
  }

  async get(key: string, options: GetAccessTierOptions = {}): Promise<S3AccessTier> {
    const { versionId, signal } = ownOptions(options, getNames, 'getAccessTier')
    return this.#tier({ operation: 'getAccessTier', key, versionId, signal })
  }

  /** @throws StorageError as `setAccessTier` of the backend. */
  async set(
    key: string,
    tier: string,
    options: S3SetAccessTierOptions = {},
  ): Promise<S3AccessTier> {
    const moving = movingOf(key, tier, options)
    for (let changes = 0; ; changes++) {
      const found = await this.#find(moving)
      try {
        await this.#move(moving, found)
        return await this.#tier(moving)
      } catch (error) {
        // Overwritten between the look at it and the copy, or just now.
        const isChanged = isStorageError(error, 'PRECONDITION_FAILED') || isConflict(error)
        if (!isChanged || changes >= changesMax) throw error
        await this.#options.bucket.requests.rest(changes + 1, moving)
      }
    }
  }

  async #move(moving: Moving, found: Found): Promise<void> {
    const isThere = found.storageClass === moving.tier
    // One that is archived within its class is not there yet.
    if (isThere && found.head.ArchiveStatus === undefined) return
    if (!(await this.#isReadable(moving, found))) return this.#restore(moving, found)
    if (moving.versionId === undefined) return this.#copy(moving, found)
    throw new StorageError(
      'UNSUPPORTED',
      'A version cannot move, it can only be made readable, which it is; restoreVersion(key, id) ' +
        'copies it over the key',
      { key: moving.key },
    )
  }

  /** A copy onto itself: all that it has, in another class. */
  async #copy({ key, tier, signal }: Moving, { head }: Found): Promise<void> {
    const { bucket, names, server, serverCopy } = this.#options
    const name = names.nameOf(key)
    const etag = tokenOf(head.ETag)
    const size = head.ContentLength ?? 0
    const isVersion = head.VersionId !== undefined && head.VersionId !== nullId
    const changes: CopyChanges = {
      ...encryptionOf(head),
      ...locksOf(head, bucket.clock.now()),
      StorageClass: tier as NonNullable<CopyChanges['StorageClass']>,
    }
    const isSingle = serverCopy.isSingle(size)
    if (!isSingle && !isVersion && !server.copySourceMatch) {
      throw unsupported('copies in parts that are held to one version', 'setAccessTier', key)
    }
    await serverCopy.copy({
      ...{ operation: 'setAccessTier', key, from: name, to: name, size, signal, changes },
      fromVersion: isVersion ? head.VersionId : undefined,
      sourceEtag: server.copySourceMatch ? etagOf(etag, server.swap !== 'unquoted') : undefined,
      upload: isSingle ? undefined : uploadLike(head, await this.#tags(key, signal), changes),
      conditions: serverCopy.isHeld(size, server)
        ? conditionsOf({ ifMatch: etag }, server.swap)
        : {},
      onRefused: async (error, lost) => {
        if (lost !== undefined && (await this.#isIn(key, tier, signal))) return ''
        if (isUnknownClass(error)) throw unknownClass(tier, error)
        throw refusalOf(error, { ifMatch: etag })
      },
    })
  }

  /** Starts a restoration, or hastens the one that goes on. */
  async #restore({ key, priority, days, signal }: Moving, { head }: Found): Promise<void> {
    const { bucket, names } = this.#options
    const Tier = priority === 'high' ? 'Expedited' : 'Standard'
    const request: RestoreRequest = { GlacierJobParameters: { Tier } }
    const isForGood = head.ArchiveStatus !== undefined
    const command = new RestoreObjectCommand({
      ...{ Bucket: bucket.name, Key: names.nameOf(key) },
      ...(head.VersionId === undefined ? {} : { VersionId: head.VersionId }),
      RestoreRequest: isForGood ? request : { ...request, Days: days },
    })
    await bucket.send<unknown>({
      ...{ operation: 'setAccessTier', key, signal },
      send: (abortSignal) => bucket.client.send(command, { abortSignal }),
      onRefused: async (error) => {
        // Asked for already, maybe by a try whose answer was lost.
        if (codeOf(error) === 'RestoreAlreadyInProgress') return undefined
        throw error
      },
    })
  }

  async #tier(place: Place): Promise<S3AccessTier> {
    const found = await this.#find(place)
    const { storageClass: tier, isOnItsWay, readableUntil, head } = found
    return {
      tier,
      isReadable: await this.#isReadable(place, found),
      ...(isOnItsWay
        ? { rehydratingTo: head.ArchiveStatus === undefined ? 'STANDARD' : tier }
        : {}),
      ...(readableUntil === undefined ? {} : { readableUntil }),
    }
  }

  async #find({ operation, key, versionId, signal }: Place): Promise<Found> {
    const { versions, bucket } = this.#options
    const head =
      versionId === undefined
        ? await headOf(this.#options, { operation, key, signal })
        : await versions.head(key, versionId, operation, signal)
    return { head, ...archiveStateOf(head, bucket.clock.now()) }
  }

  /** Where the head does not say it, by a read of one byte. */
  async #isReadable({ operation, key, signal }: Place, found: Found): Promise<boolean> {
    if (found.isReadable !== undefined) return found.isReadable
    const { bucket, names } = this.#options
    const { VersionId } = found.head
    const command = new GetObjectCommand({
      ...{ Bucket: bucket.name, Key: names.nameOf(key), Range: 'bytes=0-0' },
      ...(VersionId === undefined ? {} : { VersionId }),
    })
    return bucket.send({
      ...{ operation, key, signal },
      send: async (abortSignal) => {
        const { Body } = await bucket.client.send(command, { abortSignal })
        ;(Body as Readable | undefined)?.destroy()
        return true
      },
      onRefused: async (error) => {
        if (codeOf(error) === 'InvalidObjectState') return false
        // It is empty, and not archived.
        if (error.status === 416) return true
        throw error
      },
    })
  }

  async #isIn(key: string, tier: string, signal: AbortSignal | undefined): Promise<boolean> {
    const head = await headOf(this.#options, { operation: 'setAccessTier', key, signal })
    return (head.StorageClass ?? standardClass) === tier
  }

  #tags(key: string, signal: AbortSignal | undefined): Promise<Record<string, string>> {
    return this.#options.tags.get(key, { signal }, 'setAccessTier')
  }
}

function movingOf(key: string, tier: unknown, options: S3SetAccessTierOptions): Moving {
  const own = ownOptions(options, setNames, 'setAccessTier')
  const { priority = 'standard', days = daysDefault, versionId, signal } = own
  if (typeof tier !== 'string') throw new TypeError(`tier is a string, not ${describe(tier)}`)
  if (!/^[\w-]{1,64}$/.test(tier)) throw unknownClass(tier)
  if (priority !== 'standard' && priority !== 'high') {
    throw new TypeError('setAccessTier: priority is "standard" or "high"')
  }
  assertInteger(days, 'days', 1, daysMax)
  return { operation: 'setAccessTier', key, tier, priority, days, versionId, signal }
}

/** Ceph calls it only an invalid argument. */
function isUnknownClass(error: StorageError): boolean {
  return ['InvalidStorageClass', 'InvalidArgument'].includes(codeOf(error))
}

function unknownClass(tier: string, error?: StorageError): StorageError {
  const { status, requestId, cause, key } = error ?? {}
  return new StorageError(
    'INVALID_ARGUMENT',
    `The server has no storage class ${quoteKey(tier)}, or does not take it here; classes are ` +
      'STANDARD, STANDARD_IA, GLACIER, … in capitals',
    { status, requestId, cause, key },
  )
}
