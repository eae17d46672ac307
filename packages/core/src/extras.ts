/**
 * What some services can do beside the contract. A backend that has an extra names its members in
 * `capabilities.extras`, and has them with these shapes, so that one program presigns on every
 * service that can. Layers that change keys or bodies hide them.
 *
 * ```ts
 * const { backend } = storage
 * if (supports(backend, 'presign')) await backend.presign('report.pdf', { method: 'GET' })
 * ```
 */
import type {
  Metadata,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StorageBackend,
} from './backend.ts'

/** Seconds that a presigned request is good for, unless the caller says otherwise. */
export const presignSecondsDefault = 900
/** Seven days: the most that services sign for. */
export const presignSecondsMax: number = 7 * 86_400

/** For how long a presigned request is good, and what it may send. */
export interface PresignOptions extends OperationOptions {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** From now. Default 900, at most 604,800. */
  readonly expiresInSeconds?: number | undefined
  /** PUT only: the type that the request must have, and the object gets. */
  readonly contentType?: string | undefined
}

/** A request that whoever has it may make, without credentials of their own. */
export interface PresignedRequest {
  readonly method: 'GET' | 'PUT' | 'DELETE'
  /** A secret until it expires: do not log it. */
  readonly url: string
  /** To be sent with it. */
  readonly headers: Readonly<Record<string, string>>
  readonly expiresAt: Date
}

/** Requests that others may send without credentials. */
export interface Presign {
  /**
   * Signs a request for one key; does not look whether there is an object.
   *
   * @throws StorageError `UNSUPPORTED` when the credentials at hand cannot sign; `INVALID_KEY` for
   * a key that could not be written (`PUT`), or could be no object's (`GET`, `DELETE`).
   */
  presign(key: string, options: PresignOptions): Promise<PresignedRequest>
}

/** How soon an archived object shall be readable: as the service's prices name it. */
export type RehydratePriority = 'standard' | 'high'

/** Where an object is kept. */
export interface AccessTier {
  /** The service's own name: `Hot`, `Cool`, `Cold`, `Archive`; `STANDARD`, `GLACIER`. */
  readonly tier: string
  /** False while it is archived: reading it is `CONFLICT`, and tells to rehydrate. */
  readonly isReadable: boolean
  /** The tier that it is on its way to, which may take hours. */
  readonly rehydratingTo?: string | undefined
}

/** What `setAccessTier` takes. */
export interface SetAccessTierOptions extends OperationOptions {
  /** Only matters on the way out of an archive. Default `'standard'`. */
  readonly priority?: RehydratePriority | undefined
}

/** Tiers of storage: cheaper to keep, dearer or slower to read. */
export interface AccessTiers {
  /** Errors: `NOT_FOUND`. */
  getAccessTier(key: string, options?: OperationOptions): Promise<AccessTier>
  /** Moves an object; out of an archive that is a rehydration, whose end `getAccessTier` tells. */
  setAccessTier(key: string, tier: string, options?: SetAccessTierOptions): Promise<AccessTier>
}

/** A version or snapshot of an object. Its id is opaque. */
export interface ObjectVersion {
  readonly id: string
  readonly isCurrent: boolean
  readonly info: ObjectInfo
  /**
   * False for a version that was written while the service kept none: the next write replaces it,
   * unless it keeps them since. Undefined: it is kept.
   */
  readonly isKept?: false | undefined
}

/** Versions that the service keeps by itself. */
export interface Versions {
  /** The versions that the service has kept of a key, the newest first. */
  listVersions(key: string, options?: OperationOptions): AsyncIterable<ObjectVersion>
  /** Errors: `NOT_FOUND`. */
  readVersion(key: string, id: string, options?: ReadOptions): Promise<ReadResult>
  /** True when it was deleted, false when there was none. */
  deleteVersion(key: string, id: string, options?: OperationOptions): Promise<boolean>
}

/** What the calls of snapshots take. */
export interface SnapshotOptions extends OperationOptions {
  /** Instead of the object's own. */
  readonly metadata?: Metadata | undefined
}

/** Copies of a moment that the service keeps beside an object. */
export interface Snapshots {
  /** Keeps the object as it is now, under an id, until it is deleted. Errors: `NOT_FOUND`. */
  createSnapshot(key: string, options?: SnapshotOptions): Promise<ObjectVersion>
  /** The snapshots of a key, the newest first. */
  listSnapshots(key: string, options?: OperationOptions): AsyncIterable<ObjectVersion>
  /** Errors: `NOT_FOUND`. */
  readSnapshot(key: string, id: string, options?: ReadOptions): Promise<ReadResult>
  /** True when it was deleted, false when there was none. */
  deleteSnapshot(key: string, id: string, options?: OperationOptions): Promise<boolean>
}

/** What the calls of tags take. */
export interface TagOptions extends OperationOptions {
  /** Of a version, as `listVersions` gives its id. Default: the current one. */
  readonly versionId?: string | undefined
}

/** Pairs of text beside an object, which change without a write, and by which services select. */
export interface Tags {
  /** Errors: `NOT_FOUND`. */
  getTags(key: string, options?: TagOptions): Promise<Record<string, string>>
  /**
   * Puts these in place of all that were there. Services take 10, with names of up to 128
   * characters and values of up to 256, else `INVALID_ARGUMENT`. Errors: `NOT_FOUND`.
   */
  setTags(key: string, tags: Readonly<Record<string, string>>, options?: TagOptions): Promise<void>
  /** Errors: `NOT_FOUND`. */
  deleteTags(key: string, options?: TagOptions): Promise<void>
}

/** The extras by name. */
export interface Extras {
  readonly presign: Presign
  readonly accessTiers: AccessTiers
  readonly versions: Versions
  readonly snapshots: Snapshots
  readonly tags: Tags
}

/** The members of each extra, as `capabilities.extras` lists them. */
export const extraMembers: { readonly [Name in keyof Extras]: readonly (keyof Extras[Name])[] } = {
  presign: ['presign'],
  accessTiers: ['getAccessTier', 'setAccessTier'],
  versions: ['listVersions', 'readVersion', 'deleteVersion'],
  snapshots: ['createSnapshot', 'listSnapshots', 'readSnapshot', 'deleteSnapshot'],
  tags: ['getTags', 'setTags', 'deleteTags'],
}

/** Members whose answer is an iterable, and no promise. */
export const iterableExtras: ReadonlySet<string> = new Set(['listVersions', 'listSnapshots'])

/** Which argument of a member is its options; the key is the first one. */
export function extraOptionsAt(member: string): number {
  return secondArguments.has(member) ? 2 : 1
}

/** Those that have an argument between key and options: an id, a tier, tags. */
const secondArguments: ReadonlySet<string> = new Set([
  ...['setAccessTier', 'setTags', 'readVersion', 'deleteVersion', 'readSnapshot'],
  'deleteSnapshot',
])

/** True when `backend` announces all members of an extra. */
export function supports<Name extends keyof Extras>(
  backend: StorageBackend,
  name: Name,
): backend is StorageBackend & Extras[Name] {
  const { extras } = backend.capabilities
  return extraMembers[name].every((member) => extras.includes(String(member)))
}
