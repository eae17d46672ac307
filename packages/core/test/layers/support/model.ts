/**
 * What a store may hold after calls that were answered, refused, or ended without our knowing.
 *
 * Each key has the set of states that it may be in: one after an answer, two after a change whose
 * outcome is open. An answer must fit one of them, and leaves those that fit it.
 */
import { isStorageError } from '../../../src/index.ts'

/** A state of a key: the text that is stored there, or undefined for no object. */
type State = string | undefined

/** Answers that say that the change was not made. All other errors leave it open. */
const refusals = ['ALREADY_EXISTS', 'PRECONDITION_FAILED', 'NOT_FOUND'] as const

/** Which states of a key let it be refused so. */
export type MayRefuse = Partial<Record<(typeof refusals)[number], (state: State) => boolean>>

export class Model {
  readonly #states = new Map<string, Set<State>>()

  /** Every state that `key` may be in. */
  of(key: string): ReadonlySet<State> {
    return this.#states.get(key) ?? new Set([undefined])
  }

  get keys(): string[] {
    return [...this.#states.keys()]
  }

  /** `key` was seen in one of the states that fit. @throws Error when there is none. */
  saw(key: string, what: string, fits: (state: State) => boolean): void {
    const left = [...this.of(key)].filter(fits)
    if (left.length === 0) {
      throw new Error(`${key}: ${what}, but it may only be ${this.#told(key)}`)
    }
    this.#states.set(key, new Set(left))
  }

  /** A change to `state` was answered with success. */
  became(key: string, state: State): void {
    this.#states.set(key, new Set([state]))
  }

  /** A change to any of these may have been made. */
  mayBe(key: string, states: Iterable<State>): void {
    this.#states.set(key, new Set([...this.of(key), ...states]))
  }

  /** A change to `states` failed. @throws Error when it was refused although it could not be. */
  failed(key: string, error: unknown, states: Iterable<State>, mayRefuse: MayRefuse): void {
    if (!isStorageError(error)) throw error
    for (const code of refusals) {
      if (error.code !== code) continue
      const fits = mayRefuse[code]
      if (fits === undefined)
        throw new Error(`${key}: ${code} where it cannot be`, { cause: error })
      this.saw(key, code, fits)
      return
    }
    this.mayBe(key, states)
  }

  #told(key: string): string {
    return [...this.of(key)].map((state) => state?.slice(0, 20) ?? 'absent').join(' or ')
  }
}
