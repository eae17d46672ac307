/**
 * Runs over everything that waits: one at a time, by hand or from the background, until it is done
 * or a store is away. That it does not answer for one key, one that it always takes too long for,
 * says nothing of the others: only several in a row end a run, and next time these come last.
 */
import type { OperationOptions } from '../../backend.ts'
import type { StorageError } from '../../errors.ts'
import { isStorageError } from '../../errors.ts'
import { assertOptions } from '../../options.ts'
import { unlessAborted } from '../../source.ts'
import type { Conflict } from './conflicts.ts'
import type { Journal } from './journal.ts'
import { isOutage } from './outages.ts'
import { eachOf } from './pages.ts'
import type { Parts } from './parts.ts'
import type { Reconciler, Resolve } from './reconciler.ts'

const keysAtOnce = 8
/** Most failures and conflicts that a summary names. */
const namedMax = 1000
/** Bodies that nothing names are left alone for a day: their writes may be under way. */
const sweepAgeMs = 86_400_000

/** What `reconcile` takes. */
export interface ReconcileOptions extends OperationOptions {
  /** Asked of each new conflict. Default: both versions are kept. */
  readonly resolve?: Resolve | undefined
}

/** What a run did. */
export interface ReconcileSummary {
  /** Keys that are settled: the primary holds the outage's change, or the caller dropped it. */
  readonly settled: number
  /** New conflicts, of which both versions are kept; at most 1,000 are named. */
  readonly conflicts: readonly Conflict[]
  /** Keys that could not be settled, and why; they wait on. At most 1,000 are named. */
  readonly failures: readonly { readonly key: string; readonly error: StorageError }[]
  /** Keys that wait still. */
  readonly pending: number
  /** The failure of a store that is away, which ended the run; undefined when it was complete. */
  readonly stoppedBy: StorageError | undefined
}

type Failure = ReconcileSummary['failures'][number]

const optionNames: ReadonlySet<string> = new Set(['signal', 'resolve'])

export class Runs {
  readonly #parts: Parts
  readonly #reconciler: Reconciler | undefined
  #running: Promise<unknown> | undefined
  #nextMs = -Infinity
  /** Keys that a store did not answer for: they come last, so that they hold up no others. */
  readonly #late = new Set<string>()

  constructor(parts: Parts, reconciler: Reconciler | undefined) {
    this.#parts = parts
    this.#reconciler = reconciler
  }

  /** Runs once the run that is under way has ended; also over what is left of earlier processes. */
  async byHand(options: ReconcileOptions): Promise<ReconcileSummary> {
    assertOptions(options, optionNames, 'reconcile')
    while (this.#running !== undefined) {
      const running = this.#running
      await unlessAborted(() => running, options.signal)
    }
    const { signal = this.#parts.closing } = options
    const either = AbortSignal.any([signal, this.#parts.closing])
    return this.#run({ ...options, signal: either }, this.#parts.reconciled)
  }

  /** Starts a run in the background, when something waits and none was lately. */
  nudge(isWorthIt: boolean): void {
    const { settings, closing } = this.#parts
    if (!isWorthIt || !settings.isAuto || this.#running !== undefined || closing.aborted) return
    if (settings.clock.monotonicMs() < this.#nextMs) return
    // Its failures are told by the next run by hand, and by the state of the layer.
    void this.#run({ signal: closing }, this.#parts.journal).catch(() => undefined)
  }

  #run(options: ReconcileOptions, journal: Journal | undefined): Promise<ReconcileSummary> {
    const { clock, reconcileEveryMs } = this.#parts.settings
    const run = this.#all(options, journal)
    const end = (): void => {
      this.#running = undefined
      this.#nextMs = clock.monotonicMs() + reconcileEveryMs
    }
    this.#running = run.then(end, end)
    return run
  }

  async #all(
    { resolve, signal }: ReconcileOptions,
    journal: Journal | undefined,
  ): Promise<ReconcileSummary> {
    const { mirror } = this.#parts
    const conflicts: Conflict[] = []
    const failures: Failure[] = []
    /** Without an answer since the last one: of one key each, or the store is away. */
    let unanswered: Failure[] = []
    let isAnswered = false
    let settled = 0
    const name = (failure: Failure): void => {
      if (failures.length < namedMax) failures.push(failure)
    }
    const settle = async (key: string): Promise<void> => {
      try {
        const result = await this.#reconciler!.settle(key, { resolve, signal })
        if (result.outcome !== 'conflict') settled++
        else if (conflicts.length < namedMax) conflicts.push(result.conflict)
      } catch (error) {
        if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
        if (isOutage(error)) {
          this.#late.add(key)
          unanswered.push({ key, error })
          if (unanswered.length >= keysAtOnce) throw error
          return
        }
        name({ key, error })
      }
      this.#late.delete(key)
      isAnswered = true
      unanswered.forEach(name)
      unanswered = []
    }
    const told = (stoppedBy: StorageError | undefined): ReconcileSummary => {
      return { settled, conflicts, failures, pending: journal?.pending ?? 0, stoppedBy }
    }
    try {
      await journal?.reload(signal)
      await eachOf(this.#inOrder(journal?.snapshot().keys ?? []), keysAtOnce, settle)
      if (!isAnswered && unanswered.length > 0) throw unanswered[0]!.error
      unanswered.forEach(name)
      await mirror?.mend({ signal })
      await journal?.sweep(sweepAgeMs, { signal })
      return told(undefined)
    } catch (error) {
      if (isOutage(error)) return told(error)
      throw error
    }
  }

  #inOrder(keys: readonly string[]): readonly string[] {
    if (this.#late.size === 0) return keys
    const late = keys.filter((key) => this.#late.has(key))
    const others = keys.filter((key) => !this.#late.has(key))
    this.#late.clear()
    for (const key of late) this.#late.add(key)
    return [...others, ...late]
  }
}
