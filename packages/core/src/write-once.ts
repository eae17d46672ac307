/**
 * Writes whose answer may get lost.
 *
 * A create or compare-and-swap that succeeded, but whose answer did not arrive, is refused when it
 * is sent again: it meets its own object. Invariant: such a write is told as the success that it
 * was, or its outcome as open. Each write carries a random id in the metadata; when it is refused,
 * the stored id tells whose object stands there.
 *
 * ```
 * write ----> answer lost
 * write again -> refused -> stat: aos-write-id is ours    -> success
 *                                 another's, or no object -> open: ours may have stood before it
 *
 * write ----> refused    -> stat: another's, or no object -> refused
 * ```
 */
import type { ObjectInfo, StorageBackend, WriteOptions } from './backend.ts'
import { type Clock, systemClock } from './clock.ts'
import { isStorageError, type StorageError } from './errors.ts'
import { writeIdMetadata } from './metadata.ts'
import { abortError, assertInteger, assertOptions } from './options.ts'
import { type Random, systemRandom } from './random.ts'

/** Tries, unless the caller says otherwise. */
export const writeAttemptsDefault = 4
/** Most tries. */
export const writeAttemptsMax = 100
/** The pause after try n is random, up to this times 2^n ("full jitter"). */
export const writeDelayMs = 50
/** No pause is longer. */
export const writeDelayMsMax = 10_000

/** How often and on whose time {@link writeOnce} tries. */
export interface WriteOnceTools {
  /** Default 4, at most 100. */
  readonly attempts?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const toolNames: ReadonlySet<string> = new Set(['attempts', 'clock', 'random'])

/**
 * Writes with retries, and never takes its own lost write for someone else's. Only for bytes: a
 * stream cannot be sent again.
 *
 * One inside another shares the outer one's id, so that both know the object.
 *
 * @throws StorageError as the backend's `write`; retryable `'exhausted'` after all attempts; and as
 * {@link openOutcome} gives it when a condition was given and it stays open who met it.
 */
export async function writeOnce(
  backend: Pick<StorageBackend, 'write' | 'stat'>,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
  tools: WriteOnceTools = {},
): Promise<ObjectInfo> {
  assertOptions(tools, toolNames, 'writeOnce')
  const { attempts = writeAttemptsDefault, clock = systemClock, random = systemRandom } = tools
  assertInteger(attempts, 'attempts', 1, writeAttemptsMax)
  if (!(body instanceof Uint8Array)) throw new TypeError('writeOnce takes a Uint8Array')
  const id = options.metadata?.[writeIdMetadata] ?? random.id()
  const tagged = { ...options, metadata: { ...options.metadata, [writeIdMetadata]: id } }
  const again = new Attempts(attempts, clock, random, options.signal)
  let lost: StorageError | undefined
  for (;;) {
    try {
      return await backend.write(key, body, tagged)
    } catch (error) {
      if (!isStorageError(error)) throw error
      if (error.code === 'ALREADY_EXISTS' || error.code === 'PRECONDITION_FAILED') {
        // Also the first try: what is below, a client of the service, may have sent it twice.
        const info = await standing(backend, key, again)
        if (info?.metadata[writeIdMetadata] === id) return info
        throw lost === undefined ? error : openOutcome(lost, key)
      }
      if (isAnswerLost(error)) lost = error
      if (error.retryable !== 'yes' || again.isLast) throw failed(error, key, options, lost)
    }
    await again.pause()
  }
}

/** The object that stands there, if any. Asked for again within the attempts that are left. */
async function standing(
  backend: Pick<StorageBackend, 'stat'>,
  key: string,
  again: Attempts,
): Promise<ObjectInfo | undefined> {
  const { signal } = again
  for (;;) {
    try {
      return await backend.stat(key, signal === undefined ? {} : { signal })
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      if (error.retryable !== 'yes' || again.isLast) throw openOutcome(error, key)
    }
    await again.pause()
  }
}

/** The error of the last try. @param lost Of a try that may have stored it all the same. */
function failed(
  error: StorageError,
  key: string,
  options: WriteOptions,
  lost: StorageError | undefined,
): StorageError {
  if (lost !== undefined && isConditional(options) && error.code !== 'ABORTED') {
    return openOutcome(error, key)
  }
  // The last try may not have been sent; one before it was.
  const isUnsent = error.isUnsent && lost === undefined
  if (error.retryable === 'yes')
    return error.with({ retryable: 'exhausted', isUnsent, cause: error })
  return isUnsent === error.isUnsent ? error : error.with({ isUnsent })
}

/** True for a change that is refused when it is made a second time, because it meets itself. */
export function isConditional(
  options: { readonly ifMatch?: unknown; readonly ifNoneMatch?: unknown } | undefined,
): boolean {
  return options?.ifMatch !== undefined || options?.ifNoneMatch !== undefined
}

/** True for a failure after which the change may have been made all the same. */
export function isAnswerLost(error: unknown): error is StorageError {
  return isStorageError(error, 'UNAVAILABLE', 'TIMEOUT') && !error.isUnsent
}

const openText = 'the outcome is open: look at the object before you do it again'

/** Not retryable: made again, an own change could be taken for another writer's. */
export function openOutcome(error: StorageError, key: string | undefined): StorageError {
  // Told already, where one writeOnce is inside another.
  if (error.message.endsWith(openText)) return error
  const message = `${error.message}; ${openText}`
  return error.with({ message, retryable: 'no', isUnsent: false, key: error.key ?? key })
}

/** The tries of one write, and the pauses between them. */
class Attempts {
  readonly signal: AbortSignal | undefined
  readonly #max: number
  readonly #clock: Clock
  readonly #random: Random
  #attempt = 1

  constructor(max: number, clock: Clock, random: Random, signal: AbortSignal | undefined) {
    this.#max = max
    this.#clock = clock
    this.#random = random
    this.signal = signal
  }

  get isLast(): boolean {
    return this.#attempt >= this.#max
  }

  async pause(): Promise<void> {
    const mostMs = Math.min(writeDelayMsMax, writeDelayMs * 2 ** Math.min(this.#attempt, 20))
    this.#attempt++
    await pause(this.#clock, this.#random.next() * mostMs, this.signal)
  }
}

async function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(delayMs, signal)
  } catch (error) {
    throw signal?.aborted === true ? abortError(signal) : error
  }
}
