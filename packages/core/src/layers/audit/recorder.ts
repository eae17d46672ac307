/**
 * What is recorded of one call, and when.
 *
 * ```
 * closed, a change   begun -> taken? -> done -> its end, kept until it is taken -> answer
 *                             no: refused, nothing was changed
 * closed, a read     done -> taken? -> answer
 *                            no: the caller gets nothing
 * open               done -> answer; the entry waits, or is dropped and counted
 * ```
 *
 * Invariant: in closed mode no change is made that the sink does not know of, and nothing that was
 * read is given out. A change is never told as failed because its end could not be recorded: it was
 * made, the sink has it as begun, and its end waits.
 */
import type { Clock } from '../../clock.ts'
import { isStorageError, type StorageError } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'
import type { Random } from '../../random.ts'
import { unlessAborted } from '../../source.ts'
import { type AuditContext, currentActor } from './actor.ts'
import {
  type AuditAction,
  type AuditEntry,
  auditEntryVersion,
  type AuditOutcome,
  auditedChanges,
} from './entry.ts'
import type { AuditFailure } from './options.ts'
import type { AuditTrail } from './trail.ts'

/** How one resource of a call fared. */
export interface ResourceEnd {
  readonly outcome?: AuditOutcome | undefined
  readonly sizeBytes?: number | undefined
}

/** One call. */
export interface AuditedCall<T> {
  readonly action: AuditAction
  /** One entry each. */
  readonly resources: readonly string[]
  readonly to?: string | undefined
  /** Where it is known before. */
  readonly sizeBytes?: number | undefined
  readonly details?: AuditEntry['details']
  readonly signal: AbortSignal | undefined
  /** Refuses it in place of the backend. */
  readonly refusal?: StorageError | undefined
  run(): Promise<T>
  /** For each resource; default: success. */
  ends?(result: T): readonly ResourceEnd[]
  /** Gives back what the caller is not going to get. */
  release?(result: T): void
}

/** What a recorder needs. */
export interface RecorderOptions {
  readonly trail: AuditTrail
  readonly backend: string
  readonly clock: Clock
  readonly random: Random
  readonly actor: string
  readonly context: AuditContext | undefined
  readonly actions: ReadonlySet<AuditAction>
  readonly matches: (key: string) => boolean
  readonly changes: AuditFailure
  readonly reads: AuditFailure
}

const changeActions: ReadonlySet<AuditAction> = new Set(auditedChanges)
const success: ResourceEnd = Object.freeze({})

/** Records calls of one backend. */
export class Recorder {
  readonly #options: RecorderOptions
  /** Calls that have not ended. */
  readonly #running = new Set<Promise<unknown>>()

  constructor(options: RecorderOptions) {
    this.#options = options
  }

  /** Makes the call, and sees to its entries. @throws as the call; `UNAVAILABLE` of the sink. */
  async record<T>(call: AuditedCall<T>): Promise<T> {
    if (!this.#isRecorded(call)) return made(call)
    const recorded = this.#recorded(call, new CallEntries(call, this.#options))
    this.#running.add(recorded)
    try {
      return await recorded
    } finally {
      this.#running.delete(recorded)
    }
  }

  /** Resolves once all calls that run now have ended. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running)
  }

  #isRecorded(call: AuditedCall<unknown>): boolean {
    const { actions, matches } = this.#options
    if (!actions.has(call.action)) return false
    return call.resources.some((resource) => isTold(call, resource, matches))
  }

  #recorded<T>(call: AuditedCall<T>, entries: CallEntries): Promise<T> {
    const isChange = changeActions.has(call.action)
    const mode = isChange ? this.#options.changes : this.#options.reads
    if (mode === 'open') return this.#open(call, entries)
    return isChange ? this.#closedChange(call, entries) : this.#closedRead(call, entries)
  }

  async #closedChange<T>(call: AuditedCall<T>, entries: CallEntries): Promise<T> {
    const { trail } = this.#options
    throwIfAborted(call.signal)
    const begun = trail.begin(entries.begun(), (refused) => entries.failed(refused))
    try {
      await unlessAborted(() => begun, call.signal)
    } catch (error) {
      // The sink may still take it: then its end says that nothing was done.
      begun.then(
        () => trail.end(entries.failed(error)),
        () => undefined,
      )
      throw placed(error, call, this.#options.backend, 'was not begun, and nothing was changed')
    }
    let result: T
    try {
      result = await made(call)
    } catch (error) {
      await attempted(trail.end(entries.failed(error)), call.signal)
      throw error
    }
    await attempted(trail.end(entries.ended(call.ends?.(result))), call.signal)
    return result
  }

  async #closedRead<T>(call: AuditedCall<T>, entries: CallEntries): Promise<T> {
    const record = async (ended: readonly AuditEntry[]): Promise<void> => {
      try {
        await unlessAborted(() => this.#options.trail.record(ended), call.signal)
      } catch (error) {
        throw placed(error, call, this.#options.backend, 'is not answered')
      }
    }
    let result: T
    try {
      result = await made(call)
    } catch (error) {
      await record(entries.failed(error))
      throw error
    }
    try {
      await record(entries.ended(call.ends?.(result)))
    } catch (error) {
      call.release?.(result)
      throw error
    }
    return result
  }

  async #open<T>(call: AuditedCall<T>, entries: CallEntries): Promise<T> {
    const { trail } = this.#options
    let result: T
    try {
      result = await made(call)
    } catch (error) {
      trail.keep(entries.failed(error))
      throw error
    }
    trail.keep(entries.ended(call.ends?.(result)))
    return result
  }
}

/** A listing tells of keys that are not known yet; a copy concerns both its keys. */
function isTold(
  { action, to }: AuditedCall<unknown>,
  resource: string,
  matches: (key: string) => boolean,
): boolean {
  return action === 'list' || matches(resource) || (to !== undefined && matches(to))
}

async function made<T>(call: AuditedCall<T>): Promise<T> {
  if (call.refusal !== undefined) throw call.refusal
  return call.run()
}

/** The caller's time is not the sink's: what was done is told once the signal fires. */
async function attempted(end: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  await unlessAborted(() => end, signal).catch(() => undefined)
}

/** The error of the sink, with what it means for this call; an abort as it is. */
function placed(
  error: unknown,
  call: AuditedCall<unknown>,
  backend: string,
  meaning: string,
): unknown {
  if (!isStorageError(error, 'UNAVAILABLE')) return error
  const key = call.resources.length === 1 && call.action !== 'list' ? call.resources[0] : undefined
  const message = `${error.message}. The ${call.action} ${meaning}`
  return error.with({ message, operation: call.action, backend, key })
}

function merged(
  outer: AuditContext | undefined,
  inner: AuditContext | undefined,
): AuditContext | undefined {
  if (outer === undefined || inner === undefined) return inner ?? outer
  return Object.freeze({ ...outer, ...inner })
}

/** The entries of one call, made at its begin: who acts is asked once. */
class CallEntries {
  readonly #call: AuditedCall<unknown>
  readonly #matches: (key: string) => boolean
  readonly #clock: Clock
  readonly #startMs: number
  readonly #head: Pick<AuditEntry, 'version' | 'id'>
  readonly #actor: string
  readonly #tail: Pick<AuditEntry, 'backend' | 'details' | 'context'>

  constructor(call: AuditedCall<unknown>, options: RecorderOptions) {
    const who = currentActor()
    const context = merged(options.context, who?.context)
    this.#call = call
    this.#matches = options.matches
    this.#clock = options.clock
    this.#startMs = options.clock.monotonicMs()
    this.#head = { version: auditEntryVersion, id: options.random.id() }
    this.#actor = who?.actor ?? options.actor
    this.#tail = {
      backend: options.backend,
      ...(call.details === undefined ? {} : { details: call.details }),
      ...(context === undefined ? {} : { context }),
    }
  }

  begun(): AuditEntry[] {
    const end: ResourceEnd = { outcome: 'begun', sizeBytes: this.#call.sizeBytes }
    return this.#entries(() => end)
  }

  ended(ends: readonly ResourceEnd[] | undefined): AuditEntry[] {
    return this.#entries((at) => ends?.[at] ?? success, this.#durationMs())
  }

  failed(error: unknown): AuditEntry[] {
    const end: ResourceEnd = { outcome: isStorageError(error) ? error.code : 'ERROR' }
    return this.#entries(() => end, this.#durationMs())
  }

  #entries(endOf: (at: number) => ResourceEnd, durationMs?: number): AuditEntry[] {
    return this.#call.resources.flatMap((resource, at) =>
      isTold(this.#call, resource, this.#matches)
        ? [this.#entry(resource, endOf(at), durationMs)]
        : [],
    )
  }

  #durationMs(): number {
    return Math.round((this.#clock.monotonicMs() - this.#startMs) * 1000) / 1000
  }

  #entry(resource: string, end: ResourceEnd, durationMs: number | undefined): AuditEntry {
    const { to, action } = this.#call
    const { outcome = 'success', sizeBytes } = end
    return Object.freeze({
      ...this.#head,
      at: new Date(this.#clock.now()).toISOString(),
      actor: this.#actor,
      action,
      resource,
      ...(to === undefined ? {} : { to }),
      outcome,
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(durationMs === undefined ? {} : { durationMs }),
      ...this.#tail,
    })
  }
}
