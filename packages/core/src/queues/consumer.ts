/**
 * The loop behind `consume`.
 *
 * ```
 *             free slot            handler returned
 *   receive ────────────► handle ─────────────────────► delete
 *      ▲                    │ failed, count below the most      ╲ hold lost: it comes again
 *      │  pause: idle,      ├────────────────────────► visible after a delay
 *      │  or service errs   └────────────────────────► poison queue, then delete
 *      └── until stopped
 * ```
 *
 * Invariant: no message is received without a free slot; one is deleted only after its handler
 * returned, or after it was added to the poison queue. The loop ends when all that it started has
 * ended, or was given its time.
 */
import type { Clock } from '../clock.ts'
import type { Logger } from '../diagnostics/logger.ts'
import { isStorageError, StorageError, type StorageErrorCode } from '../errors.ts'
import type { Random } from '../random.ts'
import { Backoff } from './backoff.ts'
import { type ConsumePlan, consumePlan } from './consume-plan.ts'
import { messageCountMax } from './limits.ts'
import type { QueueMessage } from './message.ts'
import type { ConsumeFault, ConsumeOptions, ConsumeSummary, MessageHandler } from './options.ts'
import { countExceeded } from './poison.ts'
import { Renewal } from './renewal.ts'
import type { QueueStore } from './store.ts'

/** Time that aborted handlers have to end, in ms. */
const abandonAfterMs = 1000
/** Tries of a delete whose service errs. */
const deleteAttemptsMax = 4

/** No later try is going to do better. */
const fatalCodes: readonly StorageErrorCode[] = ['UNAUTHENTICATED', 'PERMISSION_DENIED', 'CLOSED']

/** What a consumer needs of its store. */
export interface ConsumerTools {
  readonly store: Pick<QueueStore, 'receiveMessages' | 'updateMessage' | 'deleteMessage'>
  readonly poison: (message: QueueMessage, poisonQueue: string, error: unknown) => Promise<void>
  /** Fires when the store closes. */
  readonly closing: AbortSignal
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger | undefined
}

type Counts = { -readonly [Name in keyof ConsumeSummary]: ConsumeSummary[Name] }

/** One call of `consume`. */
export class Consumer {
  readonly #queue: string
  readonly #handler: MessageHandler
  readonly #plan: ConsumePlan
  readonly #tools: ConsumerTools
  readonly #backoff: Backoff
  /** Fires when nothing more is to be received. */
  readonly #stop = new AbortController()
  /** Fires when the time for handlers to end by themselves is over. */
  readonly #abort = new AbortController()
  /** Fires when all is over, and ends the timers. */
  readonly #over = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #renewals = new Set<Renewal>()
  #slotFreed: (() => void) | undefined
  #fatal: { readonly error: unknown } | undefined
  readonly #counts: Counts = {
    ...{ received: 0, handled: 0, failed: 0, poisoned: 0, lost: 0, released: 0, abandoned: 0 },
  }

  /** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
  constructor(
    queue: string,
    handler: MessageHandler,
    options: ConsumeOptions,
    tools: ConsumerTools,
  ) {
    this.#queue = queue
    this.#plan = consumePlan(queue, handler, options)
    this.#handler = handler
    this.#tools = tools
    this.#backoff = new Backoff(tools.clock, tools.random, this.#plan.idleDelayMsMax)
  }

  /** @throws StorageError what ended it for good. */
  async run(): Promise<ConsumeSummary> {
    const unwatch = this.#watchStop()
    try {
      while (!this.#stop.signal.aborted) await this.#turn()
      await this.#drain()
    } finally {
      unwatch()
      this.#over.abort()
      // Those of abandoned handlers: nobody is left who would ever end them.
      for (const renewal of this.#renewals) renewal.stop()
    }
    if (this.#fatal !== undefined) throw this.#fatal.error
    return { ...this.#counts }
  }

  /** Receives once, or waits for what it needs for that. */
  async #turn(): Promise<void> {
    const free = this.#plan.concurrency - this.#running.size
    if (free === 0) {
      await this.#untilSlotFreed()
      return
    }
    const heldFromMs = this.#tools.clock.monotonicMs()
    const messages = await this.#receive(Math.min(free, messageCountMax))
    this.#counts.received += messages?.length ?? 0
    for (const message of messages ?? []) {
      const isLate = this.#stop.signal.aborted
      this.#start(isLate ? this.#release(message) : this.#handle(message, heldFromMs))
    }
    if (messages === undefined) await this.#backoff.afterError(this.#stop.signal)
    else if (messages.length === 0) await this.#backoff.afterNothing(this.#stop.signal)
    else this.#backoff.reset()
  }

  /** Undefined after an error that may pass. */
  async #receive(max: number): Promise<QueueMessage[] | undefined> {
    const { visibilitySeconds } = this.#plan
    try {
      return await this.#tools.store.receiveMessages(this.#queue, {
        max,
        visibilitySeconds,
        // Not the stop signal: what is received amid an abort would be held by nobody.
        signal: this.#abort.signal,
      })
    } catch (error) {
      if (this.#abort.signal.aborted) return []
      if (isStorageError(error) && error.retryable !== 'no') {
        this.#tell(error, { step: 'receive', queue: this.#queue })
        return undefined
      }
      this.#end(error)
      return []
    }
  }

  #start(work: Promise<void>): void {
    const running = work
      .catch((error: unknown) => this.#end(error))
      .finally(() => {
        this.#running.delete(running)
        this.#slotFreed?.()
      })
    this.#running.add(running)
  }

  async #handle(message: QueueMessage, heldFromMs: number): Promise<void> {
    const { visibilitySeconds, maxDequeueCount } = this.#plan
    const renewal = new Renewal(message, heldFromMs, {
      clock: this.#tools.clock,
      visibilitySeconds,
      renew: (signal) =>
        this.#tools.store.updateMessage(this.#queue, message, { visibilitySeconds, signal }),
      onError: (error) => this.#tell(error, { step: 'renew', queue: this.#queue, message }),
    })
    this.#renewals.add(renewal)
    try {
      if (!(await renewal.start())) {
        this.#counts.lost++
        return
      }
      if (message.dequeueCount > maxDequeueCount) {
        await this.#poison(message, countExceeded(message))
        return
      }
      const failure = await this.#call(message, renewal.signal)
      if (failure === undefined) await this.#delete(message)
      else if (renewal.isLost) this.#counts.lost++
      else await this.#afterFailure(message, failure.error, renewal)
    } finally {
      renewal.stop()
      this.#renewals.delete(renewal)
    }
  }

  async #afterFailure(message: QueueMessage, error: unknown, renewal: Renewal): Promise<void> {
    const isStopped = this.#abort.signal.aborted
    if (!isStopped && message.dequeueCount >= this.#plan.maxDequeueCount) {
      await this.#poison(message, error)
      return
    }
    // A renewal behind what gives the message back would take it again, for nobody.
    renewal.stop()
    if (isStopped) await this.#release(message)
    else await this.#retryLater(message, error)
  }

  /** What the handler failed with, or undefined. */
  async #call(
    message: QueueMessage,
    signal: AbortSignal,
  ): Promise<{ readonly error: unknown } | undefined> {
    try {
      await this.#handler(message, { signal })
      return undefined
    } catch (error) {
      this.#counts.failed++
      this.#tell(error, { step: 'handle', queue: this.#queue, message })
      return { error }
    }
  }

  async #delete(message: QueueMessage): Promise<void> {
    const pauses = new Backoff(this.#tools.clock, this.#tools.random, this.#plan.idleDelayMsMax)
    for (let attempt = 1; ; attempt++) {
      try {
        await this.#tools.store.deleteMessage(this.#queue, message)
        this.#counts.handled++
        return
      } catch (error) {
        // A try whose answer was lost had deleted it: nobody else had its receipt.
        if (attempt > 1 && isStorageError(error, 'NOT_FOUND')) {
          this.#counts.handled++
          return
        }
        const mayPass = isStorageError(error) && error.retryable !== 'no'
        if (!mayPass || attempt === deleteAttemptsMax) {
          this.#settleFailed(error, 'delete', message)
          return
        }
        this.#tell(error, { step: 'delete', queue: this.#queue, message })
      }
      await pauses.afterError(this.#abort.signal)
    }
  }

  async #retryLater(message: QueueMessage, failure: unknown): Promise<void> {
    const visibilitySeconds = this.#plan.retryDelaySeconds(message, failure, (error) =>
      this.#tell(error, { step: 'release', queue: this.#queue, message }),
    )
    try {
      await this.#tools.store.updateMessage(this.#queue, message, { visibilitySeconds })
    } catch (error) {
      this.#settleFailed(error, 'release', message)
    }
  }

  /** Gives a message back at once: its handler did not fail, or did not run. */
  async #release(message: QueueMessage): Promise<void> {
    try {
      await this.#tools.store.updateMessage(this.#queue, message, { visibilitySeconds: 0 })
      this.#counts.released++
    } catch (error) {
      this.#settleFailed(error, 'release', message)
    }
  }

  async #poison(message: QueueMessage, failure: unknown): Promise<void> {
    try {
      await this.#tools.poison(message, this.#plan.poisonQueue, failure)
      this.#counts.poisoned++
    } catch (error) {
      this.#settleFailed(error, 'poison', message)
    }
  }

  /** The message stays where it is, and becomes visible when the hold runs out. */
  #settleFailed(error: unknown, step: ConsumeFault['step'], message: QueueMessage): void {
    this.#counts.lost++
    this.#tell(error, { step, queue: this.#queue, message })
    if (isStorageError(error, ...fatalCodes) || !isStorageError(error)) this.#end(error)
  }

  /** Ends the loop for good, with the first of such errors. */
  #end(error: unknown): void {
    this.#fatal ??= { error }
    this.#stop.abort()
  }

  #tell(error: unknown, fault: ConsumeFault): void {
    const { onError } = this.#plan
    try {
      if (onError !== undefined) onError(error, fault)
      else {
        const outcome = isStorageError(error) ? error.code : 'UNAVAILABLE'
        const fields = { operation: `consume.${fault.step}`, queue: fault.queue, outcome }
        this.#tools.logger?.warn(fields, 'Consuming a queue met a fault')
      }
    } catch {
      // There is nobody to tell but the one who threw.
    }
  }

  #untilSlotFreed(): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#slotFreed = undefined
        this.#stop.signal.removeEventListener('abort', done)
        resolve()
      }
      this.#slotFreed = done
      this.#stop.signal.addEventListener('abort', done, { once: true })
    })
  }

  /** Hears of the stop, and gives what runs its time. */
  #watchStop(): () => void {
    const stop = (): void => this.#stop.abort()
    const signals = [this.#plan.signal, this.#tools.closing].filter((each) => each !== undefined)
    for (const signal of signals) {
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    }
    if (this.#stop.signal.aborted) void this.#abortLater()
    else this.#stop.signal.addEventListener('abort', () => void this.#abortLater(), { once: true })
    return () => {
      for (const signal of signals) signal.removeEventListener('abort', stop)
    }
  }

  async #abortLater(): Promise<void> {
    if (!(await this.#pause(this.#plan.stopTimeoutMs))) return
    const reason = new StorageError('ABORTED', 'Consuming was stopped, and stopTimeoutMs is over')
    this.#abort.abort(reason)
    for (const renewal of this.#renewals) renewal.abort(reason)
  }

  /** Waits until what runs has ended, or has had its time. */
  async #drain(): Promise<void> {
    const ended = Promise.all(this.#running)
    const given = this.#pause(this.#plan.stopTimeoutMs + abandonAfterMs)
    await Promise.race([ended, given])
    this.#counts.abandoned = this.#running.size
  }

  /** False when all was over before. */
  async #pause(delayMs: number): Promise<boolean> {
    try {
      await this.#tools.clock.sleep(delayMs, this.#over.signal)
      return true
    } catch {
      return false
    }
  }
}
