/**
 * Messages that were handled at their first try, told together: one line every few seconds, however
 * many there are, so that they do not push out of the log what went wrong.
 */
import type { Clock } from '@aos-storage/core'
import type { LogLine } from './wire.ts'

/** The first line comes soon; while the messages go on, the next ones take longer. */
const delayMsMin = 1000
const delayMsMax = 4000

type Handled = Pick<LogLine, 'consumer' | 'id' | 'dequeueCount'>

export class HandledTally {
  readonly #clock: Clock
  readonly #onLine: (line: Omit<LogLine, 'sequence' | 'at'>) => void
  readonly #end = new AbortController()
  #last: Handled = {}
  #count = 0
  #isSameConsumer = true
  #isTelling = false

  constructor(clock: Clock, onLine: (line: Omit<LogLine, 'sequence' | 'at'>) => void) {
    this.#clock = clock
    this.#onLine = onLine
  }

  add(handled: Handled): void {
    this.#isSameConsumer =
      this.#count === 0 || (this.#isSameConsumer && handled.consumer === this.#last.consumer)
    this.#last = handled
    this.#count += 1
    if (this.#isTelling || this.#end.signal.aborted) return
    this.#isTelling = true
    void this.#tell().finally(() => (this.#isTelling = false))
  }

  /** Tells at once what was not told yet. */
  flush(): void {
    if (this.#count === 0) return
    const { consumer, id, dequeueCount } = this.#last
    const one = this.#count === 1 ? { id, dequeueCount } : {}
    const who = this.#isSameConsumer ? { consumer } : {}
    const messages = this.#count
    this.#count = 0
    this.#onLine({ kind: 'handled', messages, ...who, ...one })
  }

  /** Tells what is left, and waits for nothing more. */
  close(): void {
    this.#end.abort()
    this.flush()
  }

  /** Until no message was handled for a while. Never rejects. */
  async #tell(): Promise<void> {
    for (let delayMs = delayMsMin; ; delayMs = Math.min(2 * delayMs, delayMsMax)) {
      await this.#clock.sleep(delayMs, this.#end.signal).catch(() => undefined)
      if (this.#count === 0) return
      this.flush()
    }
  }
}
