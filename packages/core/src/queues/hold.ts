/**
 * The hold on a received message: its newest receipt, and one call at a time that uses it.
 *
 * Invariant: a renewal and a delete never run at once. Each call gives a new receipt and voids the
 * old one, so that two at once would void each other's.
 */
export class Hold {
  #receipt: string
  #visibleAt: Date
  #tail: Promise<unknown> = Promise.resolve()

  constructor(receipt: string, visibleAt: Date) {
    this.#receipt = receipt
    this.#visibleAt = visibleAt
  }

  get receipt(): string {
    return this.#receipt
  }

  get visibleAt(): Date {
    return new Date(this.#visibleAt)
  }

  /** Runs `call` with the newest receipt, when the calls before it have ended. */
  use<T>(call: (receipt: string) => Promise<T>): Promise<T> {
    const run = this.#tail.then(() => call(this.#receipt))
    this.#tail = run.catch(() => undefined)
    return run
  }

  /** Takes the new receipt; called from within {@link Hold.use}. */
  renew(receipt: string, visibleAt: Date): void {
    this.#receipt = receipt
    this.#visibleAt = visibleAt
  }
}
