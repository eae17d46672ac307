/**
 * Keeps a message held while its handler runs. It is renewed when a third of its visibility is
 * over, so that two thirds are left for tries that fail.
 *
 * Invariant: `signal` fires as soon as the message may be somebody else's: when the service says
 * so, or when the time ran out without a renewal that was answered.
 */
import type { Clock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import type { UpdatedMessage } from './backend.ts'
import type { QueueMessage } from './message.ts'

/** Pause between tries of a renewal that fails, as a part of the visibility. */
const retryParts = 10

/** What a renewal needs. */
export interface RenewalTools {
  readonly clock: Clock
  readonly visibilitySeconds: number
  /** Fires its signal when the answer is of no use any more. */
  readonly renew: (signal: AbortSignal) => Promise<UpdatedMessage>
  readonly onError: (error: unknown) => void
}

/** The renewing of one hold, from `start` until `stop`. */
export class Renewal {
  readonly #tools: RenewalTools
  readonly #message: QueueMessage
  readonly #lost = new AbortController()
  /** One of its own for each message, which dies with it: see `signal`. */
  readonly #handler = new AbortController()
  readonly #stopped = new AbortController()
  readonly #visibilityMs: number
  #endsAtMs: number

  /** @param heldFromMs When the receive was sent, by the monotonic clock: the hold began later. */
  constructor(message: QueueMessage, heldFromMs: number, tools: RenewalTools) {
    this.#message = message
    this.#tools = tools
    this.#visibilityMs = tools.visibilitySeconds * 1000
    this.#endsAtMs = heldFromMs + this.#visibilityMs
  }

  /**
   * Begins to renew. A hold that may be over already, because its receive took long, is renewed
   * before: the service may have given it a moment ago.
   *
   * @returns False when it is lost.
   */
  async start(): Promise<boolean> {
    const isOver = (): boolean => this.#endsAtMs <= this.#tools.clock.monotonicMs()
    if (isOver()) {
      const failure = await this.#renew()
      if (failure !== undefined || isOver()) {
        this.#lose(failure?.error)
        return false
      }
    }
    void this.#run()
    void this.#watch()
    return true
  }

  /**
   * What the handler hears: fires when the hold is lost, and at `abort`. Not made by
   * `AbortSignal.any` of one that lives long, which would keep for ever what handlers listen with.
   */
  get signal(): AbortSignal {
    return this.#handler.signal
  }

  get isLost(): boolean {
    return this.#lost.signal.aborted
  }

  /** Tells the handler to end. The message is still held. */
  abort(reason: unknown): void {
    this.#handler.abort(reason)
  }

  /** Renews no more. A renewal that is under way may still end. */
  stop(): void {
    this.#stopped.abort()
  }

  async #run(): Promise<void> {
    let pauseMs = this.#endsAtMs - (this.#visibilityMs * 2) / 3 - this.#tools.clock.monotonicMs()
    while (await this.#pause(pauseMs)) {
      // Stopped since it woke: the next call is to be the one that settles the message.
      if (this.#stopped.signal.aborted) return
      const failure = await this.#renew()
      const error = failure?.error
      if (isStorageError(error) && error.retryable === 'no') {
        this.#lose(error)
        return
      }
      pauseMs = this.#visibilityMs / (failure === undefined ? 3 : retryParts)
    }
  }

  /** What it failed with, or undefined. */
  async #renew(): Promise<{ readonly error: unknown } | undefined> {
    const sentAtMs = this.#tools.clock.monotonicMs()
    try {
      await this.#tools.renew(this.#lost.signal)
      this.#endsAtMs = sentAtMs + this.#visibilityMs
      return undefined
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#tools.onError(error)
      return { error }
    }
  }

  /** A renewal may hang: the time runs out all the same. */
  async #watch(): Promise<void> {
    for (;;) {
      const leftMs = this.#endsAtMs - this.#tools.clock.monotonicMs()
      if (leftMs <= 0) break
      if (!(await this.#pause(leftMs))) return
    }
    this.#lose(undefined)
  }

  /** False once there is nothing more to do. */
  async #pause(delayMs: number): Promise<boolean> {
    try {
      await this.#tools.clock.sleep(Math.max(0, delayMs), this.#stopped.signal)
      return !this.#stopped.signal.aborted
    } catch {
      return false
    }
  }

  #lose(cause: unknown): void {
    if (this.#stopped.signal.aborted) return
    this.#stopped.abort()
    const error = new StorageError(
      'LOCKED',
      'The hold on the message was lost: it was not renewed in time, or somebody else has it',
      { retryable: 'no', key: this.#message.queue, cause },
    )
    this.#lost.abort(error)
    this.#handler.abort(error)
  }
}
