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
import type { StorageError } from './errors.ts'
import { jitterMs } from './jitter.ts'
import type { Tries } from './lost-answer.ts'
import { writeIdMetadata } from './metadata.ts'
import { abortError, assertInteger, assertOptions } from './options.ts'
import { type Random, systemRandom } from './random.ts'
import { writeTried } from './write-tried.ts'

export { isAnswerLost, isConditional, openOutcome } from './lost-answer.ts'

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
  return writeTried(backend, key, body, tagged, new Attempts(attempts, clock, random, options))
}

/** The tries of one write, and the pauses between them. */
class Attempts implements Tries {
  readonly signal: AbortSignal | undefined
  readonly #max: number
  readonly #clock: Clock
  readonly #random: Random
  #attempt = 1

  constructor(max: number, clock: Clock, random: Random, { signal }: WriteOptions) {
    this.#max = max
    this.#clock = clock
    this.#random = random
    this.signal = signal
  }

  async after(error: StorageError): Promise<StorageError | undefined> {
    if (error.retryable !== 'yes') return error
    if (this.#attempt >= this.#max) return error.with({ retryable: 'exhausted', cause: error })
    const delayMs = jitterMs(this.#random, this.#attempt, writeDelayMs, writeDelayMsMax)
    this.#attempt++
    await pause(this.#clock, delayMs, this.signal)
    return undefined
  }
}

async function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(delayMs, signal)
  } catch (error) {
    throw signal?.aborted === true ? abortError(signal) : error
  }
}
