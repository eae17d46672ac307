/**
 * The run of a migration: takes objects from the plan, carries so many at once, writes down what
 * became of each, and says how far it is.
 *
 * ```
 * plan -> [room? paused? stopped?] -> carrier -> journal -> counts -> window
 *                                             \-> delete at the source -> journal
 * ```
 *
 * Order within an object: its copy is verified, then written down, then its source deleted, then
 * that written down, then it is settled. A kill between two of these leaves the earlier state.
 */
import { isStorageError, StorageError } from '../errors.ts'
import type { StorageBackend } from '../backend.ts'
import type { Carried, Carrier } from './carrier.ts'
import { isSameVersion, standingAt } from './comparing.ts'
import { concernsAll, Suspects } from './failures.ts'
import type { Journal } from './journal/journal.ts'
import type { ObjectLine } from './journal/format.ts'
import type { Settled } from './options.ts'
import type { PlannedObject } from './planning.ts'
import { isRefusal } from './refusal.ts'
import type { MigratedObject, ReportBuilder } from './report.ts'
import { type Retry, told } from './retry.ts'
import { SettledWindow, type WindowPlace } from './window.ts'

/** No body has more of it in memory, about: streams are read and written part by part. */
const bytesInMemoryMax: number = 32 * 1024 ** 2

export interface RunOptions {
  readonly plan: AsyncGenerator<PlannedObject>
  readonly carrier: Carrier
  readonly source: StorageBackend
  readonly options: Settled
  readonly journal: Journal | undefined
  readonly report: ReportBuilder
  readonly retry: Retry
  readonly signal: AbortSignal
  /** Called when an object is settled. */
  readonly onSettled: () => void
}

export class Run {
  readonly #with: RunOptions
  readonly #window: SettledWindow
  readonly #suspects: Suspects
  #objects = 0
  #bytes = 0
  #isPaused = false
  #stop: { readonly cause: unknown } | undefined
  #wake: (() => void) | undefined
  readonly #tellings = new Set<Promise<void>>()

  constructor(options: RunOptions) {
    this.#with = options
    this.#window = new SettledWindow(options.journal?.memory.through)
    this.#suspects = new Suspects(options.options.failuresInARowMax)
    options.signal.addEventListener('abort', () => this.#look(), { once: true })
  }

  get objectsInFlight(): number {
    return this.#objects
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#look()
  }

  /** Carries all over. @throws what concerns all objects, when what was on its way has ended. */
  async all(): Promise<void> {
    const { plan } = this.#with
    try {
      for await (const planned of plan) {
        await this.#until(() => this.#isStopped || (!this.#isPaused && this.#hasRoom(planned)))
        if (this.#isStopped) break
        void this.#one(planned)
      }
    } catch (error) {
      this.#stop ??= { cause: error }
    }
    await this.#until(() => this.#objects === 0)
    if (!this.#isStopped) this.#guarded(() => this.#suspects.settleAll())
    if (this.#tellings.size > 0) await this.#allTold()
    this.#mark()
    if (this.#stop !== undefined) throw this.#stop.cause
    if (this.#with.signal.aborted) throw abortedBy(this.#with.signal)
  }

  get #isStopped(): boolean {
    return this.#stop !== undefined || this.#with.signal.aborted
  }

  #hasRoom({ source }: PlannedObject): boolean {
    const { concurrency, bytesInFlightMax } = this.#with.options
    if (this.#objects === 0) return true
    if (this.#objects >= concurrency || this.#window.isFull) return false
    return this.#bytes + bytesOf(source.size) <= bytesInFlightMax
  }

  async #one(planned: PlannedObject): Promise<void> {
    const bytes = bytesOf(planned.source.size)
    this.#objects++
    this.#bytes += bytes
    const place = this.#window.enter(planned.source.key)
    try {
      const carried = await this.#with.carrier.carry(planned)
      this.#noteCarried(planned, carried)
      const isSourceDeleted = await this.#deleteSource(planned, carried)
      this.#suspects.settleAll()
      const { onObject } = this.#with.options
      if (onObject !== undefined) await this.#tell(settledObject(planned, carried, isSourceDeleted))
      this.#settle(place)
    } catch (error) {
      this.#failed(planned, place, error)
    } finally {
      if (this.#tellings.size > 0) await this.#allTold()
      this.#objects--
      this.#bytes -= bytes
      this.#look()
    }
  }

  #noteCarried({ source, to }: PlannedObject, carried: Carried): void {
    const { key } = source
    const { report } = this.#with
    if (carried.did === 'copied') {
      const { did, losses, info: _info, ...versions } = carried
      this.#note({ did, key, ...(to === key ? {} : { to }), ...versions })
      report.counts.copiedBytes += carried.bytes
      if (carried.replaced === true) report.counts.replaced++
      for (const { what, why } of losses) report.lost(what, why)
    } else this.#note({ did: carried.did, key, etag: carried.etag })
    report.counts[carried.did]++
  }

  /** Deletes what was verified, in that version only. */
  async #deleteSource({ source: { key } }: PlannedObject, carried: Carried): Promise<boolean> {
    const { options, source, retry, report, signal } = this.#with
    const isCarried = carried.did === 'copied' || carried.did === 'unchanged'
    if (options.deleteSource === 'never' || options.dryRun || !isCarried) return false
    const { etag, info } = carried
    const isConditional = options.deleteSource === 'verified'
    // Where it is made of the bytes, it says nothing of a new type or new metadata.
    const isEtagEnough = isConditional && source.capabilities.etagIdentity === 'version'
    const condition = isConditional ? { ifMatch: etag } : {}
    const isDeleted = await retry
      .run(async () => {
        if (!isEtagEnough) {
          const standing = await source.stat(key, { signal })
          if (info === undefined || !isSameVersion(info, standing)) throw changedError(undefined)
        }
        return source.delete(key, { ...condition, signal })
      })
      .catch(async (error: unknown) => {
        // Gone already, by an answer that was lost or by somebody else.
        if (isStorageError(error, 'NOT_FOUND')) return false
        if (!isStorageError(error, 'PRECONDITION_FAILED')) throw keptError(error)
        if ((await retry.run(() => standingAt(source, key, signal))) === null) return false
        throw changedError(error)
      })
    this.#note({ did: 'deleted', key })
    if (isDeleted) report.counts.deleted++
    return isDeleted
  }

  /** A copy is none the less made because nobody could be told of it. */
  async #tell(object: MigratedObject): Promise<void> {
    try {
      await this.#with.options.onObject?.(object)
    } catch {
      // There is nobody to tell but the listener.
    }
  }

  /** For what is settled amid the work on another object, which then waits for it. */
  #tellSoon(object: MigratedObject): void {
    if (this.#with.options.onObject === undefined) return
    const telling = this.#tell(object).finally(() => this.#tellings.delete(telling))
    this.#tellings.add(telling)
  }

  async #allTold(): Promise<void> {
    await Promise.all(this.#tellings)
  }

  #failed({ source: { key }, to }: PlannedObject, place: WindowPlace, thrown: unknown): void {
    // What ended it already says more than what fails since then.
    if (this.#isStopped) return
    let error: StorageError
    try {
      error = told(thrown)
    } catch (mistake) {
      this.#stop = { cause: mistake }
      return
    }
    const isOfThisOne = isRefusal(error)
    if (!isOfThisOne && concernsAll(error)) {
      this.#stop = { cause: error }
      return
    }
    const settle = (): void => {
      const { code, message } = error
      this.#note({ did: 'failed', key, code, message })
      const failure = { key, code, message }
      this.#with.report.failed(failure)
      const nothing = { bytes: 0, isReplaced: false, isSourceDeleted: false }
      this.#tellSoon({ did: 'failed', key, to, ...nothing, failure })
      this.#settle(place)
    }
    // What is refused by its name or size says nothing of the stores.
    if (isOfThisOne) {
      this.#guarded(settle)
      return
    }
    const cause = this.#suspects.add({ error, settle })
    if (cause !== undefined) this.#stop = { cause }
  }

  #settle(place: WindowPlace): void {
    this.#window.settle(place)
    this.#with.report.settled++
    if (this.#with.journal?.wantsMark === true) this.#mark()
    this.#with.onSettled()
  }

  /** @throws StorageError when it cannot be written down: that ends the migration. */
  #note(line: ObjectLine): void {
    try {
      this.#with.journal?.note(line)
    } catch (cause) {
      this.#stop ??= { cause }
      throw cause
    }
  }

  #mark(): void {
    const { journal, report } = this.#with
    this.#guarded(() => journal?.mark(this.#window.through, report.counts))
  }

  #guarded(work: () => void): void {
    try {
      work()
    } catch (cause) {
      this.#stop ??= { cause }
    }
  }

  /** Waits until `isSo`; looked at whenever something changes. One waits at a time. */
  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #look(): void {
    this.#wake?.()
    this.#wake = undefined
  }
}

function settledObject(
  { source: { key }, to }: PlannedObject,
  carried: Carried,
  isSourceDeleted: boolean,
): MigratedObject {
  const { did } = carried
  if (did !== 'copied') return { did, key, to, bytes: 0, isReplaced: false, isSourceDeleted }
  const { bytes, replaced } = carried
  return { did, key, to, bytes, isReplaced: replaced === true, isSourceDeleted }
}

function bytesOf(size: number): number {
  return Math.min(size, bytesInMemoryMax)
}

function abortedBy(signal: AbortSignal): StorageError {
  return new StorageError('ABORTED', 'The signal fired', { cause: signal.reason as unknown })
}

function keptError(error: unknown): unknown {
  if (!isStorageError(error) || error.code === 'ABORTED' || error.code === 'CONFLICT') return error
  const message = `The copy is made and verified, but the source stays: ${error.message}`
  return error.with({ message, cause: error })
}

function changedError(cause: unknown): StorageError {
  const message =
    'The object was copied, and changed at the source meanwhile: it stays there, and the copy is ' +
    "of the version before; migrate again with existing: 'update'"
  return new StorageError('CONFLICT', message, { cause, retryable: 'no' })
}
