/**
 * What a command does, object by object: told as it happens, and summed up at its end.
 *
 * ```
 *              person                            --json, on standard output
 *   done()     only with --verbose or --dry-run  {"kind":"copied","key":…}
 *   failed()   the first 50, standard error      {"kind":"failed","key":…,"code":…,"message":…}
 *   end()      a sentence, standard error        {"kind":"summary",…}
 * ```
 */
import { type Clock, isStorageError, type StorageErrorCode } from '@aos-storage/core'
import type { CommandContext } from '../command.ts'
import { type ExitCode, exitCodeFor, exitCodes } from '../exit-codes.ts'
import { CommandFailure, type FailureStory, storyOf } from '../failure.ts'
import type { Location } from '../locations/location.ts'
import { nothingAt } from '../locations/nothing-at.ts'
import { formatBytes, formatCount, formatSeconds } from './amounts.ts'
import { Failures, interruptedText } from './failures.ts'
import { type Output, ReaderGone } from './output.ts'
import { printableLine } from './printable.ts'
import { Progress } from './progress.ts'

/** What is skipped and told to a person one by one. */
const skippedToldMax = 50

/** Words of what is done. */
export interface Verb {
  /** The kind of its records. */
  readonly done: string
  /** The kind of its records in a dry run. */
  readonly would: string
  /** For people, as in `Copied 3 objects`. */
  readonly past: string
  /** As in `Would copy 3 objects`. */
  readonly present: string
}

export const verbs: Readonly<Record<'put' | 'get' | 'copy' | 'move' | 'delete', Verb>> = {
  put: { done: 'put', would: 'would-put', past: 'Put', present: 'put' },
  get: { done: 'got', would: 'would-get', past: 'Got', present: 'get' },
  copy: { done: 'copied', would: 'would-copy', past: 'Copied', present: 'copy' },
  move: { done: 'moved', would: 'would-move', past: 'Moved', present: 'move' },
  delete: { done: 'deleted', would: 'would-delete', past: 'Deleted', present: 'delete' },
}

/** Options of every command that changes something. */
export interface ChangeOptions {
  readonly dryRun?: boolean
  readonly verbose?: boolean
}

/** One object that is done. */
export interface Done {
  /** Fields of its record, after `kind`. */
  readonly record: Readonly<Record<string, unknown>>
  /** For people. */
  readonly text: string
  readonly bytes?: number | undefined
  /** The bytes were counted on their way. */
  readonly isCounted?: boolean | undefined
}

/** After these no other object would fare better. */
const codesOfAll: ReadonlySet<StorageErrorCode> = new Set<StorageErrorCode>([
  ...(['QUOTA_EXCEEDED', 'UNAUTHENTICATED', 'CLOSED', 'ABORTED'] as const),
])

export class Ledger implements AsyncDisposable {
  readonly progress: Progress
  readonly isDryRun: boolean
  readonly #verb: Verb
  readonly #output: Output
  readonly #clock: Clock
  readonly #signal: AbortSignal
  readonly #commandLine: string
  readonly #isTelling: boolean
  readonly #isMany: boolean
  readonly #startedMs: number
  #objects = 0
  #bytes = 0
  #skipped = 0
  readonly #failures: Failures
  readonly #failureCodes = new Set<ExitCode>()

  constructor(
    context: CommandContext<ChangeOptions & { readonly recursive?: boolean }>,
    verb: Verb,
  ) {
    const { io, output, options, commandLine } = context
    this.#verb = verb
    this.#output = output
    this.#failures = new Failures(output)
    this.#clock = io.clock
    this.#signal = io.signal
    this.#commandLine = commandLine
    this.isDryRun = options.dryRun === true
    this.#isTelling = output.isJson || this.isDryRun || options.verbose === true
    this.#isMany = options.recursive === true
    this.#startedMs = io.clock.monotonicMs()
    this.progress = new Progress({ output, clock: io.clock })
  }

  get failures(): number {
    return this.#failures.count
  }

  /** @throws CommandFailure when there was nothing to do. */
  assertSome(location: Location): void {
    if (this.#objects + this.failures + this.#skipped === 0) throw nothingAt(location)
  }

  async done({ record, text, bytes = 0, isCounted = false }: Done): Promise<void> {
    this.#objects++
    this.#failures.succeeded()
    this.#bytes += bytes
    this.progress.objects++
    if (!isCounted) this.progress.bytes += bytes
    if (!this.#isTelling) return
    const { done, would, present } = this.#verb
    const line = `${this.isDryRun ? `would ${present}` : done} ${printableLine(text)}`
    await this.#output.record({ kind: this.isDryRun ? would : done, ...record }, line)
  }

  /** Something that is left as it is, with the reason. */
  async skipped(key: string, why: string): Promise<void> {
    this.#skipped++
    if (this.#output.isJson) {
      await this.#output.record({ kind: 'skipped', key, message: why }, '')
    } else if (this.#skipped <= skippedToldMax) this.#output.warn(`${printableLine(key)}: ${why}`)
  }

  /**
   * An object that could not be done; the others are gone on with.
   *
   * @throws what concerns all of them.
   */
  async failed(key: string, error: unknown): Promise<void> {
    if (this.#signal.aborted) throw error
    if (!isStorageError(error) && !(error instanceof CommandFailure)) throw error
    if (isStorageError(error) && codesOfAll.has(error.code)) throw error
    if (error instanceof CommandFailure && error.concernsAll) throw error
    await this.#tellFailure(key, storyOf(error).error)
  }

  /** As {@link failed}, for what was told in words. */
  async failedBy(
    key: string,
    story: { readonly code: StorageErrorCode; readonly message: string },
  ): Promise<void> {
    const exitCode = exitCodeFor(story.code)
    await this.#tellFailure(key, { ...story, exitCode })
  }

  async #tellFailure(key: string, story: FailureStory['error']): Promise<void> {
    this.#failureCodes.add(story.exitCode)
    await this.#failures.tell(key, story)
    this.#failures.assertNotAll()
  }

  /**
   * Does the work and sums it up: the exit code says whether all, some or none of it was done.
   * Ctrl-C ends it with what was done, and how to go on.
   */
  async conclude(work: () => Promise<unknown>): Promise<ExitCode> {
    let isInterrupted = false
    try {
      await work()
      isInterrupted = this.#signal.aborted
    } catch (error) {
      if (!this.#signal.aborted) {
        if (error instanceof ReaderGone) throw this.#withoutReader(error)
        if (this.#objects + this.failures > 0) await this.#end(false)
        throw error
      }
      isInterrupted = true
    }
    await this.#end(isInterrupted)
    if (isInterrupted) return exitCodes.interrupted
    if (this.failures === 0) return exitCodes.ok
    if (this.#objects > 0) return exitCodes.partial
    const [exitCode = exitCodes.failed, ...others] = this.#failureCodes
    return others.length === 0 ? exitCode : exitCodes.failed
  }

  /** To look at less than all is fine; to do less than all is not. */
  #withoutReader(error: ReaderGone): Error {
    if (this.isDryRun) return error
    return new CommandFailure(
      exitCodes.failed,
      `The reader of standard output has gone, after ${formatCount(this.#objects, 'object')}`,
      `To go on: ${this.#commandLine}`,
    )
  }

  async #end(isInterrupted: boolean): Promise<void> {
    await this.progress[Symbol.asyncDispose]()
    const durationMs = Math.round(this.#clock.monotonicMs() - this.#startedMs)
    const [objects, bytes, failed, skipped] = [
      ...[this.#objects, this.#bytes, this.failures, this.#skipped],
    ] as const
    if (this.#output.isJson) {
      const { isDryRun } = this
      const goOn = isInterrupted ? { goOn: this.#commandLine } : {}
      const counts = { objects, bytes, failed, skipped }
      const summary = { kind: 'summary', isDryRun, isInterrupted, ...counts, durationMs, ...goOn }
      await this.#output.record(summary, '')
      return
    }
    const { past, present } = this.#verb
    const what = this.isDryRun ? `Would ${present}` : past
    const sentence =
      `${what} ${formatCount(objects, 'object')}` +
      (bytes > 0 ? `, ${formatBytes(bytes)}` : '') +
      (failed > 0 ? `, ${failed.toLocaleString('en-US')} failed` : '') +
      (skipped > 0 ? `, ${skipped.toLocaleString('en-US')} skipped` : '') +
      (durationMs < 1000 ? '' : ` in ${formatSeconds(durationMs / 1000)}`)
    if (isInterrupted) {
      this.#output.warn(interruptedText(sentence, this.#commandLine))
    } else if (this.#isMany || objects > 1 || this.isDryRun) this.#output.note(sentence)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.progress[Symbol.asyncDispose]()
  }
}
