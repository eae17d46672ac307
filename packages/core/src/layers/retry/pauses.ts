/** Pauses between tries: ended by the signal of a call or of its body, and by close. */
import type { Clock } from '../../clock.ts'
import { throwIfAborted } from '../../options.ts'

/** Made once: an abort without a reason makes an error, with its stack. */
const ended = new Error('The pause was ended')

/** All pauses of one layer. */
export class Pauses {
  readonly #clock: Clock
  readonly #running = new Set<AbortController>()
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /**
   * Waits. Ends early and quietly at close: the store then says itself that it is closed.
   *
   * @throws StorageError `ABORTED` when the signal fires.
   */
  async pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    throwIfAborted(signal)
    if (this.#isClosed) return
    const controller = new AbortController()
    const end = (): void => controller.abort(ended)
    this.#running.add(controller)
    signal?.addEventListener('abort', end, { once: true })
    try {
      await this.#clock.sleep(delayMs, controller.signal)
    } catch (error) {
      throwIfAborted(signal)
      if (!controller.signal.aborted) throw error
    } finally {
      signal?.removeEventListener('abort', end)
      this.#running.delete(controller)
    }
  }

  /** Ends all pauses, and those to come. */
  close(): void {
    this.#isClosed = true
    for (const controller of this.#running) controller.abort(ended)
  }
}
