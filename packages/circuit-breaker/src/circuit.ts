/**
 * The circuit of one backend, on cockatiel's state machine.
 *
 * ```
 *            too many failures                  its time is over, and a call comes
 * closed ------------------------> open ----------------------------------> half-open
 *    ^   all calls pass    ^         all are refused          so many probes pass, others
 *    |                     |                                  are refused
 *    |                     |--- one of them fails, or takes too long: longer than before --|
 *    |                     '--- one of them says nothing: at once again -------------------|
 *    '--------------------------- all of them succeed -------------------------------------'
 * ```
 *
 * Invariants: nothing waits here. A refused call was not seen by the backend. What was begun before
 * the circuit opened does not count any more when it ends, for it tells of the time before.
 *
 * cockatiel measures how long a circuit is open by the wall clock, which may step; so it is asked
 * for a time that is over or not, by the monotonic clock given here. In half-open it lets callers
 * wait without end and without hearing their signals; so those beyond the probes are refused.
 */
import {
  circuitChannel,
  type CircuitState as PublishedState,
  type LayerState,
} from '@aos-storage/core'
import {
  type DeleteOutcome,
  isStorageError,
  type LayerCall,
  StorageError,
  type StorageErrorCode,
  throwIfAborted,
} from '@aos-storage/core/backend'
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  handleWhenResult,
  type IBackoff,
  type IHalfOpenAfterBackoffContext,
} from 'cockatiel'
import type { OwnOptions } from './options.ts'
import { type Tally, tallyOf } from './tally.ts'
import { nothing, type Verdict, verdictOfBatch, verdictOfError, well } from './verdict.ts'
import { type StreamedRead, watchedRead } from './watched-body.ts'

/** Where a circuit stands; `'isolated'` is open by hand. */
export type CircuitPosition = 'closed' | 'open' | 'half-open' | 'isolated'

/** A circuit, to look at and to force. */
export interface Circuit {
  readonly position: CircuitPosition
  /** Holds it open, whatever the store does, until what this gives is disposed of. */
  isolate(): Disposable
  /** Closes it at once, and forgets failures. Not one that is isolated. */
  reset(): void
}

const positions: Readonly<Record<CircuitState, CircuitPosition>> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half-open',
  [CircuitState.Isolated]: 'isolated',
}

/** Answers that count neither way pass cockatiel as an error that it does not handle. */
const unsaid = new Error('says nothing of the store')

type Run<T> = () => Promise<T>
type OpenTime = IBackoff<IHalfOpenAfterBackoffContext>

export class BackendCircuit implements Circuit {
  readonly #backend: string
  readonly #options: OwnOptions
  readonly #tally: Tally
  readonly #policy: CircuitBreakerPolicy
  #isBackendClosed = false
  #published: PublishedState = 'closed'
  /** Counts on: what began under another number is of the time before. */
  #openings = 0
  /** Since the circuit was closed last: failures, tries that failed, and why the last did. */
  #failures = 0
  #triesFailed = 0
  /** Its code only: the error names a key, perhaps one that the next caller must not know of. */
  #lastCode: StorageErrorCode | undefined
  #openedAtMs = 0
  /** When a call may try, by the monotonic clock. */
  #dueMs = 0
  /** Calls that were let through while half-open. */
  #probes = 0

  constructor(backend: string, options: OwnOptions) {
    this.#backend = backend
    this.#options = options
    this.#tally = tallyOf(options.trip, options.clock)
    this.#policy = circuitBreaker(
      handleWhenResult((verdict) => (verdict as Verdict).kind !== 'well'),
      {
        breaker: this.#tally,
        halfOpenAfter: { next: (context) => this.#openTime(context) },
        halfOpenSampling: { calls: options.probes, threshold: 0 },
      },
    )
    this.#policy.onStateChange((state) => this.#onChange(state))
  }

  get position(): CircuitPosition {
    return positions[this.#policy.state]
  }

  isolate(): Disposable {
    const held = this.#policy.isolate()
    return { [Symbol.dispose]: () => held.dispose() }
  }

  reset(): void {
    this.#tally.reset()
    if (this.#policy.state !== CircuitState.Closed) this.#policy.isolate().dispose()
  }

  /** The backend is closed: it tells that itself. */
  close(): void {
    this.#isBackendClosed = true
  }

  /** @throws StorageError `UNAVAILABLE` in place of the call, while the circuit is open. */
  async run<T>(call: LayerCall, run: Run<T>): Promise<T> {
    if (this.#isBackendClosed) return run()
    throwIfAborted(call.options?.signal)
    const refusal = this.#refusal(call)
    if (refusal !== undefined) throw refusal
    let openings = this.#openings
    let answer: Promise<T> | undefined
    const judged = this.#policy.execute(() => {
      openings = this.#openings
      // cockatiel calls this before it awaits anything, so that the state is that of the check.
      answer = started(run)
      return this.#judge(call, answer, openings)
    })
    // So that the next call of this caller meets the state that this one led to.
    await judged.catch(() => undefined)
    if (answer === undefined) throw this.#refused(call, this.#story())
    const result: T | StreamedRead = await answer
    if (!isStreamed(result)) return result
    return watchedRead(result, (end) => this.#onBodyEnd(end, openings)) as T
  }

  describe(): LayerState {
    const { position } = this
    const isClosed = position === 'closed'
    const details: Record<string, string | number | boolean> = {
      state: position,
      failures: isClosed ? this.#tally.failures : this.#failures,
    }
    if (!isClosed) details['openedAt'] = this.#openedAt()
    if (position === 'open') details['nextTryMs'] = this.#dueInMs()
    const message = isClosed ? 'The circuit is closed' : `The circuit ${this.#story()}`
    return { ok: isClosed, message, details }
  }

  /** What the answer says of the store; of a probe in time. */
  #judge(call: LayerCall, answer: Promise<unknown>, openings: number): Promise<Verdict> {
    const isProbe = this.#policy.state === CircuitState.HalfOpen
    const said = answer.then((result) => verdictOfResult(call, result, isProbe), verdictOfError)
    const verdict = this.#counted(said, openings, isProbe)
    if (!isProbe) return verdict
    this.#probes++
    return this.#inTime(verdict, lateVerdict(call))
  }

  /** @throws {@link unsaid} for what counts neither way, where cockatiel has room for that. */
  async #counted(said: Promise<Verdict>, openings: number, isProbe: boolean): Promise<Verdict> {
    const verdict = await said
    const isOfBefore = openings !== this.#openings
    if (!isOfBefore) this.#note(verdict)
    if (isProbe) return verdict
    if (isOfBefore || verdict.kind === 'nothing') throw unsaid
    return verdict
  }

  async #inTime(verdict: Promise<Verdict>, ifLate: Verdict): Promise<Verdict> {
    const { clock, probeMsMax } = this.#options
    const over = new AbortController()
    const late = clock.sleep(probeMsMax, over.signal).then(() => ifLate)
    late.catch(() => undefined)
    try {
      return await Promise.race([verdict, late])
    } finally {
      over.abort()
    }
  }

  /** A read counts when its body has ended: its opening alone is no success. */
  #onBodyEnd(verdict: Verdict, openings: number): void {
    const isClosed = this.#policy.state === CircuitState.Closed
    if (verdict.kind === 'nothing' || !isClosed || openings !== this.#openings) return
    this.#note(verdict)
    this.#policy.execute(() => verdict).catch(() => undefined)
  }

  #note({ kind, error }: Verdict): void {
    if (kind === 'trouble' && isStorageError(error)) this.#lastCode = error.code
  }

  #refusal(call: LayerCall): StorageError | undefined {
    const { position } = this
    const dueMs = this.#dueInMs()
    const isTaken = position === 'half-open' && this.#probes >= this.#options.probes
    const isRefused = position === 'isolated' || isTaken || (position === 'open' && dueMs > 0)
    if (!isRefused) return undefined
    return this.#refused(call, this.#story(), position === 'open' ? dueMs : undefined)
  }

  #refused({ operation, key }: LayerCall, story: string, retryAfterMs?: number): StorageError {
    return new StorageError('UNAVAILABLE', `The circuit to "${this.#backend}" ${story}`, {
      backend: this.#backend,
      operation,
      key,
      // It would help later: a retry around would wait for it, and each caller with it.
      retryable: 'exhausted',
      retryAfterMs,
      isUnsent: true,
    })
  }

  /** Since when, why, and until when it refuses calls. */
  #story(): string {
    if (this.position === 'isolated') return `is held open by isolate() since ${this.#openedAt()}`
    const failures = `${this.#failures} failure${this.#failures === 1 ? '' : 's'}`
    const last = this.#lastCode === undefined ? '' : `, the last ${this.#lastCode}`
    const why = `${this.#openedAt()}, after ${failures}${last}`
    if (this.position === 'half-open') {
      return `is half-open, and was opened at ${why}; other calls try whether it is back`
    }
    const dueMs = this.#dueInMs()
    const next = dueMs === 0 ? 'the next call tries' : `a call may try in ${dueMs} ms`
    return `is open since ${why}; ${next}`
  }

  #openedAt(): string {
    return new Date(this.#openedAtMs).toISOString()
  }

  #dueInMs(): number {
    return Math.max(0, Math.ceil(this.#dueMs - this.#options.clock.monotonicMs()))
  }

  /** How long the circuit stays open, as cockatiel asks: over, or not. */
  #openTime({ result }: IHalfOpenAfterBackoffContext): OpenTime {
    const verdict = 'value' in result ? (result.value as Verdict) : nothing
    this.#dueMs = this.#options.clock.monotonicMs() + this.#openMsAfter(verdict)
    const isDue = (): boolean => this.#dueInMs() === 0
    return {
      get duration() {
        return isDue() ? -Infinity : Infinity
      },
      next: (context) => this.#openTime(context),
    }
  }

  #openMsAfter({ kind, error }: Verdict): number {
    const { openMs, openMsMax } = this.#options
    // A busy store, or a queue inside, that says when: not before.
    const { retryAfterMs = 0 } = (error ?? {}) as { readonly retryAfterMs?: number | undefined }
    const askedMs = Math.min(openMsMax, retryAfterMs)
    if (kind === 'nothing') return askedMs
    const ownMs = Math.min(openMsMax, openMs * 2 ** this.#triesFailed)
    this.#triesFailed++
    this.#failures++
    return Math.max(ownMs, askedMs)
  }

  #onChange(state: CircuitState): void {
    const isFirst = this.#published === 'closed'
    if (state === CircuitState.Open || state === CircuitState.Isolated) this.#openings++
    // An outage begins once, however often it is tried whether it is over.
    if (isFirst) {
      this.#openedAtMs = this.#options.clock.now()
      this.#failures = this.#tally.failures
    }
    if (state === CircuitState.HalfOpen) this.#probes = 0
    if (state === CircuitState.Closed) this.#forget()
    this.#publish(positions[state])
  }

  #forget(): void {
    this.#tally.reset()
    this.#triesFailed = 0
    this.#failures = 0
    this.#lastCode = undefined
  }

  #publish(position: CircuitPosition): void {
    const from = this.#published
    const to = position === 'isolated' ? 'open' : position
    this.#published = to
    if (from !== to) circuitChannel.publish({ backend: this.#backend, from, to })
  }
}

/** Also what throws at once comes as a rejection. */
async function started<T>(run: Run<T>): Promise<T> {
  return run()
}

function verdictOfResult({ operation }: LayerCall, result: unknown, isProbe: boolean): Verdict {
  if (operation === 'deleteMany') return verdictOfBatch(result as DeleteOutcome[])
  // A stream tells at its end. A probe cannot wait for that: its consumer may take hours.
  return isStreamed(result) && !isProbe ? nothing : well
}

/** What a probe says that has not ended in time. Streams and copies may just be long. */
function lateVerdict({ operation, body }: LayerCall): Verdict {
  const isStream = body !== undefined && !(body instanceof Uint8Array)
  return isStream || operation === 'copy' ? nothing : { kind: 'trouble' }
}

/** Of the contract's `read`, or of an extra that reads versions. */
function isStreamed(result: unknown): result is StreamedRead {
  const { body } = (result ?? {}) as { readonly body?: unknown }
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body
}
