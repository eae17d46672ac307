/**
 * What S3 can do beside the contract, as members of the backend. A server that cannot do one
 * answers `UNSUPPORTED`; nothing is asked beforehand.
 */
import {
  type AccessTiers,
  extraMembers,
  type ObjectInfo,
  type ObjectVersion,
  type OperationOptions,
  type Presign,
  type PresignedRequest,
  type PresignOptions,
  type ReadOptions,
  type ReadResult,
  type TagOptions,
  type Tags,
  type Versions,
} from '@aos-storage/core'
import { assertForeignKey } from '@aos-storage/core/backend'
import type { StoredHeaders } from '../calls.ts'
import type { ServerCopy } from '../server-copy.ts'
import {
  type GetAccessTierOptions,
  ObjectTiers,
  type S3AccessTier,
  type S3SetAccessTierOptions,
} from './access-tiers.ts'
import { ExtraCalls, signalOf } from './extra-calls.ts'
import { FormPresigner, type PresignedForm, type PresignPostOptions } from './form-presigner.ts'
import {
  type LockOptions,
  ObjectLocks,
  type Retention,
  type SetRetentionOptions,
} from './object-locks.ts'
import { ObjectPresigner } from './presigner.ts'
import { VersionRestorer } from './restorer.ts'
import { canSign } from './signing-client.ts'
import { ObjectTags } from './tags.ts'
import { type ListUploadsOptions, type UnfinishedUpload, Uploads } from './uploads.ts'
import { type DeleteVersionOptions, ObjectVersions, type VersionsOptions } from './versions.ts'

/** What the extras are made of. */
export interface ExtraParts extends VersionsOptions {
  readonly serverCopy: ServerCopy
  /** Of all that is written. */
  readonly headers: StoredHeaders
}

/** The backend's members beside the contract. */
export abstract class S3Extras extends ExtraCalls implements Presign, AccessTiers, Versions, Tags {
  /** Names of the members, as `capabilities.extras` has them. */
  protected readonly extras: readonly string[]
  readonly #presigner: ObjectPresigner
  readonly #forms: FormPresigner
  readonly #tiers: ObjectTiers
  readonly #versions: ObjectVersions
  readonly #restorer: VersionRestorer
  readonly #locks: ObjectLocks
  readonly #tags: ObjectTags
  readonly #uploads: Uploads

  protected constructor(parts: ExtraParts) {
    super()
    const tags = new ObjectTags(parts)
    const versions = new ObjectVersions(parts)
    this.#presigner = new ObjectPresigner(parts)
    this.#forms = new FormPresigner(parts)
    this.#tiers = new ObjectTiers({ ...parts, versions, tags })
    this.#versions = versions
    this.#restorer = new VersionRestorer({ ...parts, versions, tags })
    this.#locks = new ObjectLocks(parts)
    this.#tags = tags
    this.#uploads = new Uploads(parts)
    this.extras = extrasOf(canSign(parts.bucket.client))
  }

  /**
   * `GET` reads, `PUT` writes a body of up to 5 GiB with the headers given, and no others;
   * `DELETE` deletes. Class and encryption of the store's options are among the headers. It ends
   * early when its keys are revoked, or are temporary and end: `expiresAt` tells the earlier end.
   *
   * @throws StorageError `INVALID_ARGUMENT`; `INVALID_KEY` to `PUT` a key that breaks the rules of
   * keys, and for `.` and `..` segments, which URLs lose; `UNAUTHENTICATED` without credentials;
   * `UNSUPPORTED` for a client that has none to sign with.
   */
  presign(key: string, options: PresignOptions): Promise<PresignedRequest> {
    return this.callOf('presign', key, options, () => this.#presigner.presign(key, options))
  }

  /**
   * Signs a form for an upload from a browser: its size and type are held to what is said here.
   * What it writes overwrites. Send `fields`, then the `file`, as `multipart/form-data`.
   *
   * @throws StorageError as {@link presign}; `UNSUPPORTED` for a key, or metadata, with
   * `${filename}`, which S3 would fill in.
   */
  presignPost(key: string, options?: PresignPostOptions): Promise<PresignedForm> {
    return this.callOf('presignPost', key, options, () => this.#forms.presign(key, options))
  }

  /** @throws StorageError `NOT_FOUND`. */
  getAccessTier(key: string, options?: GetAccessTierOptions): Promise<S3AccessTier> {
    return this.callOf('getAccessTier', key, options, () => this.#tiers.get(key, options))
  }

  /**
   * Moves an object to another storage class by a copy onto itself, which may change its etag, and
   * in a versioned bucket leaves the version before in its class. Out of an archive it asks for a
   * readable copy, which takes minutes to days and lasts for `days`; when `getAccessTier` says that
   * it is readable, call this again to move the object for good. A version, named by its id, can
   * only be made readable.
   *
   * Where the server does not hold copies to conditions, a write at the same time may be lost.
   *
   * @param tier `STANDARD`, `STANDARD_IA`, `ONEZONE_IA`, `INTELLIGENT_TIERING`, `GLACIER_IR`,
   * `GLACIER`, `DEEP_ARCHIVE`, or what the server has.
   * @throws StorageError `NOT_FOUND`; `INVALID_ARGUMENT` for a class that the server does not have;
   * `PRECONDITION_FAILED` when it is overwritten again and again; `UNSUPPORTED` for a version that
   * is readable, and for more than 5 GiB where neither versions nor conditions hold the copy.
   */
  setAccessTier(
    key: string,
    tier: string,
    options?: S3SetAccessTierOptions,
  ): Promise<S3AccessTier> {
    return this.callOf('setAccessTier', key, options, () => this.#tiers.set(key, tier, options))
  }

  /**
   * The versions of a key, the newest first; delete markers are none, so that of a deleted key no
   * version is current. Without versioning, only the current one. One request each for type and
   * metadata, several at once.
   */
  listVersions(key: string, options: OperationOptions = {}): AsyncIterable<ObjectVersion> {
    assertForeignKey(key)
    const signal = signalOf(options, 'listVersions')
    return this.steps('listVersions', key, signal, () => this.#versions.list(key, signal))
  }

  readVersion(key: string, id: string, options?: ReadOptions): Promise<ReadResult> {
    return this.callOf('readVersion', key, options, () => this.#versions.read(key, id, options))
  }

  /**
   * Deletes a version for good. When it was the current one, the one before becomes it.
   *
   * @throws StorageError `PERMISSION_DENIED` while a retention or legal hold keeps it;
   * `UNSUPPORTED` for one that was written without versioning, while that is suspended, or was
   * never on and the server does not honour conditions of deletes: delete the key.
   */
  deleteVersion(key: string, id: string, options?: DeleteVersionOptions): Promise<boolean> {
    const call = (): Promise<boolean> => this.#versions.delete(key, id, options)
    return this.callOf('deleteVersion', key, options, call)
  }

  /**
   * Copies a version over its key, with metadata, headers and tags; its class and encryption are
   * those of the store's options. What stood there before stays a version. The current version is
   * left as it is.
   *
   * @throws StorageError `NOT_FOUND`, `CONFLICT` while the version is archived.
   */
  restoreVersion(key: string, id: string, options?: OperationOptions): Promise<ObjectInfo> {
    return this.callOf('restoreVersion', key, options, () =>
      this.#restorer.restore(key, id, options),
    )
  }

  /**
   * Takes back a delete: the newest version is current again, as it was. What is not deleted stays
   * as it is. Needs `s3:DeleteObjectVersion`, for it deletes the delete markers; without it, use
   * {@link restoreVersion}.
   *
   * @throws StorageError `NOT_FOUND` when no version is left; `UNSUPPORTED` for a delete that was
   * made while versioning is suspended.
   */
  undelete(key: string, options?: OperationOptions): Promise<ObjectInfo> {
    return this.callOf('undelete', key, options, () => this.#versions.undelete(key, options))
  }

  /** @throws StorageError `NOT_FOUND`, `UNSUPPORTED` in a bucket without object lock. */
  getRetention(key: string, options?: LockOptions): Promise<Retention | undefined> {
    return this.callOf('getRetention', key, options, () => this.#locks.getRetention(key, options))
  }

  /**
   * Keeps a version from being deleted until a time.
   *
   * @throws StorageError `NOT_FOUND`; `UNSUPPORTED` in a bucket without object lock;
   * `INVALID_ARGUMENT` for a time that is past; `PERMISSION_DENIED` for one that would end before
   * the retention that it has, or weaken it.
   */
  setRetention(key: string, options: SetRetentionOptions): Promise<void> {
    return this.callOf('setRetention', key, options, () => this.#locks.setRetention(key, options))
  }

  /** @throws StorageError `NOT_FOUND`, `UNSUPPORTED` in a bucket without object lock. */
  getLegalHold(key: string, options?: LockOptions): Promise<boolean> {
    return this.callOf('getLegalHold', key, options, () => this.#locks.getLegalHold(key, options))
  }

  /**
   * Keeps a version from being deleted until this is called again with false.
   *
   * @throws StorageError `NOT_FOUND`, `UNSUPPORTED` in a bucket without object lock.
   */
  setLegalHold(key: string, isHeld: boolean, options?: LockOptions): Promise<void> {
    const call = (): Promise<void> => this.#locks.setLegalHold(key, isHeld, options)
    return this.callOf('setLegalHold', key, options, call)
  }

  /** @throws StorageError `NOT_FOUND`. */
  getTags(key: string, options?: TagOptions): Promise<Record<string, string>> {
    return this.callOf('getTags', key, options, () => this.#tags.get(key, options))
  }

  /** @throws StorageError `NOT_FOUND`, `INVALID_ARGUMENT` for what the server does not take. */
  setTags(
    key: string,
    tags: Readonly<Record<string, string>>,
    options?: TagOptions,
  ): Promise<void> {
    return this.callOf('setTags', key, options, () => this.#tags.set(key, tags, options))
  }

  deleteTags(key: string, options?: TagOptions): Promise<void> {
    return this.callOf('deleteTags', key, options, () => this.#tags.delete(key, options))
  }

  /**
   * Multipart uploads that were neither completed nor aborted, in the order of the service: by key.
   * Those of writers at work are among them, and scratch uploads of our own.
   */
  listUploads(options: ListUploadsOptions = {}): AsyncIterable<UnfinishedUpload> {
    const list = (): AsyncGenerator<UnfinishedUpload> => this.#uploads.list(options)
    return this.steps('listUploads', undefined, options.signal, list)
  }

  /** True when it was aborted, false when there was none. Its writer, if any, fails. */
  abortUpload(key: string, id: string, options?: OperationOptions): Promise<boolean> {
    return this.callOf('abortUpload', key, options, () => this.#uploads.abort(key, id, options))
  }

  /**
   * Aborts all uploads that began before a time, and tells how many. Leave writers the time that
   * they may need: a day is a good choice.
   */
  abortUploadsBefore(date: Date, options: ListUploadsOptions = {}): Promise<number> {
    const call = (): Promise<number> => this.#uploads.abortBefore(date, options)
    return this.call('abortUploadsBefore', options, call)
  }
}

function extrasOf(isSigning: boolean): readonly string[] {
  const { presign, accessTiers, versions, tags } = extraMembers
  return Object.freeze([
    ...(isSigning ? [...presign, 'presignPost'] : []),
    ...accessTiers,
    ...versions,
    ...['restoreVersion', 'undelete'],
    ...['getRetention', 'setRetention', 'getLegalHold', 'setLegalHold'],
    ...tags,
    ...['listUploads', 'abortUpload', 'abortUploadsBefore'],
  ])
}
