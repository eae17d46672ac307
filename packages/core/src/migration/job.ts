/** A migration under way: what its caller holds. */
import type { StorageBackend } from '../backend.ts'
import { type Clock, systemClock } from '../clock.ts'
import { isStorageError, StorageError } from '../errors.ts'
import { systemRandom } from '../random.ts'
import { Carrier } from './carrier.ts'
import { assertNotOneStore, identityOf } from './ends.ts'
import { stoppedError } from './failures.ts'
import { Journal } from './journal/journal.ts'
import type { JournalMemory } from './journal/memory.ts'
import { keyFilter, type Mapping, mappingOf } from './key-mapping.ts'
import type { Settled } from './options.ts'
import { objectsOf, plan, type PlanOptions } from './planning.ts'
import { type MigrationProgress, ProgressMeter } from './progress.ts'
import { type MigrationReport, ReportBuilder } from './report.ts'
import { Retry } from './retry.ts'
import { Run } from './run.ts'

/** A migration under way. It began when it was made; await `done`. */
export interface MigrationJob {
  /**
   * The report, when all objects were tried: look at `failed` and `failures`.
   *
   * Rejects with a `StorageError` that ended it before: `QUOTA_EXCEEDED` when the destination is
   * full, `UNAUTHENTICATED`, `CLOSED`, `ABORTED` by the signal, `INVALID_ARGUMENT` and `LOCKED` for
   * the journal, what a listing failed with, and what too many objects in a row failed with. What
   * was done till then is in `migrationReport(error)`.
   */
  readonly done: Promise<MigrationReport>
  /** How far it is now. */
  progress(): MigrationProgress
  /** Begins no more objects; those on their way are carried over. */
  pause(): void
  resume(): void
}

export interface JobOptions {
  readonly source: StorageBackend
  readonly destination: StorageBackend
  readonly options: Settled
}

export class Job implements MigrationJob {
  readonly done: Promise<MigrationReport>
  readonly #source: StorageBackend
  readonly #destination: StorageBackend
  readonly #options: Settled
  readonly #mapping: Mapping
  readonly #isWanted: (key: string) => boolean
  readonly #clock: Clock
  readonly #report = new ReportBuilder()
  readonly #meter: ProgressMeter
  /** Ends requests that nobody waits for any more, too. */
  readonly #ending = new AbortController()
  readonly #signal: AbortSignal
  readonly #retry: Retry
  #run: Run | undefined
  #isPaused = false
  #toldMs: number

  constructor({ source, destination, options }: JobOptions) {
    const { clock = systemClock, random = systemRandom, signal, attempts } = options
    this.#source = source
    this.#destination = destination
    this.#options = options
    this.#mapping = mappingOf(options.mapKeys)
    this.#isWanted = keyFilter(options.include, options.exclude)
    this.#clock = clock
    this.#meter = new ProgressMeter(clock, this.#report)
    this.#toldMs = clock.monotonicMs()
    const ending = this.#ending.signal
    this.#signal = signal === undefined ? ending : AbortSignal.any([signal, ending])
    this.#retry = new Retry({ attempts, clock, random, signal: this.#signal })
    this.#meter.start()
    this.done = this.#all()
  }

  progress(): MigrationProgress {
    const objectsInFlight = this.#run?.objectsInFlight ?? 0
    return this.#meter.snapshot({ objectsInFlight, isPaused: this.#isPaused })
  }

  pause(): void {
    this.#isPaused = true
    this.#run?.pause()
  }

  resume(): void {
    this.#isPaused = false
    this.#run?.resume()
  }

  async #all(): Promise<MigrationReport> {
    const startedMs = this.#clock.monotonicMs()
    const { dryRun, journal: wanted } = this.#options
    const build = (outcome: MigrationReport['outcome']): MigrationReport =>
      this.#report.build(outcome, dryRun, this.#clock.monotonicMs() - startedMs)
    try {
      if (this.#options.deleteSource !== 'never') {
        await assertNotOneStore(this.#source, this.#destination, this.#signal)
      }
      await this.#withJournal((journal) => this.#carryAll(journal))
      return build('complete')
    } catch (error) {
      const hasJournal = wanted !== undefined && !dryRun
      const stopped = stoppedError(error, { hasJournal, hasBegun: this.#run !== undefined })
      throw stopped === undefined ? error : stopped.with({ results: [build('stopped')] })
    } finally {
      this.#ending.abort()
      this.#tell()
    }
  }

  /** Opens the journal, if any, and closes it whatever comes. */
  async #withJournal(work: (journal: Journal | undefined) => Promise<void>): Promise<void> {
    const { journal: wanted, dryRun, clock = systemClock, random = systemRandom } = this.#options
    if (wanted === undefined || dryRun) return work(undefined)
    const [source, destination] = [this.#source, this.#destination]
    const purpose = {
      source: await identityOf(source, this.#signal),
      destination: await identityOf(destination, this.#signal),
      options: this.#remembered(),
    }
    const journal = await Journal.open(wanted, purpose, { clock, random })
    try {
      await assertDestinationOf(journal.memory, destination, this.#retry, this.#signal)
      if (this.#options.deleteSource !== 'never') journal.memory.forgetUndeleted()
      if (!journal.memory.isEmpty) this.#report.restore(journal.memory.counts)
      await work(journal)
      journal.end(this.#report.counts)
    } catch (error) {
      // What ended it says more than what its journal says then.
      journal.closeQuietly()
      throw error
    }
    journal.close()
  }

  async #carryAll(journal: Journal | undefined): Promise<void> {
    const { clock = systemClock, random = systemRandom } = this.#options
    this.#meter.start()
    const run = (journal?.run ?? random.id()).replaceAll('-', '').slice(0, 8)
    const ends = { source: this.#source, destination: this.#destination, signal: this.#signal }
    const planning: PlanOptions = {
      ...ends,
      mapping: this.#mapping,
      isWanted: this.#isWanted,
      memory: journal?.memory,
      retry: this.#retry,
      onExcluded: () => this.#report.counts.excluded++,
    }
    const carrier = new Carrier({
      ...ends,
      signal: this.#options.signal,
      options: { ...this.#options, run },
      retry: this.#retry,
      isResumed: this.#report.isResumed,
      onBytes: (bytes) => this.#moved(bytes),
    })
    this.#run = new Run({
      ...ends,
      plan: plan(planning),
      carrier,
      options: this.#options,
      journal,
      report: this.#report,
      retry: this.#retry,
      onSettled: () => this.#tellIfDue(clock),
    })
    if (this.#isPaused) this.#run.pause()
    const counting = this.#options.onProgress === undefined ? undefined : this.#count(planning)
    await this.#run.all()
    // Whatever it has not counted by now does not matter any more.
    this.#ending.abort()
    await counting
  }

  /** Counts what is to be done, beside the doing of it. Its failure is told by the plan's own. */
  async #count({ memory, isWanted, mapping }: PlanOptions): Promise<void> {
    const [retry, signal, through] = [this.#retry, this.#signal, memory?.through]
    const scope = { prefix: mapping.from, ...(through !== undefined && { startAfter: through }) }
    try {
      for await (const { key, size } of objectsOf(this.#source, scope, { retry, signal })) {
        if (isWanted(key) && memory?.settled.has(key) !== true) this.#meter.counted(size)
      }
      this.#meter.countedAll()
    } catch {
      // No time left is told then.
    }
  }

  #moved(bytes: number): void {
    this.#meter.moved(bytes)
    this.#tellIfDue(this.#clock)
  }

  #tellIfDue(clock: Clock): void {
    const { onProgress, progressMs } = this.#options
    if (onProgress === undefined || clock.monotonicMs() - this.#toldMs < progressMs) return
    this.#tell()
  }

  /** What is done stays done: a listener that throws must not undo it. */
  #tell(): void {
    this.#toldMs = this.#clock.monotonicMs()
    try {
      this.#options.onProgress?.(this.progress())
    } catch {
      // There is nobody to tell but the listener.
    }
  }

  /** The options that say which objects go where, and what is done with them. */
  #remembered(): Record<string, unknown> {
    const { include, exclude, existing, compare, verify, deleteSource, origin, losses } =
      this.#options
    const mapKeys = this.#mapping.name
    return { include, exclude, mapKeys, existing, compare, verify, deleteSource, origin, losses }
  }
}

/**
 * Copies that the journal tells of are looked for: where none of the last ones is, it is not the
 * same store, or it was emptied, and going on would leave out what was copied before.
 *
 * @throws StorageError `INVALID_ARGUMENT` then.
 */
async function assertDestinationOf(
  { recent }: JournalMemory,
  destination: StorageBackend,
  retry: Retry,
  signal: AbortSignal,
): Promise<void> {
  for (const { key, to = key, toEtag } of recent.toReversed()) {
    const etag = await retry
      .run(() => destination.stat(to, { signal }))
      .then((info) => info.etag)
      .catch((error: unknown) => {
        if (isStorageError(error, 'NOT_FOUND')) return undefined
        throw error
      })
    if (etag === toEtag) return
  }
  if (recent.length === 0) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    'None of the copies that the journal tells of last is in the destination: it is another ' +
      'store, or was changed since. Open the store it was begun with, or name a new journal; ' +
      'what was copied already is then found there, and not copied again',
  )
}
