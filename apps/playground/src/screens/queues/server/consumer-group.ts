/**
 * The consumers of one queue: so many, started anew a moment after a crash, with what they did
 * counted.
 *
 * Invariant: bounded. At most {@link slotsMax} consumers, those that are still stopping included.
 */
import { StorageError } from '@aos-storage/core'
import { asAction } from '../../../server/actions.ts'
import type { Problem } from '../../../server/problem.ts'
import { toldProblem } from '../../../server/told-problem.ts'
import { Consumer, type ConsumerEyes, type ConsumerTools, type Run } from './consumer.ts'
import { EventLog } from './event-log.ts'
import { HandledTally } from './handled-tally.ts'
import { Rate } from './rate.ts'
import type { ConsumerSettings, GroupState, LogLine } from './wire.ts'

const slotsMax = 24
/** What looks after processes does not start one at once that has just died. */
const restartMs = 1000
/** Handlers that are shown. */
const runningShownMax = 16

/** A place for a consumer, and for the next one after a crash. */
interface Slot {
  readonly number: number
  readonly stop: AbortController
  consumer: Consumer | undefined
}

type Counts = { -readonly [Name in keyof GroupState['counts']]: number }

export class ConsumerGroup {
  readonly queue: string
  readonly #tools: ConsumerTools
  /** Something is to be seen that was not before. */
  readonly #onNews: () => void
  readonly #onHandled: () => void
  /** With their ends. */
  readonly #slots = new Map<Slot, Promise<void>>()
  readonly #log = new EventLog()
  readonly #handled: HandledTally
  readonly #rate = new Rate()
  readonly #counts: Counts = {
    ...{ received: 0, handled: 0, failed: 0, renewed: 0, crashed: 0, poisoned: 0 },
  }
  /** What crashed consumers held, until the holds run out. */
  #orphans: Run[] = []
  #settings: ConsumerSettings
  #problem: Problem | undefined
  #number = 0

  constructor(
    queue: string,
    settings: ConsumerSettings,
    tools: ConsumerTools,
    tell: { readonly onNews: () => void; readonly onHandled: () => void },
  ) {
    this.queue = queue
    this.#settings = settings
    this.#tools = tools
    this.#onNews = tell.onNews
    this.#onHandled = tell.onHandled
    this.#handled = new HandledTally(tools.clock, (line) => this.#note(line))
  }

  /** Consumers that receive. */
  get runningConsumers(): number {
    return this.#active().length
  }

  /** Whether anything of it may change by itself. */
  get isMoving(): boolean {
    return this.#slots.size > 0 || this.#orphans.length > 0
  }

  /** Messages that its consumers hold, those that crashed included. */
  get held(): number {
    return this.#runs().length + this.#livingOrphans().length
  }

  get perSecond(): number {
    return this.#rate.perSecond(this.#tools.clock.now())
  }

  /**
   * Starts, or goes on with other settings: how handlers behave changes at once, for the rest
   * others take over from those that run.
   *
   * @throws StorageError `CONFLICT` while too many are still stopping.
   */
  start(settings: ConsumerSettings): void {
    const isSame = isSameShape(settings, this.#settings) && this.#active().length > 0
    if (!isSame && this.#slots.size + settings.consumers > slotsMax) {
      throw new StorageError('CONFLICT', 'Consumers that were stopped still run; wait a moment')
    }
    const before = this.#active()
    this.#settings = settings
    this.#problem = undefined
    if (!isSame) {
      for (const slot of before) halt(slot)
      this.#number = 0
      for (let count = 0; count < settings.consumers; count++) this.#open(settings)
    }
    this.#onNews()
  }

  /** Lets what runs end; receives nothing more. */
  stop(): void {
    for (const slot of this.#slots.keys()) halt(slot)
    this.#onNews()
  }

  /** As {@link stop}; resolves when they have ended, which takes 6 s at most. */
  async close(): Promise<void> {
    this.stop()
    await Promise.all(this.#slots.values())
    this.#handled.close()
  }

  /** @param lines How many of the log. */
  state(lines: number): GroupState {
    const runs = this.#runs()
    const orphans = this.#livingOrphans()
    const { queue } = this
    return {
      ...{ queue, settings: this.#settings, phase: this.#phase(), counts: { ...this.#counts } },
      perSecond: this.perSecond,
      running: runs.slice(0, runningShownMax).map(shownRun),
      runningCount: runs.length,
      orphans: orphans.length,
      orphansUntil: orphans.length === 0 ? null : latestOf(orphans),
      log: this.#log.last(lines),
      problem: this.#problem,
    }
  }

  #phase(): GroupState['phase'] {
    if (this.#active().length > 0) return 'running'
    return this.#slots.size > 0 ? 'stopping' : 'stopped'
  }

  #active(): Slot[] {
    return [...this.#slots.keys()].filter(({ stop }) => !stop.signal.aborted)
  }

  #open(settings: ConsumerSettings): void {
    const slot: Slot = { number: ++this.#number, stop: new AbortController(), consumer: undefined }
    // What they do is no part of the action that started them: it goes on for as long as they run.
    const ended = asAction(undefined, () => this.#keep(slot, settings)).finally(() => {
      this.#slots.delete(slot)
      this.#onNews()
    })
    this.#slots.set(slot, ended)
  }

  /** Runs consumers in a place, one after the other. Never rejects. */
  async #keep(slot: Slot, first: ConsumerSettings): Promise<void> {
    const { number, stop } = slot
    /** The shape is that of the start, the behaviour that of now. */
    const settings = (): ConsumerSettings => ({ ...this.#settings, ...shapeOf(first) })
    try {
      while (!stop.signal.aborted) {
        const consumer = new Consumer(number, this.queue, settings, this.#tools, this.#eyes(number))
        slot.consumer = consumer
        this.#note({ consumer: number, kind: 'started' })
        const onStop = (): void => consumer.stop()
        stop.signal.addEventListener('abort', onStop)
        await consumer.run().finally(() => stop.signal.removeEventListener('abort', onStop))
        if (!consumer.hasCrashed) break
        await this.#tools.clock.sleep(restartMs, stop.signal).catch(() => undefined)
      }
      this.#handled.flush()
      this.#note({ consumer: number, kind: 'stopped' })
    } catch (error) {
      this.#problem ??= toldProblem(error, 'queues')
      this.#note({ consumer: number, kind: 'stopped', detail: wordsOf(error) })
      for (const other of this.#slots.keys()) halt(other)
    }
  }

  #eyes(consumer: number): ConsumerEyes {
    const about = ({ id, dequeueCount }: Run) => ({ consumer, id, dequeueCount })
    const detailOf = ({ error }: Run) => (error === undefined ? {} : { detail: error })
    return {
      onReceive: (runs) => {
        this.#counts.received += runs.length
        const received = new Set(runs.map(({ id }) => id))
        this.#orphans = this.#orphans.filter(({ id }) => !received.has(id))
        this.#onNews()
      },
      onRenew: (run) => {
        this.#counts.renewed += 1
        this.#note({ ...about(run), kind: 'renewed', seconds: this.#settings.visibilitySeconds })
      },
      onFail: () => void (this.#counts.failed += 1),
      onRetry: (run, seconds) =>
        this.#note({ ...about(run), kind: 'failed', seconds, ...detailOf(run) }),
      onHandled: (run) => {
        this.#counts.handled += 1
        this.#rate.add(this.#tools.clock.now())
        this.#onHandled()
        if (run.dequeueCount > 1) this.#note({ ...about(run), kind: 'recovered' })
        else this.#handled.add(about(run))
      },
      onPoison: (run) => {
        this.#counts.poisoned += 1
        this.#note({ ...about(run), kind: 'poisoned', ...detailOf(run) })
      },
      onCrash: (runs) => {
        this.#counts.crashed += 1
        this.#leave(runs)
        const seconds = Math.ceil((latestOf(runs) - this.#tools.clock.now()) / 1000)
        this.#note({ consumer, kind: 'crashed', messages: runs.length, seconds })
      },
      onLeft: (runs) => this.#leave(runs),
      onFault: (error) => this.#note({ consumer, kind: 'fault', detail: wordsOf(error) }),
    }
  }

  #note(line: Omit<LogLine, 'sequence' | 'at'>): void {
    this.#log.add({ at: this.#tools.clock.now(), ...line })
    this.#onNews()
  }

  #leave(runs: readonly Run[]): void {
    this.#orphans = [...this.#livingOrphans(), ...runs]
    this.#onNews()
  }

  #runs(): Run[] {
    return [...this.#slots.keys()].flatMap(({ consumer }) => consumer?.runs ?? [])
  }

  #livingOrphans(): Run[] {
    const nowMs = this.#tools.clock.now()
    this.#orphans = this.#orphans.filter(({ visibleAt }) => visibleAt > nowMs)
    return this.#orphans
  }
}

function halt({ stop }: Slot): void {
  stop.abort()
}

/** What a consumer keeps as long as it lives. */
function shapeOf(settings: ConsumerSettings) {
  const { consumers, concurrency, visibilitySeconds, maxDequeueCount } = settings
  return { consumers, concurrency, visibilitySeconds, maxDequeueCount }
}

function isSameShape(a: ConsumerSettings, b: ConsumerSettings): boolean {
  return JSON.stringify(shapeOf(a)) === JSON.stringify(shapeOf(b))
}

function shownRun({ state: _state, error: _error, ...shown }: Run): GroupState['running'][number] {
  return shown
}

function latestOf(runs: readonly Run[]): number {
  return Math.max(0, ...runs.map(({ visibleAt }) => visibleAt))
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
