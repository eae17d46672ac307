/**
 * Deletes of many keys, of which only those are sent again that failed and may succeed.
 *
 * ```
 * keys ---> outcomes: done, done, failed, refused
 *      ---> again, only the failed one ------> its outcome in its place
 * ```
 *
 * Invariant: one outcome for each key, in the order of the keys; what is known of a key is not lost
 * because a later round fails as a whole.
 */
import type { DeleteOutcome } from '../../backend.ts'
import { isStorageError, type StorageError } from '../../errors.ts'
import { isAnswerLost, settled, type Tries } from '../../lost-answer.ts'
import { isWorthRetry } from './attempts.ts'

/** Sends one round of keys. */
export type SendKeys = (keys: readonly string[]) => Promise<readonly DeleteOutcome[]>

/** Deletes the keys, in as many rounds as `tries` says. */
export async function deleteInRounds(
  keys: readonly string[],
  send: SendKeys,
  tries: Tries,
): Promise<DeleteOutcome[]> {
  const rounds = new DeleteRounds(keys)
  for (;;) {
    const failure = await rounds.send(send)
    if (failure === undefined) return rounds.outcomes()
    const told = await tries.after(failure)
    if (told !== undefined) return rounds.ended(told)
  }
}

class DeleteRounds {
  readonly #keys: readonly string[]
  readonly #outcomes: (DeleteOutcome | undefined)[]
  /** Places of the keys that are to be sent. */
  #open: number[]
  /** Keys that may have been deleted by a round whose answer was lost, and that failure. */
  readonly #lost = new Map<string, StorageError>()
  /** True when the last round failed as a whole. */
  #isWhole = false

  constructor(keys: readonly string[]) {
    this.#keys = keys
    this.#outcomes = Array.from({ length: keys.length })
    this.#open = keys.map((_, place) => place)
  }

  /** Sends what is open; gives why some of it may be sent again. @throws what may not. */
  async send(send: SendKeys): Promise<StorageError | undefined> {
    const keys = this.#open.map((place) => this.#keys[place]!)
    try {
      return this.#take(await send(keys))
    } catch (error) {
      if (!isStorageError(error)) throw error
      this.#isWhole = true
      if (isAnswerLost(error)) for (const key of keys) this.#lost.set(key, error)
      return error
    }
  }

  outcomes(): DeleteOutcome[] {
    return this.#outcomes as DeleteOutcome[]
  }

  /** There will be no more rounds. @throws `error` when nothing else is known. */
  ended(error: StorageError): DeleteOutcome[] {
    const isKnown = this.#outcomes.some((outcome) => outcome !== undefined)
    if (!isKnown || error.code === 'ABORTED' || error.code === 'CLOSED') {
      const [lost] = this.#lost.values()
      throw settled(error, 'same', lost === error ? undefined : lost, undefined)
    }
    const { retryable } = error
    for (const place of this.#open) {
      const key = this.#keys[place]!
      const own = this.#isWhole ? undefined : this.#outcomes[place]?.error
      const why = own === undefined ? error.with({ key }) : own.with({ key, retryable })
      const told = settled(why, 'same', this.#lost.get(key), key)
      this.#outcomes[place] = { key, deleted: false, error: told }
    }
    return this.outcomes()
  }

  /** Of several failures one asks for the longest wait: it speaks for all of them. */
  #take(outcomes: readonly DeleteOutcome[]): StorageError | undefined {
    const sent = this.#open
    this.#open = []
    this.#isWhole = false
    let failure: StorageError | undefined
    for (const [at, place] of sent.entries()) {
      const outcome = outcomes[at]!
      const { key, error } = outcome
      this.#outcomes[place] = this.#known(outcome)
      if (error === undefined || !isWorthRetry(error)) continue
      this.#open.push(place)
      if (isAnswerLost(error)) this.#lost.set(key, error)
      if (failure === undefined || waitMs(error) > waitMs(failure)) failure = error
    }
    return failure
  }

  /** Gone after a lost answer: most likely it was its own. Told once for a key given twice. */
  #known(outcome: DeleteOutcome): DeleteOutcome {
    const { key, deleted, error } = outcome
    const lost = this.#lost.get(key)
    if (deleted || lost === undefined) return outcome
    if (error !== undefined) {
      const told = isWorthRetry(error) ? error : settled(error, 'same', lost, key)
      return { key, deleted, error: told }
    }
    this.#lost.delete(key)
    return { key, deleted: true }
  }
}

function waitMs({ retryAfterMs = 0 }: StorageError): number {
  return retryAfterMs
}
