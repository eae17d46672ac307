/**
 * One consumer, as a process of a program would be: a queue store of its own on the shared queues,
 * which `consume`s until it is stopped, or crashes.
 *
 * ```
 *   receive ──► run ──► handled ──► delete
 *                 ├───► failed ───► visible again, or poison queue
 *                 └───► crashed: its backend is cut off; what it holds waits for the hold to end
 * ```
 */
import {
  type Clock,
  type HandlerContext,
  type QueueBackend,
  type QueueMessage,
  QueueStore,
  type QueueStoreOptions,
  type Random,
  type ReceivedMessage,
} from '@aos-storage/core'
import { type ObservedBackend, observed } from './observed-backend.ts'
import type { ConsumerSettings } from './wire.ts'

/** Handlers that run get so long when a consumer is stopped. */
const stopTimeoutMs = 5000
const idleDelayMsMax = 1000
const retryDelaySecondsMax = 60

/** A message that a consumer holds. */
export interface Run {
  readonly consumer: number
  readonly id: string
  readonly dequeueCount: number
  readonly startedAt: number
  visibleAt: number
  renewals: number
  /** `retrying`: it failed, and is about to be given back for another try. */
  state: 'running' | 'handled' | 'failed' | 'retrying'
  /** What its handler threw, in words. */
  error?: string
}

/** What a consumer needs. */
export interface ConsumerTools {
  readonly backend: QueueBackend
  readonly claims: QueueStoreOptions['claims']
  readonly clock: Clock
  readonly random: Random
}

/** What a consumer tells. */
export interface ConsumerEyes {
  onReceive(runs: readonly Run[]): void
  onRenew(run: Run): void
  /** Its handler threw. */
  onFail(run: Run): void
  /** It failed, and is visible again in so many seconds. */
  onRetry(run: Run, seconds: number): void
  onHandled(run: Run): void
  onPoison(run: Run, poisonQueue: string): void
  /** With all that it holds. */
  onCrash(runs: readonly Run[]): void
  /** Received as it crashed. */
  onLeft(runs: readonly Run[]): void
  /** Something else went wrong, which it goes on after. */
  onFault(error: unknown): void
}

/** Thrown by handlers that are to fail: what could go wrong with a task. */
const failures: readonly (readonly [name: string, message: string])[] = [
  ['ToolError', 'the search tool gave no answer in 30 s'],
  ['ModelOverloaded', 'the model asks to come back later'],
  ['ReplyInvalid', 'the reply lacks the field "summary"'],
]

export class Consumer {
  readonly number: number
  readonly #queue: string
  /** Read anew for each message: how handlers behave may change while they run. */
  readonly #settings: () => ConsumerSettings
  readonly #tools: ConsumerTools
  readonly #eyes: ConsumerEyes
  readonly #backend: ObservedBackend
  readonly #store: QueueStore
  readonly #stop = new AbortController()
  readonly #death = new AbortController()
  readonly #runs = new Map<string, Run>()
  #poisonQueue = ''

  constructor(
    number: number,
    queue: string,
    settings: () => ConsumerSettings,
    tools: ConsumerTools,
    eyes: ConsumerEyes,
  ) {
    this.number = number
    this.#queue = queue
    this.#settings = settings
    this.#tools = tools
    this.#eyes = eyes
    const { backend, claims, clock, random } = tools
    this.#backend = observed(backend, {
      onReceive: (messages) => this.#begin(messages),
      onUpdate: (id, { visibleAt }) => this.#updated(id, visibleAt),
      onDelete: (id) => this.#deleted(id),
      onSend: (name) => (this.#poisonQueue = name),
    })
    const diagnostics = { keys: true }
    this.#store = new QueueStore(this.#backend, { claims, diagnostics, clock, random })
  }

  /** What it holds. */
  get runs(): readonly Run[] {
    const nowMs = this.#tools.clock.now()
    for (const run of this.#runs.values()) {
      // Of a hold that was lost nothing more is heard.
      if (run.state !== 'running' && run.visibleAt <= nowMs) this.#runs.delete(run.id)
    }
    return [...this.#runs.values()]
  }

  get hasCrashed(): boolean {
    return this.#death.signal.aborted
  }

  /**
   * Resolves when it was stopped and its handlers have ended, or when it crashed.
   *
   * @throws StorageError what ends it for good: the queue is gone.
   */
  async run(): Promise<void> {
    const { concurrency, visibilitySeconds, maxDequeueCount } = this.#settings()
    const handle = (message: QueueMessage, context: HandlerContext): Promise<void> =>
      this.#handle(message, context)
    try {
      await this.#store.consume(this.#queue, handle, {
        ...{ concurrency, visibilitySeconds, maxDequeueCount, stopTimeoutMs, idleDelayMsMax },
        signal: this.#stop.signal,
        retryDelaySeconds: (message) => this.#retryDelay(message),
        onError: (error, { step }) => {
          if (step !== 'handle' && !this.hasCrashed) this.#eyes.onFault(error)
        },
      })
    } catch (error) {
      if (!this.hasCrashed) throw error
    } finally {
      this.#runs.clear()
      await this.#store.close()
    }
  }

  /** Receives nothing more; handlers have {@link stopTimeoutMs}. */
  stop(): void {
    this.#stop.abort()
  }

  async #handle(message: QueueMessage, { signal }: HandlerContext): Promise<void> {
    const { handleMs, failPercent, crashPercent } = this.#settings()
    const run = this.#runs.get(message.id)
    const end = AbortSignal.any([signal, this.#death.signal])
    const { clock, random } = this.#tools
    const isCrash = random.next() * 100 < crashPercent
    try {
      // As programs do: a payload that cannot be read is a failure of its own.
      await message.load(undefined, { signal: end })
      await clock.sleep(isCrash ? handleMs / 2 : handleMs, end)
      if (isCrash) this.#crash()
      end.throwIfAborted()
      if (random.next() * 100 < failPercent) throw failure(random)
      if (run !== undefined) run.state = 'handled'
    } catch (error) {
      if (run !== undefined) run.state = 'failed'
      // What was stopped, or has lost its hold, did not fail by itself.
      if (run !== undefined && !end.aborted) {
        run.error = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
        this.#eyes.onFail(run)
      }
      throw error
    }
  }

  #begin(messages: readonly ReceivedMessage[]): void {
    const startedAt = this.#tools.clock.now()
    const runs = messages.map(({ id, dequeueCount, visibleAt }): Run => {
      const times = { startedAt, visibleAt: visibleAt.getTime() }
      return { consumer: this.number, id, dequeueCount, ...times, renewals: 0, state: 'running' }
    })
    if (this.hasCrashed) {
      this.#eyes.onReceive(runs)
      this.#eyes.onLeft(runs)
      return
    }
    for (const run of runs) this.#runs.set(run.id, run)
    this.#eyes.onReceive(runs)
  }

  #updated(id: string, visibleAt: Date): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    // No renewal, but given back. One that is handled or given up is held on until that is written.
    if (run.state === 'retrying' || visibleAt.getTime() <= this.#tools.clock.now()) {
      this.#runs.delete(id)
      return
    }
    run.visibleAt = visibleAt.getTime()
    run.renewals += 1
    this.#eyes.onRenew(run)
  }

  #deleted(id: string): void {
    const run = this.#runs.get(id)
    if (run === undefined) return
    this.#runs.delete(id)
    // Nothing else is deleted but what was handled, and what is in the poison queue now.
    if (run.state === 'handled') this.#eyes.onHandled(run)
    else this.#eyes.onPoison(run, this.#poisonQueue)
  }

  /** Doubling from a second, as `consume` does by itself. */
  #retryDelay({ id, dequeueCount }: QueueMessage): number {
    const seconds = Math.min(retryDelaySecondsMax, 2 ** Math.max(0, dequeueCount - 1))
    const run = this.#runs.get(id)
    if (run !== undefined) {
      run.state = 'retrying'
      this.#eyes.onRetry(run, seconds)
    }
    return seconds
  }

  #crash(): void {
    if (this.hasCrashed) return
    this.#backend.cut()
    this.#death.abort()
    this.#stop.abort()
    this.#eyes.onCrash([...this.#runs.values()])
    this.#runs.clear()
  }
}

function failure(random: Random): Error {
  const [name, message] = failures[Math.floor(random.next() * failures.length)]!
  const error = new Error(message)
  error.name = name
  return error
}
