/**
 * Measures a store by listing it: one measure at a time, which all share who need one.
 *
 * A measure belongs to nobody: it goes on when those who waited for it have left.
 */
import type { StorageBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError } from '../../errors.ts'
import { CircleWatch } from '../../listing.ts'
import { unlessAborted } from '../../source.ts'
import type { Size, Tally } from './tally.ts'

export class Measure {
  readonly #inner: StorageBackend
  readonly #prefix: string
  readonly #tally: Tally
  readonly #clock: Clock
  #running: Promise<void> | undefined
  /** When the last one that went well began, and the last one of all. */
  #measuredAtMs: number | undefined
  #triedAtMs = -Infinity
  #fault: string | undefined

  constructor(inner: StorageBackend, prefix: string, tally: Tally, clock: Clock) {
    this.#inner = inner
    this.#prefix = prefix
    this.#tally = tally
    this.#clock = clock
  }

  get isDone(): boolean {
    return this.#measuredAtMs !== undefined
  }

  get isRunning(): boolean {
    return this.#running !== undefined
  }

  /** Why the last one failed; a code of an error. */
  get fault(): string | undefined {
    return this.#fault
  }

  /** How old what is known is. Infinity: nothing is. */
  get ageMs(): number {
    return this.#clock.monotonicMs() - (this.#measuredAtMs ?? -Infinity)
  }

  /** How long ago one was begun, whatever became of it. */
  get triedMsAgo(): number {
    return this.#clock.monotonicMs() - this.#triedAtMs
  }

  /** @throws StorageError of the listing; `ABORTED` when the signal ends the wait. */
  wait(signal: AbortSignal | undefined): Promise<void> {
    const running = this.#start()
    return unlessAborted(() => running, signal)
  }

  /** Nobody waits for it; should it fail, what is known is kept. */
  inBackground(): void {
    this.#start().catch(() => undefined)
  }

  #start(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #run(): Promise<void> {
    const startedMs = this.#clock.monotonicMs()
    this.#triedAtMs = startedMs
    this.#tally.beginMeasure()
    try {
      this.#tally.endMeasure(await this.#listed())
      this.#measuredAtMs = startedMs
      this.#fault = undefined
    } catch (error) {
      this.#tally.endMeasure(undefined)
      this.#fault = isStorageError(error) ? error.code : 'UNAVAILABLE'
      throw error
    }
  }

  async #listed(): Promise<Size> {
    const scope = { prefix: this.#prefix, limit: this.#inner.capabilities.listPageMax }
    const watch = new CircleWatch()
    let [bytes, objects] = [0, 0]
    let cursor: string | undefined
    do {
      const page = await this.#inner.list(cursor === undefined ? scope : { ...scope, cursor })
      for (const { size } of page.objects) bytes += size
      objects += page.objects.length
      cursor = page.cursor
      if (cursor !== undefined) watch.pass(cursor)
    } while (cursor !== undefined)
    return { bytes, objects }
  }
}
