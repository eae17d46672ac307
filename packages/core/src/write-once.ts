/**
 * Writes whose answer may get lost.
 *
 * A create or compare-and-swap that succeeded, but whose answer did not arrive, is refused when it
 * is sent again: it meets its own object. Invariant: such a write is told as the success that it
 * was, or its outcome as open. Each write carries a random id in the metadata; when it is refused,
 * the stored id tells whose object stands there.
 *
 * ```
 * write ----> stored, answer lost
 * write again -> ALREADY_EXISTS -> stat: aos-write-id is ours -> success
 *                                        is another's         -> ALREADY_EXISTS
 * ```
 */
import type { ObjectInfo, StorageBackend, WriteOptions } from './backend.ts'
import { type Clock, systemClock } from './clock.ts'
import { isStorageError, type StorageError } from './errors.ts'
import { writeIdMetadata } from './metadata.ts'
import { abortError, assertInteger } from './options.ts'
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

/**
 * Writes with retries, and never takes its own lost write for someone else's. Only for bytes: a
 * stream cannot be sent again.
 *
 * @throws StorageError as the backend's `write`; retryable `'exhausted'` after all attempts; and
 * retryable `'no'` with the code of the failed `stat` when the outcome stays open.
 */
export async function writeOnce(
  backend: StorageBackend,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
  tools: WriteOnceTools = {},
): Promise<ObjectInfo> {
  const { attempts = writeAttemptsDefault, clock = systemClock, random = systemRandom } = tools
  assertInteger(attempts, 'attempts', 1, writeAttemptsMax)
  if (!(body instanceof Uint8Array)) throw new TypeError('writeOnce takes a Uint8Array')
  const id = random.id()
  const tagged = { ...options, metadata: { ...options.metadata, [writeIdMetadata]: id } }
  const again = new Attempts(attempts, clock, random, options.signal)
  for (;;) {
    try {
      return await backend.write(key, body, tagged)
    } catch (error) {
      if (!isStorageError(error)) throw error
      // Also the first try: what is below, a client of the service, may have sent it twice.
      const isRefused = error.code === 'ALREADY_EXISTS' || error.code === 'PRECONDITION_FAILED'
      if (isRefused) return ours(backend, key, id, error, again)
      if (error.retryable !== 'yes') throw error
      if (again.isLast) throw error.with({ retryable: 'exhausted', cause: error })
    }
    await again.pause()
  }
}

/** Whose object stands there? Asked again within the attempts that are left. */
async function ours(
  backend: StorageBackend,
  key: string,
  id: string,
  refusal: StorageError,
  again: Attempts,
): Promise<ObjectInfo> {
  const { signal } = again
  for (;;) {
    try {
      const info = await backend.stat(key, signal === undefined ? {} : { signal })
      if (info.metadata[writeIdMetadata] === id) return info
      throw refusal
    } catch (error) {
      // Gone again: the refusal stands.
      if (error === refusal || isStorageError(error, 'NOT_FOUND')) throw refusal
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      if (error.retryable !== 'yes' || again.isLast) throw openOutcome(error, key)
    }
    await again.pause()
  }
}

/** Not retryable: sent again, an own object could be taken for another writer's. */
function openOutcome(error: StorageError, key: string): StorageError {
  return error.with({
    message:
      'The write was refused, and it could not be found out whether by its own earlier try: the ' +
      'outcome is open. Load the object and compare; see cause',
    retryable: 'no',
    key,
    cause: error,
  })
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
