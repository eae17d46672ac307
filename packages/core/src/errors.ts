/**
 * The one error of the storage contract.
 *
 * `code` is closed and append-only: metrics and callers' `switch` statements remember codes, so a
 * code is never renamed or reused. Messages are free and tell the fix. Programmers' mistakes that
 * the type checker would have caught (a number as key, a misspelt option) are plain `TypeError`s.
 */

/** Every code that a {@link StorageError} can carry. Append only. */
export const storageErrorCodes = [
  /** No object has this key. Never used for a missing bucket or a denied access. */
  'NOT_FOUND',
  /** `ifNoneMatch: '*'` met an existing object. */
  'ALREADY_EXISTS',
  /** `ifMatch` named another version than the stored one, or there is none. */
  'PRECONDITION_FAILED',
  /** `ifNoneMatch: etag` on a read: the caller's copy is current. */
  'NOT_MODIFIED',
  /** Another writer or a foreign change interfered; doing it again may succeed. */
  'CONFLICT',
  /** The key breaks the key rules. Nothing was read or written. */
  'INVALID_KEY',
  /** A value that only the program's data could make wrong: a range, a limit, a URL, a cursor. */
  'INVALID_ARGUMENT',
  /** The value cannot be stored without loss, or the stored bytes do not decode. */
  'SERIALIZATION',
  /** The value does not satisfy its schema. */
  'SCHEMA_INVALID',
  /** The backend cannot do this; it refused before a byte moved. */
  'UNSUPPORTED',
  /** Credentials are missing, expired or wrong. */
  'UNAUTHENTICATED',
  /** The credentials or file permissions do not allow this. */
  'PERMISSION_DENIED',
  /** Disk full, quota reached, too many open files, object too large. */
  'QUOTA_EXCEEDED',
  /** The service asks to slow down. */
  'RATE_LIMITED',
  /** The service or device failed or cannot be reached. */
  'UNAVAILABLE',
  /** A time limit of ours ran out. */
  'TIMEOUT',
  /**
   * The caller's own side ended it: the `AbortSignal` fired, and `cause` is its reason; a body or
   * iterable that was handed in threw, and `cause` is its error; or a body was cancelled.
   */
  'ABORTED',
  /** A checksum or format violation in stored data. */
  'CORRUPT',
  /** Another process or a lease holds the object or store. */
  'LOCKED',
  /** The manager or backend was closed. */
  'CLOSED',
] as const

/** One of {@link storageErrorCodes}. */
export type StorageErrorCode = (typeof storageErrorCodes)[number]

/**
 * Whether doing the same again may help: `'no'`, `'yes'`, or `'exhausted'` when it would have, but
 * the retries are used up.
 */
export type Retryable = 'no' | 'yes' | 'exhausted'

/** What a {@link StorageError} knows besides its code and message. */
export interface StorageErrorDetails {
  /** Default: `'yes'` for `UNAVAILABLE`, `RATE_LIMITED`, `TIMEOUT`, `LOCKED`, `CONFLICT`. */
  readonly retryable?: Retryable | undefined
  /** Name of the backend, for instance `file`. */
  readonly backend?: string | undefined
  /** The contract method that failed, for instance `write`. */
  readonly operation?: string | undefined
  readonly key?: string | undefined
  /** HTTP status, where a service answered with one. */
  readonly status?: number | undefined
  /** The service's request id, for its support. */
  readonly requestId?: string | undefined
  /** How long the service, or a layer, asks to wait before the same is done again. */
  readonly retryAfterMs?: number | undefined
  /** True: refused before anything was sent, so that nothing can have been done. */
  readonly isUnsent?: boolean | undefined
  /** The untouched error underneath. */
  readonly cause?: unknown
  /** What a batch had done when it failed; read them with `batchResults`. */
  readonly results?: readonly unknown[] | undefined
}

const brand: unique symbol = Symbol.for('@aos-storage/StorageError') as never

const retryableCodes: ReadonlySet<StorageErrorCode> = new Set<StorageErrorCode>([
  'UNAVAILABLE',
  'RATE_LIMITED',
  'TIMEOUT',
  'LOCKED',
  'CONFLICT',
])

/** The error of every storage operation. Recognise it with {@link isStorageError}. */
export class StorageError extends Error {
  override readonly name: string = 'StorageError'
  readonly code: StorageErrorCode
  readonly retryable: Retryable
  readonly backend: string | undefined
  readonly operation: string | undefined
  readonly key: string | undefined
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  /** False: it may have been sent, or nobody knows. */
  readonly isUnsent: boolean
  /** Of a batch that failed as a whole; `batchResults` knows their type. */
  declare readonly results: readonly unknown[] | undefined

  constructor(code: StorageErrorCode, message: string, details: StorageErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.retryable = details.retryable ?? (retryableCodes.has(code) ? 'yes' : 'no')
    this.backend = details.backend
    this.operation = details.operation
    this.key = details.key
    this.status = details.status
    this.requestId = details.requestId
    this.retryAfterMs = details.retryAfterMs
    this.isUnsent = details.isUnsent ?? false
    // Not enumerable, so that no log takes them along: those of loadMany hold stored values.
    Object.defineProperty(this, 'results', { value: details.results })
    Object.defineProperty(this, brand, { value: true })
  }

  /**
   * The same error seen from another place: a prefix view renames the key, a layer adds itself. It
   * keeps the stack, which tells where it was thrown.
   */
  with(details: StorageErrorDetails & { readonly message?: string | undefined }): StorageError {
    const { message = this.message, ...rest } = details
    const error = new StorageError(this.code, message, {
      retryable: this.retryable,
      backend: this.backend,
      operation: this.operation,
      key: this.key,
      status: this.status,
      requestId: this.requestId,
      retryAfterMs: this.retryAfterMs,
      isUnsent: this.isUnsent,
      results: this.results,
      ...(this.cause === undefined ? {} : { cause: this.cause }),
      ...rest,
    })
    return keepStack(error, this)
  }

  /**
   * What a log should hold. Never contains stored values, and so neither `cause`, which is somebody
   * else's and may quote them, nor `results`; nor the stack.
   */
  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      backend: this.backend,
      operation: this.operation,
      key: this.key,
      status: this.status,
      requestId: this.requestId,
      retryAfterMs: this.retryAfterMs,
    }
  }
}

/** The stack of `origin` under the message of `error`; formatted only when somebody looks at it. */
function keepStack(error: StorageError, origin: StorageError): StorageError {
  return Object.defineProperty(error, 'stack', {
    configurable: true,
    get: () => {
      const stack = origin.stack ?? ''
      const at = stack.indexOf(origin.message)
      const frames = at === -1 ? '' : stack.slice(at + origin.message.length)
      return `${error.name}: ${error.message}${frames}`
    },
  })
}

/**
 * True for a {@link StorageError}, also one from another copy of this package, and, when codes are
 * given, only for one of these codes.
 */
export function isStorageError(
  error: unknown,
  ...codes: StorageErrorCode[]
): error is StorageError {
  if (typeof error !== 'object' || error === null || !(brand in error)) return false
  return codes.length === 0 || codes.includes((error as unknown as StorageError).code)
}
