/** What a sync or a migration does, told object by object, and its report at the end. */
import {
  isStorageError,
  type MigratedObject,
  type MigrateOptions,
  type MigrationJob,
  type MigrationProgress,
  type MigrationReport,
  migrationReport,
} from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodeOf, exitCodes } from '../exit-codes.ts'
import { CommandFailure, storyOf } from '../failure.ts'
import { formatLocation, type Location } from '../locations/location.ts'
import { nothingAt } from '../locations/nothing-at.ts'
import { formatBytes, formatCount, formatSeconds } from '../output/amounts.ts'
import { Failures, interruptedText } from '../output/failures.ts'
import { type Output, ReaderGone } from '../output/output.ts'
import { printableLine } from '../output/printable.ts'
import { Progress } from '../output/progress.ts'
import type { ProgressState } from '../output/progress-line.ts'

export interface MigrationTelling {
  readonly dryRun?: boolean
  readonly verbose?: boolean
}

interface MigrationLedgerEnds {
  readonly from: Location
  readonly to: Location
}

type Listening = Pick<MigrateOptions, 'onObject' | 'onProgress' | 'signal' | 'clock'>

export class MigrationLedger implements AsyncDisposable {
  readonly isDryRun: boolean
  readonly #context: CommandContext<MigrationTelling>
  readonly #ends: MigrationLedgerEnds
  readonly #output: Output
  readonly #isTelling: boolean
  readonly #progress: Progress
  /** Ends the work when what it does can be told to nobody. */
  readonly #stopping = new AbortController()
  #tellingError: unknown
  #report: MigrationReport | undefined
  readonly #failures: Failures
  #deleted = 0
  #deleteFailed = 0

  /** Keys are told whole: those of the ends, with their prefixes. */
  constructor(context: CommandContext<MigrationTelling>, ends: MigrationLedgerEnds) {
    this.#ends = ends
    const { io, output, options } = context
    this.#context = context
    this.#output = output
    this.#failures = new Failures(output)
    this.isDryRun = options.dryRun === true
    this.#isTelling = output.isJson || this.isDryRun || options.verbose === true
    this.#progress = new Progress({ output, clock: io.clock })
  }

  /** @throws CommandFailure when the part that is named has nothing: it may be misspelt. */
  assertSome(): void {
    const { excluded = 0, vanished = 0 } = this.#report ?? {}
    const { from } = this.#ends
    if (from.key !== '' && this.objects + excluded + vanished === 0) throw nothingAt(from)
  }

  /** Objects of the source that were looked at. */
  get objects(): number {
    const { copied = 0, unchanged = 0, skipped = 0, failed = 0 } = this.#report ?? {}
    return copied + unchanged + skipped + failed
  }

  get failures(): number {
    return this.#failures.count
  }

  /** Runs a migration to its end. @throws what ended it before. */
  async follow(start: (listening: Listening) => MigrationJob): Promise<MigrationReport> {
    const { io } = this.#context
    const job = start({
      signal: AbortSignal.any([io.signal, this.#stopping.signal]),
      clock: io.clock,
      onObject: (object) => this.#object(object),
      // With it the source is counted, which is for somebody who watches.
      ...(this.#output.isWatched ? { onProgress: () => undefined } : {}),
    })
    this.#progress.source = () => stateOf(job.progress())
    try {
      this.#report = await job.done
      return this.#report
    } catch (error) {
      this.#report = migrationReport(error)
      throw this.#tellingError ?? error
    } finally {
      this.#progress.source = undefined
    }
  }

  /** Deleted at the destination. */
  async deleted(relative: string): Promise<void> {
    this.#deleted++
    this.#failures.succeeded()
    if (!this.#isTelling) return
    const { to } = this.#ends
    const key = to.key + relative
    const line = `${this.isDryRun ? 'would delete' : 'deleted'} ${formatLocation(to, key)}`
    const kind = this.isDryRun ? 'would-delete' : 'deleted'
    await this.#output.record({ kind, key }, printableLine(line))
  }

  /** One that could not be deleted. @throws what concerns all. */
  async failed(relative: string, error: unknown): Promise<void> {
    if (this.#context.io.signal.aborted || !isStorageError(error)) throw error
    this.#deleteFailed++
    await this.#failures.tell(this.#ends.to.key + relative, error)
    this.#failures.assertNotAll()
  }

  async #object(object: MigratedObject): Promise<void> {
    try {
      await this.#tell(object)
    } catch (error) {
      this.#tellingError ??= error
      this.#stopping.abort()
    }
  }

  async #tell(object: MigratedObject): Promise<void> {
    const { did, bytes, isReplaced, isSourceDeleted, failure } = object
    const { from, to: destination } = this.#ends
    const [key, to] = [from.key + object.key, destination.key + object.to]
    if (failure !== undefined) {
      // When to stop is the migration's own to know.
      await this.#failures.tell(key, failure)
      return
    }
    // The second time those are nearly all.
    if (!this.#isTelling || (did === 'unchanged' && !isSourceDeleted)) return
    const kind = did === 'copied' && this.isDryRun ? 'would-copy' : did
    const ends = `${formatLocation(from, key)} -> ${formatLocation(destination, to)}`
    const line = `${kind.replace('-', ' ')} ${ends}${isReplaced ? ' (replaced)' : ''}`
    const copied = did === 'copied' ? { size: bytes, isReplaced } : {}
    const source = isSourceDeleted ? { isSourceDeleted } : {}
    await this.#output.record({ kind, key, to, ...copied, ...source }, printableLine(line))
  }

  /** Does the work and sums it up; Ctrl-C ends it with how to go on. */
  async conclude(work: () => Promise<unknown>): Promise<ExitCode> {
    const { io, commandLine } = this.#context
    try {
      await work()
    } catch (error) {
      if (io.signal.aborted) {
        await this.#end(true)
        return exitCodes.interrupted
      }
      if (error instanceof ReaderGone) {
        if (this.isDryRun) throw error
        const message = 'The reader of standard output has gone, and it was stopped'
        throw new CommandFailure(exitCodes.failed, message, `To go on: ${commandLine}`)
      }
      const isMistake = error instanceof CommandFailure || isStorageError(error, 'INVALID_ARGUMENT')
      // To run the same again would be the same mistake.
      if (isMistake && this.objects === 0) throw error
      await this.#end(false)
      if (isMistake || !isStorageError(error) || this.#report === undefined) throw error
      // It tells the fix; how to go on stands below.
      const hint = `To go on: ${commandLine}`
      throw new CommandFailure(exitCodeOf(error), storyOf(error).error.message, hint)
    }
    const isInterrupted = io.signal.aborted
    await this.#end(isInterrupted)
    if (isInterrupted) return exitCodes.interrupted
    if (this.failures === 0) return exitCodes.ok
    const { copied = 0, unchanged = 0, skipped = 0 } = this.#report ?? {}
    return copied + unchanged + skipped + this.#deleted > 0 ? exitCodes.partial : exitCodes.failed
  }

  async #end(isInterrupted: boolean): Promise<void> {
    await this.#progress[Symbol.asyncDispose]()
    const report = this.#report
    if (report === undefined) {
      if (isInterrupted) this.#output.warn('interrupted before it began')
      return
    }
    if (this.#output.isJson) await this.#output.record(this.#summary(report, isInterrupted), '')
    else this.#sayEnd(report, isInterrupted)
  }

  #summary(report: MigrationReport, isInterrupted: boolean): object {
    const { failures: _told, durationMs, failed, deleted, ...counts } = report
    return {
      ...{ kind: 'summary', isInterrupted, ...counts },
      failed: failed + this.#deleteFailed,
      ...{ sourcesDeleted: deleted, surplusDeleted: this.#deleted },
      durationMs: Math.round(durationMs),
      ...(report.outcome === 'stopped' ? { goOn: this.#context.commandLine } : {}),
    }
  }

  #sayEnd(report: MigrationReport, isInterrupted: boolean): void {
    const { copied, replaced, copiedBytes, unchanged, skipped, vanished, deleted } = report
    const failed = report.failed + this.#deleteFailed
    const number = (count: number): string => count.toLocaleString('en-US')
    const also = [
      [replaced, 'replaced'],
      [unchanged, 'the same'],
      [skipped, 'skipped'],
      [vanished, 'gone meanwhile'],
      [deleted, this.isDryRun ? 'to be deleted at the source' : 'deleted at the source'],
      [this.#deleted, this.isDryRun ? 'to be deleted' : 'deleted'],
      [failed, 'failed'],
    ] as const
    const sentence =
      `${this.isDryRun ? 'Would copy' : 'Copied'} ${formatCount(copied, 'object')}` +
      `${report.isResumed ? ' in all runs' : ''}, ` +
      formatBytes(copiedBytes) +
      also.map(([count, what]) => (count === 0 ? '' : `, ${number(count)} ${what}`)).join('') +
      (report.durationMs < 1000 ? '' : ` in ${formatSeconds(report.durationMs / 1000)}`)
    const losses = report.losses.filter(({ what }) => what !== 'modifiedAt')
    for (const { what, objects, why } of losses) {
      this.#output.note(`${formatCount(objects, 'object')} without ${what}: ${why}`)
    }
    if (!isInterrupted) {
      this.#output.note(sentence)
      return
    }
    this.#output.warn(interruptedText(sentence, this.#context.commandLine))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#progress[Symbol.asyncDispose]()
  }
}

function stateOf(progress: MigrationProgress): ProgressState {
  const { objectsDone, bytesDone, isTotalKnown, objectsTotal, bytesTotal } = progress
  const { bytesPerSecond, objectsPerSecond, secondsLeft } = progress
  return {
    ...{ noun: 'objects', objects: objectsDone, bytes: bytesDone },
    objectsTotal: isTotalKnown ? objectsTotal : undefined,
    // Of many, those that are there already are not copied, and bytes never reach their total; of
    // few, each may be large, and bytes are what tells how far it is.
    bytesTotal: isTotalKnown && objectsTotal < 100 ? bytesTotal : undefined,
    ...{ bytesPerSecond, objectsPerSecond, secondsLeft },
  }
}
