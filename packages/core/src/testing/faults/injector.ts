/**
 * The fault injector: a layer that does to calls what networks, disks and operators do.
 *
 * ```
 * const injector = faults({ seed: 1 })
 * const backend = injector(new MemoryStorageBackend())
 * injector.failNext('write', 'RATE_LIMITED')       // programmed
 * injector.at(3, 'list', { kind: 'hang' })
 * injector.add({ operation: 'read', probability: 0.1, fault: { kind: 'latency', delayMs: 50 } })
 * ```
 *
 * Rules are asked in the order in which they were added; every one that strikes takes effect. What
 * was done is in `events`. The same seed and the same calls give the same faults.
 */
import type { StorageBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { systemClock } from '../../clock.ts'
import type { StorageError, StorageErrorCode } from '../../errors.ts'
import { defineLayer, extendLayer, type Layer } from '../../layers/layer.ts'
import { assertOptions } from '../../options.ts'
import { chooseSeed, type SeededRandom, seededRandom } from '../seeded-random.ts'
import { FaultyBackend } from './backend.ts'
import { ArmedRule, type Fault, type FaultOperation, type FaultRule } from './rule.ts'

/** Where a crash fault struck. */
export interface CrashPoint {
  readonly operation: FaultOperation
  readonly keys: readonly string[]
  readonly point: 'before' | 'after'
}

/** What {@link faults} takes. */
export interface FaultPlan {
  /** Default: a new one; see `injector.seed`. */
  readonly seed?: number | undefined
  /** What latency waits by. Default: the host's clock. */
  readonly clock?: Clock | undefined
  readonly rules?: readonly FaultRule[] | undefined
  /** Called by `crash` faults: `process.kill(process.pid, 'SIGKILL')`, or whatever a test needs. */
  readonly onCrash?: ((point: CrashPoint) => void) | undefined
}

/** A fault that struck. */
export interface FaultEvent {
  /** Which call of the injector it was, counted from 1. */
  readonly call: number
  readonly operation: FaultOperation
  readonly keys: readonly string[]
  readonly fault: Fault
}

/** The layer, and the strings to pull. */
export interface FaultInjector extends Layer {
  readonly seed: number
  /** The faults that struck, oldest first; at most the last 10,000. */
  readonly events: readonly FaultEvent[]
  /** Refuses the next call of this method. Default `UNAVAILABLE`. */
  failNext(operation: FaultOperation, error?: StorageError | StorageErrorCode): void
  /** Lets the next call be done, and loses its answer. */
  loseNext(operation: FaultOperation, error?: StorageError | StorageErrorCode): void
  /** Cuts the body of the next `write` or `read` after so many bytes. */
  tearNext(operation: 'write' | 'read', afterBytes: number): void
  /** Meets the nth call of this method from now on, counted from 1. */
  at(nth: number, operation: FaultOperation, fault: Fault): void
  add(rule: FaultRule): void
  /** Drops all rules; calls that hang go on hanging. */
  clear(): void
  /** Seed and events in a few lines, for the message of a failing test. */
  describe(): string
}

const eventsMax = 10_000

const planNames: ReadonlySet<string> = new Set(['seed', 'clock', 'rules', 'onCrash'])

/** Makes a fault injector. Without rules it changes nothing. */
export function faults(plan: FaultPlan = {}): FaultInjector {
  assertOptions(plan, planNames, 'faults')
  const seed = plan.seed ?? chooseSeed()
  const state = new FaultState(plan, seededRandom(seed))
  const layer = defineLayer({
    name: 'faults',
    isRepeatable: true,
    wrap: (inner: StorageBackend) => new FaultyBackend(inner, state),
  })
  const once = (operation: FaultOperation, fault: Fault): void =>
    state.add({ operation, fault, times: 1 })
  return extendLayer(layer, {
    seed,
    events: state.events,
    failNext: (operation: FaultOperation, error?: StorageError | StorageErrorCode) =>
      once(operation, { kind: 'error', error }),
    loseNext: (operation: FaultOperation, error?: StorageError | StorageErrorCode) =>
      once(operation, { kind: 'lost-answer', error }),
    tearNext: (operation: 'write' | 'read', afterBytes: number) =>
      once(operation, { kind: operation === 'write' ? 'torn-write' : 'short-read', afterBytes }),
    at: (nth: number, operation: FaultOperation, fault: Fault) =>
      state.add({ operation, fault, nth, times: 1 }),
    add: (rule: FaultRule) => state.add(rule),
    clear: () => state.clear(),
    describe: () => state.describe(),
  })
}

/** Rules, chance and records that all backends of one injector share. */
export class FaultState {
  readonly clock: Clock
  readonly random: SeededRandom
  readonly events: FaultEvent[] = []
  readonly #onCrash: ((point: CrashPoint) => void) | undefined
  #rules: ArmedRule[]
  #calls = 0

  constructor(plan: FaultPlan, random: SeededRandom) {
    this.clock = plan.clock ?? systemClock
    this.random = random
    this.#onCrash = plan.onCrash
    this.#rules = (plan.rules ?? []).map((rule) => new ArmedRule(rule))
  }

  add(rule: FaultRule): void {
    this.#rules.push(new ArmedRule(rule))
  }

  clear(): void {
    this.#rules = []
  }

  /** The faults of one call, recorded. */
  strike(operation: FaultOperation, keys: readonly string[]): readonly Fault[] {
    const call = ++this.#calls
    const struck = this.#rules.filter((rule) => rule.strikes(operation, keys, this.random))
    for (const { rule } of struck) {
      this.events.push({ call, operation, keys, fault: rule.fault })
      if (this.events.length > eventsMax) this.events.shift()
    }
    return struck.map(({ rule }) => rule.fault)
  }

  crash(point: CrashPoint): void {
    this.#onCrash?.(point)
  }

  describe(): string {
    const last = this.events.slice(-20).map(({ call, operation, keys, fault }) => {
      return `  call ${call}: ${operation}(${keys.slice(0, 3).join(', ')}) ${fault.kind}`
    })
    return [`faults with seed ${this.random.seed}, ${this.events.length} struck`, ...last].join(
      '\n',
    )
  }
}
