/** What is known of an answer: which store gave it, and how far it may lag behind. */
import type { AnsweredBy } from '../../backend.ts'
import { fallbackChannel } from '../../diagnostics/layer-channels.ts'
import type { StorageError, StorageErrorCode } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import type { Settings, Store } from './options.ts'
import type { OutOfStep } from './out-of-step.ts'
import type { Primary } from './outages.ts'
import type { Base } from './records.ts'
import type { Seen } from './seen.ts'

/** Tells who answered. */
export class Answers {
  readonly #primary: Primary
  readonly #settings: Settings
  readonly #seen: Seen
  /** Keys of which the first fallback lacks a change; see `Mirror`. */
  readonly #outOfStep: OutOfStep

  constructor(primary: Primary, settings: Settings, seen: Seen, outOfStep: OutOfStep) {
    this.#primary = primary
    this.#settings = settings
    this.#seen = seen
    this.#outOfStep = outOfStep
  }

  ofPrimary(): AnsweredBy {
    return { store: this.#primary.name, isFallback: false, staleMsMax: 0 }
  }

  /**
   * Of a change in the journal.
   *
   * @param isOwn True: it waits, and this process made it, so that it made none since. Others may
   * have written to the primary after theirs, and so may this one before it knew of it.
   */
  ofJournal(isOwn: boolean): AnsweredBy {
    const staleMsMax = isOwn ? 0 : undefined
    return { store: this.#settings.stores[0].name, isFallback: true, staleMsMax }
  }

  /**
   * @param key Undefined: of a whole listing.
   * @param found What the store has under the key.
   */
  ofStore(store: Store, key: string | undefined, found: Base): AnsweredBy {
    return { store: store.name, isFallback: true, staleMsMax: this.#staleMsMax(store, key, found) }
  }

  #staleMsMax(store: Store, key: string | undefined, found: Base): number | undefined {
    const { mirrors, stores } = this.#settings
    if (!mirrors || store !== stores[0]) return store.lagMsMax
    const { size, isOverfull } = this.#outOfStep
    if (key === undefined) return size === 0 && !isOverfull ? store.lagMsMax : undefined
    if (this.#outOfStep.has(key)) return undefined
    if (this.#seen.isMirrored(key, found)) return 0
    return isOverfull ? undefined : store.lagMsMax
  }

  /** Publishes that another store answered. */
  publish(store: Store, operation: string, code: StorageErrorCode): void {
    if (!fallbackChannel.hasSubscribers) return
    fallbackChannel.publish({ backend: this.#primary.name, store: store.name, operation, code })
  }
}

/** The error about an object of the journal, as one about the key that it is for. */
export function aboutKey(error: StorageError, key: string): StorageError {
  const { key: inner, message } = error
  if (inner === undefined) return error
  return error.with({ key, message: message.replaceAll(quoteKey(inner), () => quoteKey(key)) })
}
