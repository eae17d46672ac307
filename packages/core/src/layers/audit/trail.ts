/**
 * The way of entries to their sink: one `append` at a time, with all that came meanwhile in the
 * next one.
 *
 * ```
 * begin   must be taken, or is refused and forgotten; holds room for its ends
 * record  must be taken, or is refused and forgotten
 * keep    stays until it is taken; dropped, and counted, only when there is no room
 * ```
 *
 * Invariant: the sink gets the entries in the order in which they came, and at most
 * `entriesWaitingMax` of them wait. After a failure nothing is tried before somebody asks again.
 */
import type { Clock } from '../../clock.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import type { LayerState } from '../stack.ts'
import type { AuditEntry } from './entry.ts'
import type { AuditSink } from './sink.ts'

/** Entries in one `append`; a call of its own may have more. */
const entriesPerAppendMax = 1000
/** What is only kept does not ask a sink that just failed. */
const failurePauseMs = 1000

/** What a trail needs. */
export interface TrailOptions {
  readonly sink: AuditSink
  readonly clock: Clock
  readonly entriesWaitingMax: number
  readonly sinkTimeoutMs: number
  readonly onDrop: ((entries: readonly AuditEntry[], error: unknown) => void) | undefined
}

interface Item {
  readonly entries: readonly AuditEntry[]
  readonly isKept: boolean
  /** Without an error: taken, or kept for later. */
  readonly settle: (error?: StorageError) => void
  /** The ends of what was refused, and then taken after all. */
  readonly endsIfLate?: EndsIfLate | undefined
}

type EndsIfLate = (refused: StorageError) => readonly AuditEntry[]

/** Entries on their way. */
export class AuditTrail {
  readonly #options: TrailOptions
  #items: Item[] = []
  #entriesWaiting = 0
  /** Room for the ends of what was begun. */
  #entriesReserved = 0
  #isRunning = false
  /** The sink has not answered the last append, whose time is over. */
  #isStuck = false
  #failure: StorageError | undefined
  #failedAtMs = 0
  #appended = 0
  #dropped = 0

  constructor(options: TrailOptions) {
    this.#options = options
  }

  /**
   * There is room for the ends of what was taken.
   *
   * @param endsIfLate Recorded when the sink takes them after its time: what was begun is over.
   * @throws StorageError `UNAVAILABLE` unless they were taken.
   */
  async begin(entries: readonly AuditEntry[], endsIfLate: EndsIfLate): Promise<void> {
    const ends = entries.length
    this.#assertRoom(entries.length + ends)
    this.#entriesReserved += ends
    try {
      await this.#push(entries, false, endsIfLate)
    } catch (error) {
      this.#entriesReserved -= ends
      throw error
    }
  }

  /** The ends of what was begun. Resolves once they were taken, or have to wait. */
  end(entries: readonly AuditEntry[]): Promise<void> {
    this.#entriesReserved -= entries.length
    return this.#push(entries, true)
  }

  /** @throws StorageError `UNAVAILABLE` unless they were taken. */
  async record(entries: readonly AuditEntry[]): Promise<void> {
    this.#assertRoom(entries.length)
    await this.#push(entries, false)
  }

  /** Takes them on if there is room. Nobody waits for them. */
  keep(entries: readonly AuditEntry[]): void {
    const room = this.#options.entriesWaitingMax - this.#entriesWaiting - this.#entriesReserved
    if (entries.length > room) {
      this.#drop(entries, this.#failure ?? this.#fullError())
      this.#askAgain()
      return
    }
    void this.#push(entries, true)
  }

  /** @throws StorageError `UNAVAILABLE` unless all that waits now was taken. */
  flush(): Promise<void> {
    // An item without entries: it is behind all that waits.
    return this.#push([], false)
  }

  /** Waits for calls that end, as long as for the sink: they have entries to come. */
  async waitFor(calls: Promise<void>): Promise<void> {
    await this.#within(() => calls).catch(() => undefined)
  }

  /** Gives up what the sink does not take. @throws StorageError `UNAVAILABLE` if that is any. */
  async close(): Promise<void> {
    try {
      await this.flush()
    } catch (error) {
      const lost = this.#items.splice(0).flatMap(({ entries }) => entries)
      this.#entriesWaiting = 0
      if (lost.length > 0) this.#drop(lost, error)
      throw error
    } finally {
      if (!this.#isStuck) await this.#within(async () => this.#options.sink.close?.())
    }
  }

  /** For the layer's `tellState`. */
  state(): LayerState {
    const { sink } = this.#options
    const waiting = this.#entriesWaiting
    const details = { sink: sink.name, waiting, appended: this.#appended, dropped: this.#dropped }
    if (this.#failure !== undefined) {
      return { ok: false, message: `the audit sink ${sink.name} fails; mend it`, details }
    }
    return this.#dropped > 0
      ? { ok: false, message: `${this.#dropped} audit entries were dropped`, details }
      : { ok: true, message: `the audit sink ${sink.name} takes entries`, details }
  }

  #push(entries: readonly AuditEntry[], isKept: boolean, endsIfLate?: EndsIfLate): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (error?: StorageError): void => {
        if (error === undefined) resolve()
        else reject(error)
      }
      this.#items.push({ entries, isKept, settle, endsIfLate })
      this.#entriesWaiting += entries.length
      const isPausing = isKept && this.#failure !== undefined && this.#pausesStill()
      if (isPausing && !this.#isRunning) settle()
      else void this.#run()
    })
  }

  /** There is no room for more, so nobody else would ask whether the sink works again. */
  #askAgain(): void {
    if (!this.#pausesStill()) void this.#run()
  }

  #pausesStill(): boolean {
    return this.#options.clock.monotonicMs() - this.#failedAtMs < failurePauseMs
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    if (this.#isRunning) return
    this.#isRunning = true
    // What is pushed in the same turn goes along.
    await Promise.resolve()
    while (this.#items.length > 0) {
      const batch = this.#nextBatch()
      const entries = batch.flatMap((item) => item.entries)
      try {
        if (entries.length > 0) await this.#append(batch, entries)
      } catch (error) {
        this.#fail(error)
        break
      }
      if (entries.length > 0) this.#failure = undefined
      this.#items.splice(0, batch.length)
      this.#entriesWaiting -= entries.length
      this.#appended += entries.length
      for (const item of batch) item.settle()
    }
    // Nothing awaits between the last look at the items and this: none is overlooked.
    this.#isRunning = false
  }

  #nextBatch(): Item[] {
    let entries = 0
    const end = this.#items.findIndex((item, at) => {
      entries += item.entries.length
      return at > 0 && entries > entriesPerAppendMax
    })
    return end === -1 ? [...this.#items] : this.#items.slice(0, end)
  }

  async #append(batch: readonly Item[], entries: readonly AuditEntry[]): Promise<void> {
    if (this.#isStuck) throw this.#timeoutError()
    let [isTaken, isGivenUp] = [false, false]
    const endIfLate = (): void => {
      if (isTaken && isGivenUp) this.#endLate(batch)
    }
    try {
      await this.#within(async () => {
        this.#isStuck = true
        try {
          await this.#options.sink.append(entries)
          isTaken = true
        } finally {
          this.#isStuck = false
        }
        endIfLate()
      })
    } catch (error) {
      isGivenUp = true
      endIfLate()
      throw error
    }
  }

  /** What was begun has been refused meanwhile. */
  #endLate(batch: readonly Item[]): void {
    for (const { endsIfLate } of batch) {
      if (endsIfLate !== undefined) this.keep(endsIfLate(this.#timeoutError()))
    }
  }

  /** What must be taken is refused, also what came during the try; the rest waits. */
  #fail(cause: unknown): void {
    this.#failure =
      isStorageError(cause) && cause.operation === 'audit' ? cause : this.#error(cause)
    this.#failedAtMs = this.#options.clock.monotonicMs()
    const items = this.#items
    this.#items = items.filter(({ isKept }) => isKept)
    this.#entriesWaiting = this.#items.reduce((sum, { entries }) => sum + entries.length, 0)
    for (const { isKept, settle } of items) settle(isKept ? undefined : this.#failure)
  }

  /** Ends with an error once `sinkTimeoutMs` are over; what was started goes on. */
  async #within(call: () => Promise<void>): Promise<void> {
    const { clock, sinkTimeoutMs } = this.#options
    const done = new AbortController()
    const late = clock.sleep(sinkTimeoutMs, done.signal).then(() => {
      throw this.#timeoutError()
    })
    try {
      await Promise.race([call(), late])
    } finally {
      late.catch(() => undefined)
      done.abort()
    }
  }

  #assertRoom(entries: number): void {
    const { entriesWaitingMax } = this.#options
    const taken = this.#entriesWaiting + this.#entriesReserved
    if (taken + entries <= entriesWaitingMax) return
    this.#askAgain()
    throw this.#fullError()
  }

  #drop(entries: readonly AuditEntry[], error: unknown): void {
    this.#dropped += entries.length
    try {
      this.#options.onDrop?.(entries, error)
    } catch {
      // The operation must not fail for it, and there is nobody else to tell.
    }
  }

  #fullError(): StorageError {
    return this.#error(
      this.#failure?.cause,
      `${this.#options.entriesWaitingMax} entries wait for it; it is too slow or fails, or ` +
        'entriesWaitingMax is too low',
    )
  }

  #timeoutError(): StorageError {
    return this.#error(undefined, `it did not answer within ${this.#options.sinkTimeoutMs} ms`)
  }

  /** The cause is the sink's own, and may quote what it likes: only its code is in the message. */
  #error(
    cause: unknown,
    why: string = `it failed${codeText(cause)}, see cause; mend it`,
  ): StorageError {
    const message = `The audit sink ${this.#options.sink.name} took no entry: ${why}`
    const details = cause === undefined ? {} : { cause }
    return new StorageError('UNAVAILABLE', message, { operation: 'audit', ...details })
  }
}

/** A code as Node's errors have it, `ENOENT` say: no text that could hold something. */
function codeText(cause: unknown): string {
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? ` with ${code}` : ''
}
