/**
 * What a backend can do, as data.
 *
 * Invariant: a claim is effective (after layers), a test proves each claim true, and what is not
 * claimed is refused with `UNSUPPORTED` before a byte moves. The conformance kit checks both.
 */

/**
 * How far a condition holds: between all clients of a service, all processes of a host, the
 * callers within a process, or not at all.
 */
export type ConditionScope = 'global' | 'host' | 'process' | 'none'

/**
 * What an acknowledged write survives: nothing but the process's own life, the death of the
 * process, a power cut of the host, or the loss of a machine.
 */
export type Durability = 'none' | 'process' | 'host' | 'service'

/**
 * What an etag stands for. `'version'`: one write, and never another. `'content'`: the bytes, as
 * where S3 makes it of them: the same bytes again have the same etag, also with other metadata, so
 * that a compare-and-swap cannot tell them apart.
 */
export type EtagIdentity = 'version' | 'content'

/**
 * What `size` of a listed object counts. `'body'`: the bytes that a read gives. `'stored'`: those
 * that are kept, where a layer stores bodies in another form (compressed, encrypted) and the
 * listing alone cannot tell; `stat` always tells those of the body.
 */
export type ListedSize = 'body' | 'stored'

/** The effective abilities and limits of a backend. Immutable once the backend is open. */
export interface Capabilities {
  /** `ifNoneMatch: '*'` and `ifMatch` on write. */
  readonly conditionalWrite: ConditionScope
  /** `ifMatch` on delete. */
  readonly conditionalDelete: ConditionScope
  /** `ifNoneMatch: '*'`, `ifMatch` and `sourceIfMatch` on copy. */
  readonly conditionalCopy: ConditionScope
  /** What the tokens of all conditions, of `ObjectInfo` and of listings tell apart. */
  readonly etagIdentity: EtagIdentity
  /** `ifMatch` and `ifNoneMatch` on read and stat. */
  readonly conditionalRead: boolean
  /** `range` on read. */
  readonly rangeRead: boolean
  /** User metadata on write and copy. */
  readonly userMetadata: boolean
  readonly durability: Durability
  /** Legal keys up to this many UTF-8 bytes; less than 1,024 behind a prefix view. */
  readonly keyBytesMax: number
  /** Largest object that a write takes; a larger one is `QUOTA_EXCEEDED`. */
  readonly objectBytesMax: number
  /**
   * User metadata of one object: names and values together, in UTF-8 bytes. The write id of
   * `writeOnce` fits beside it.
   */
  readonly metadataBytesMax: number
  readonly listedSize: ListedSize
  /** Most entries (objects and prefixes) in one page of a listing. */
  readonly listPageMax: number
  /** Most keys in one `deleteMany` of the backend; the manager splits longer lists. */
  readonly deleteManyMax: number
  /** Steps in which `modifiedAt` advances. What a write or copy gives may be one step off. */
  readonly modifiedAtResolutionMs: number
  /** Optional members that this backend has beside the contract, for instance `presign`. */
  readonly extras: readonly string[]
}
