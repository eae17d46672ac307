/**
 * A primary and a spare, and processes that use them through the fallback layer. Stores go away and
 * come back, answers get lost, and processes die between any two calls.
 */
import {
  aroundCalls,
  type Clock,
  defineLayer,
  type Layer,
  StorageError,
} from '../../../src/backend-kit.ts'
import {
  applyLayers,
  fallback,
  type FallbackLayer,
  type FallbackOptions,
  MemoryStorageBackend,
  type StorageBackend,
} from '../../../src/index.ts'
import type { SeededRandom } from '../../../src/testing/index.ts'

/** What a process that died throws, from then on, whatever it is asked. */
export class Died extends Error {}

/** How a store treats calls. */
export interface Weather {
  isAway: boolean
  /** Chance that a call that fails was done all the same. */
  lostAnswers: number
}

/** One process: its layer, and its end. */
export interface Process {
  readonly backend: StorageBackend
  readonly layer: FallbackLayer
  /** Calls to either store until it dies, before or after that call; Infinity: it lives. */
  callsLeft: number
  diesAfterCall: boolean
  isDead: boolean
  /** True: it alone does not reach the primary. */
  isCutOff: boolean
  calls: number
}

export class World {
  readonly random: SeededRandom
  readonly primary: MemoryStorageBackend
  readonly spare: MemoryStorageBackend
  readonly primaryWeather: Weather = { isAway: false, lostAnswers: 0 }
  readonly spareWeather: Weather = { isAway: false, lostAnswers: 0 }
  /** Advances with every look at it, so that no two changes are of the same moment. */
  nowMs: number = Date.UTC(2026, 0, 1)
  readonly clock: Clock = {
    now: () => ++this.nowMs,
    monotonicMs: () => this.nowMs,
    sleep: () => Promise.resolve(),
  }

  constructor(random: SeededRandom) {
    this.random = random
    this.primary = new MemoryStorageBackend({ clock: this.clock, random })
    this.spare = new MemoryStorageBackend({ clock: this.clock, random })
  }

  /** Starts a process over the two stores. */
  start(options: FallbackOptions = {}): Process {
    const process: Process = {
      backend: undefined as unknown as StorageBackend,
      layer: undefined as unknown as FallbackLayer,
      callsLeft: Infinity,
      diesAfterCall: false,
      isDead: false,
      isCutOff: false,
      calls: 0,
    }
    const spare = applyLayers(this.spare, [this.#gate(process, this.spareWeather)])
    const layer = fallback(
      { name: 'spare', backend: spare },
      {
        writes: 'fallback',
        reconcile: 'by-hand',
        clockSkewMsMax: 0,
        clock: this.clock,
        random: this.random,
        ...options,
      },
    )
    const backend = applyLayers(this.primary, [layer, this.#gate(process, this.primaryWeather)])
    return Object.assign(process, { layer, backend })
  }

  #gate(process: Process, weather: Weather): Layer {
    return defineLayer({
      name: 'gate',
      wrap: (inner) =>
        aroundCalls(inner, async (_call, run) => {
          await turns(this.random.integer(12))
          process.calls++
          const isLast = process.callsLeft-- <= 1
          if (process.isDead) throw new Died()
          if (isLast && !process.diesAfterCall) this.#die(process)
          const isAway = weather.isAway || (process.isCutOff && weather === this.primaryWeather)
          const isDone = !isAway || this.random.next() < weather.lostAnswers
          const result = isDone ? await run() : undefined
          if (isLast || process.isDead) this.#die(process)
          if (isAway) throw new StorageError('UNAVAILABLE', 'The store is away')
          return result as Awaited<ReturnType<typeof run>>
        }),
    })
  }

  #die(process: Process): never {
    process.isDead = true
    throw new Died()
  }
}

/** Lets others go first, that many times. */
export async function turns(count: number): Promise<void> {
  for (let at = 0; at < count; at++) await Promise.resolve()
}
