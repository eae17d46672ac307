/**
 * Writes whose answer may get lost.
 *
 * A create or compare-and-swap that succeeded, but whose answer did not arrive, is refused when it
 * is sent again: it meets its own object. Invariant: such a write is told as the success that it
 * was. Each write carries a random id in the metadata; when a retry is refused, the stored id tells
 * whose object stands there.
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
 * @throws StorageError as the backend's `write`; retryable `'exhausted'` after all attempts.
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
  for (let attempt = 1; ; attempt++) {
    try {
      return await backend.write(key, body, tagged)
    } catch (error) {
      if (!isStorageError(error)) throw error
      const isRefused = isStorageError(error, 'ALREADY_EXISTS', 'PRECONDITION_FAILED')
      // The first try meets nobody's object but another writer's.
      if (isRefused && attempt > 1) return ours(backend, key, id, options, error)
      if (error.retryable !== 'yes') throw error
      if (attempt >= attempts) throw error.with({ retryable: 'exhausted', cause: error })
    }
    const mostMs = Math.min(writeDelayMsMax, writeDelayMs * 2 ** Math.min(attempt, 20))
    await pause(clock, random.next() * mostMs, options.signal)
  }
}

async function ours(
  backend: StorageBackend,
  key: string,
  id: string,
  { signal }: WriteOptions,
  refusal: StorageError,
): Promise<ObjectInfo> {
  try {
    const info = await backend.stat(key, signal === undefined ? {} : { signal })
    if (info.metadata[writeIdMetadata] === id) return info
  } catch (error) {
    // Gone again: the refusal stands. Anything else leaves the outcome open, and says so.
    if (!isStorageError(error, 'NOT_FOUND')) throw error
  }
  throw refusal
}

async function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(delayMs, signal)
  } catch (error) {
    throw signal?.aborted === true ? abortError(signal) : error
  }
}
