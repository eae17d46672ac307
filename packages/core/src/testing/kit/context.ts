/** What a running case has in its hands: the store, chance, and whatever must be cleaned up. */
import { ChildStore } from '../child-process.ts'
import type { CommandTable } from '../child-protocol.ts'
import { type SeededRandom, seededRandom } from '../seeded-random.ts'
import type { KitBackend, KitHarness, KitStore } from './harness.ts'
import { toError } from './outcome.ts'
import { withinTime } from './time-limit.ts'

/** Given to each cleanup even when those before it used up the time, in ms. */
const cleanupMsMin = 250

/** How much a kit does, and with which chance. */
export interface ConformanceOptions {
  /** Default: a new one, printed with every failure. */
  readonly seed?: number | undefined
  /** How often a writing process is killed. Default 8. */
  readonly crashCycles?: number | undefined
  /** Processes that race. Default 3. */
  readonly raceProcesses?: number | undefined
  /** Only cases that this lets through. */
  readonly filter?: ((testCase: { id: string; group: string }) => boolean) | undefined
}

/** The options of one case. */
export type CaseOptions = ConformanceOptions & {
  readonly seed: number
  readonly signal: AbortSignal
}

/** Thrown by {@link KitContext.skip}: the case found that its rule does not apply here. */
export class CaseSkipped extends Error {
  override readonly name: string = 'CaseSkipped'
}

/** The surroundings of one case. Everything opened through it is closed at its end. */
export class KitContext<
  Backend extends KitBackend,
  Store extends KitStore<Backend>,
  Commands extends CommandTable<Commands>,
  Harness extends KitHarness<Store> = KitHarness<Store>,
> {
  readonly harness: Harness
  readonly backend: Backend
  readonly capabilities: Backend['capabilities']
  readonly random: SeededRandom
  /** Fires when the case runs out of time. */
  readonly signal: AbortSignal
  readonly crashCycles: number
  readonly raceProcesses: number
  protected readonly store: Store
  readonly #childProgram: string
  readonly #cleanups: (() => unknown)[] = []

  /** @param childProgram Of `child` in the store, see `ChildStore.start`. */
  constructor(harness: Harness, store: Store, options: CaseOptions, childProgram: string) {
    this.harness = harness
    this.backend = store.backend
    this.capabilities = store.backend.capabilities
    this.random = seededRandom(options.seed)
    this.signal = options.signal
    this.crashCycles = options.crashCycles ?? 8
    this.raceProcesses = options.raceProcesses ?? 3
    this.store = store
    this.#childProgram = childProgram
  }

  /** True when the harness has this part for the store at hand. */
  has(part: keyof Store & string): boolean {
    return this.store[part] !== undefined
  }

  /** How often to repeat: `full`, or a tenth of it where a network lies between. */
  count(full: number): number {
    return this.harness.isSlow === true ? Math.max(2, Math.ceil(full / 10)) : full
  }

  /**
   * Ends the case as skipped: only now does it show that its rule does not apply, for instance to
   * streams of a store that gives bodies whole. One that returns early would count as passed.
   */
  skip(reason: string): never {
    throw new CaseSkipped(reason)
  }

  /** Runs `cleanup` at the end of the case, whatever its outcome; last in, first out. */
  defer(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup)
  }

  /** Another handle on the same store. */
  async reopen(): Promise<Backend> {
    const backend = await this.store.reopen!()
    this.defer(() => backend.close())
    return backend
  }

  /** A process that has the same store open. */
  async startChild(): Promise<ChildStore<Commands>> {
    const child = await ChildStore.start<Commands>(this.store.child!, this.#childProgram)
    this.defer(() => child.kill())
    return child
  }

  /** Waits for what the store does behind its answers. */
  async settle(): Promise<void> {
    await this.harness.settle?.()
  }

  /**
   * Closes and removes all that the case opened. A cleanup that fails or hangs does not keep the
   * others from running: a store that cannot be closed must not leave its folder behind.
   * Gives the failures, each told as one of the cleanup.
   */
  async dispose(limitMs: number): Promise<Error[]> {
    const endMs = performance.now() + limitMs
    const closeStore: (() => unknown)[] = [() => this.backend.close(), () => this.store.dispose?.()]
    const failures: Error[] = []
    for (const cleanup of [...this.#cleanups.toReversed(), ...closeStore]) {
      const leftMs = Math.max(cleanupMsMin, endMs - performance.now())
      const run = async (): Promise<unknown> => cleanup()
      await withinTime(run(), leftMs).catch((thrown: unknown) => {
        const cause = toError(thrown)
        failures.push(new Error(`cleanup failed: ${cause.message}`, { cause }))
      })
    }
    return failures
  }
}
