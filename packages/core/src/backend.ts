/**
 * The contract between {@link StorageManager} and whatever stores the bytes.
 *
 * Small on purpose: an implementor finishes it in a day, and a layer is a function from one backend
 * to another. The manager validates, serializes and observes once, so that a backend gets clean
 * input: legal keys, checked options, bytes or a byte stream. The comments below are the contract;
 * `@aos-storage/core/testing` proves them.
 */
import type { Capabilities } from './capabilities.ts'
import type { StorageError } from './errors.ts'

/** The user's own key-value pairs of an object. Names are lower-case: see `assertMetadata`. */
export type Metadata = Readonly<Record<string, string>>

/** What is known of a stored object without reading its body. */
export interface ObjectInfo {
  readonly key: string
  /** Bytes of the whole body, also when only a range was read. */
  readonly size: number
  /**
   * Opaque version token: equal means same version, and never repeats for a key; or, where
   * `capabilities.etagIdentity` is `'content'`, the same bytes.
   */
  readonly etag: string
  readonly modifiedAt: Date
  readonly contentType: string
  readonly metadata: Metadata
  /** Only where more than one store may answer. */
  readonly answeredBy?: AnsweredBy | undefined
}

/** Which of several stores answered, and how far its answer may lag behind. */
export interface AnsweredBy {
  /** The name that the store was given, or its backend's. */
  readonly store: string
  /** True when it was not the first choice. */
  readonly isFallback: boolean
  /** Milliseconds of changes that the answer may lack. Undefined: nobody knows. */
  readonly staleMsMax: number | undefined
}

/** An object in a listing. Services do not tell type and metadata there, local backends do. */
export interface ListedObject {
  readonly key: string
  readonly size: number
  readonly etag: string
  readonly modifiedAt: Date
  readonly contentType?: string | undefined
  readonly metadata?: Metadata | undefined
  /** The service's name of where it is kept (`Hot`, `STANDARD_IA`), where a listing tells it. */
  readonly accessTier?: string | undefined
}

/** Every options bag has a signal: when it fires, the call ends with `ABORTED`. */
export interface OperationOptions {
  readonly signal?: AbortSignal | undefined
}

/**
 * Which bytes to read: from `offset`, at most `length` of them, or the last `suffix` bytes.
 * Clamped to the object. An offset behind the end is `INVALID_ARGUMENT`; one at the end is empty.
 */
export type ByteRange =
  | { readonly offset: number; readonly length?: number | undefined }
  | { readonly suffix: number }

/** Which version of an object, and what part of it. */
export interface ReadOptions extends OperationOptions {
  readonly range?: ByteRange | undefined
  /**
   * Only this version, else `PRECONDITION_FAILED`. A missing object is `NOT_FOUND` all the same.
   */
  readonly ifMatch?: string | undefined
  /** Only another version than this, else `NOT_MODIFIED`. */
  readonly ifNoneMatch?: string | undefined
}

/** Which version of an object. */
export interface StatOptions extends OperationOptions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** Type, metadata and conditions of what is written. */
export interface WriteOptions extends OperationOptions {
  /** A media type as RFC 9110 writes it; kept as given. */
  readonly contentType: string
  readonly metadata?: Metadata | undefined
  /** Compare and swap: only over this version, else `PRECONDITION_FAILED` (also when missing). */
  readonly ifMatch?: string | undefined
  /** Create only, else `ALREADY_EXISTS`. */
  readonly ifNoneMatch?: '*' | undefined
}

/** Which version may be deleted. */
export interface DeleteOptions extends OperationOptions {
  /** Only this version, else `PRECONDITION_FAILED` (also when missing). */
  readonly ifMatch?: string | undefined
}

/** Conditions on the source and on what a copy replaces. */
export interface CopyOptions extends OperationOptions {
  /** The source must be this version, else `PRECONDITION_FAILED`. */
  readonly sourceIfMatch?: string | undefined
  /** The destination must be this version, else `PRECONDITION_FAILED`. */
  readonly ifMatch?: string | undefined
  /** The destination must not exist, else `ALREADY_EXISTS`. */
  readonly ifNoneMatch?: '*' | undefined
}

/** Which keys a page lists, and where it begins. */
export interface ListOptions extends OperationOptions {
  /** Only keys that start with this text; any start of a key, not only whole segments. */
  readonly prefix?: string | undefined
  /** Keys that hold this text behind the prefix are rolled up into common prefixes. */
  readonly delimiter?: string | undefined
  /** Only what comes after this text, exclusive, in UTF-8 byte order. */
  readonly startAfter?: string | undefined
  /** Where the page before ended; only with the same `prefix` and `delimiter`. */
  readonly cursor?: string | undefined
  /** Most entries of the page. Default and maximum: `capabilities.listPageMax`. */
  readonly limit?: number | undefined
  /** `'key'`: the caller wants keys only; a backend may then leave size, etag, time zeroed. */
  readonly fields?: 'all' | 'key' | undefined
}

/**
 * One page of a listing, in ascending UTF-8 byte order of key. Objects and prefixes are each in
 * order; together they are what lies between the cursor before and this page's cursor.
 */
export interface ListPage {
  readonly objects: readonly ListedObject[]
  /** Common prefixes, each ending in the delimiter. Empty without one. */
  readonly prefixes: readonly string[]
  /** Undefined on the last page. A page with a cursor may be short, even empty. */
  readonly cursor: string | undefined
  /** Only where more than one store may answer. */
  readonly answeredBy?: AnsweredBy | undefined
}

/**
 * A body on its way out. The consumer iterates it once, or calls `cancel`; either frees the socket
 * or file behind it. `cancel` is idempotent and works before the first chunk.
 */
export interface BodyStream extends AsyncIterable<Uint8Array> {
  cancel(): Promise<void>
}

/** What {@link StorageBackend.read} gives: small bodies whole, large ones as a stream. */
export interface ReadResult {
  readonly info: ObjectInfo
  /**
   * The bytes that `body` holds: `[start, end)` of the object. Bytes are the reader's, but may be a
   * view into a larger buffer.
   */
  readonly start: number
  readonly end: number
  readonly body: Uint8Array | BodyStream
}

/** A body on its way in. Chunks may have any size; the backend does not keep or change them. */
export type WriteBody = Uint8Array | AsyncIterable<Uint8Array>

/** The outcome of one key of `deleteMany`. A key that did not exist is `deleted: false`. */
export interface DeleteOutcome {
  readonly key: string
  readonly deleted: boolean
  /** Why this key could not be deleted; the others are not affected. */
  readonly error?: StorageError | undefined
}

/** How a backend feels. `ok: false` carries what is wrong and how to mend it. */
export interface Health {
  readonly ok: boolean
  readonly latencyMs: number
  readonly message: string
  /** Facts for a person: base path, free bytes, server version. No secrets. */
  readonly details: Readonly<Record<string, string | number | boolean>>
}

/**
 * What stores the bytes, and what every layer is again.
 *
 * All methods: reject with {@link StorageError} only (table of codes per backend), which names the
 * key of a missing or refused object and is `retryable` only where the same call may succeed later;
 * reject with `ABORTED` when `signal` fires, leaving the store as before or with the operation
 * complete, never in between; with `CLOSED` after `close`, where only `health` answers, with
 * `ok: false`; refuse an option that they cannot honour with `UNSUPPORTED` before anything changes;
 * may run concurrently.
 */
export interface StorageBackend {
  /** Names the service, not the vendor: `file`, `memory`, `azblob`, `s3`. */
  readonly name: string
  readonly capabilities: Capabilities

  /**
   * Opens an object; the reader holds the version that it opened, whatever happens to the key.
   * Errors: `NOT_FOUND`, `PRECONDITION_FAILED`, `NOT_MODIFIED`, `INVALID_ARGUMENT` (range).
   */
  read(key: string, options?: ReadOptions): Promise<ReadResult>

  /**
   * Replaces or creates an object, whole or not at all. A body that throws, an abort or a crash
   * leaves the old object. The source iterator is closed in every case, also when it is not read.
   * Errors: `ALREADY_EXISTS`, `PRECONDITION_FAILED`, `QUOTA_EXCEEDED`; a throwing body's own error
   * is the `cause` of an `ABORTED`.
   */
  write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo>

  /** Errors: `NOT_FOUND`, `PRECONDITION_FAILED`, `NOT_MODIFIED`. */
  stat(key: string, options?: StatOptions): Promise<ObjectInfo>

  /**
   * True when an object was deleted, false when there was none. Where `conditionalDelete` is
   * claimed, exactly one of several deletes at once says true; elsewhere more of them may. One that
   * finds the object gone after an answer to it was lost says true: most likely it was its own.
   */
  delete(key: string, options?: DeleteOptions): Promise<boolean>

  /** One page; read-after-write consistent for the first page of a listing. */
  list(options?: ListOptions): Promise<ListPage>

  /**
   * Copies body, content type and metadata; the copy has its own etag. Copying onto itself gives a
   * new version. Errors: `NOT_FOUND` (source), and the conditions'.
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo>

  /**
   * Deletes up to `capabilities.deleteManyMax` keys; outcomes in the order of the keys. Each key is
   * deleted or not; an aborted call may have deleted some of them.
   */
  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]>

  /** Tests that the store can be reached and used; never throws for an unhealthy store. */
  health(options?: OperationOptions): Promise<Health>

  /**
   * Waits for no caller, nor for a source that is silent: later calls fail with `CLOSED`, open
   * bodies and running calls end. What these left at a service may be tidied up before, which takes
   * some seconds at most. Idempotent.
   */
  close(): Promise<void>
}

/**
 * Every member of {@link StorageBackend}. Layers are compared with it, so that a new member cannot
 * silently slip past a layer.
 */
export const backendMembers: readonly (keyof StorageBackend)[] = Object.keys({
  name: true,
  capabilities: true,
  read: true,
  write: true,
  stat: true,
  delete: true,
  list: true,
  copy: true,
  deleteMany: true,
  health: true,
  close: true,
} satisfies Record<keyof StorageBackend, true>) as (keyof StorageBackend)[]

/** True for an object that has every member of the contract. */
export function isBackend(value: unknown): value is StorageBackend {
  return (
    typeof value === 'object' && value !== null && backendMembers.every((member) => member in value)
  )
}
