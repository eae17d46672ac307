import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { CircuitBreakerOptions, CircuitPosition } from '../src/index.ts'
import { open } from './support/store.ts'

type Answer = 'well' | 'trouble' | 'nothing'
type Step = Answer | number | 'isolate' | 'release' | 'reset'

const codes = { well: undefined, trouble: 'UNAVAILABLE', nothing: 'ABORTED' } as const

/** A circuit in the simplest words: one call after the other, no library. */
class Model {
  position: CircuitPosition = 'closed'
  nowMs = 0
  #dueMs = 0
  #triesFailed = 0
  #probesWell = 0
  /** Calls since it was closed: when, and whether they failed. */
  #calls: { atMs: number; failed: boolean }[] = []
  readonly #options: CircuitBreakerOptions

  constructor(options: CircuitBreakerOptions) {
    this.#options = options
  }

  /** True when the backend is to see the call. */
  ask(answer: Answer): boolean {
    if (this.position === 'isolated') return false
    if (this.position === 'open') {
      if (this.nowMs < this.#dueMs) return false
      this.position = 'half-open'
      this.#probesWell = 0
    }
    if (this.position === 'half-open') this.#probe(answer)
    else this.#count(answer)
    return true
  }

  isolate(): void {
    this.position = 'isolated'
  }

  close(): void {
    this.position = 'closed'
    this.#triesFailed = 0
    this.#calls = []
  }

  #probe(answer: Answer): void {
    if (answer !== 'well') this.#open(answer)
    else if (++this.#probesWell === this.#options.probes) this.close()
  }

  #count(answer: Answer): void {
    if (answer === 'nothing') return
    this.#calls.push({ atMs: this.nowMs, failed: answer === 'trouble' })
    if (answer === 'trouble' && this.#isTooMuch()) this.#open('trouble')
  }

  #isTooMuch(): boolean {
    const { consecutiveFailures, failureRatio, samplingMs, callsMin } = this.#options
    if (consecutiveFailures !== undefined) {
      const last = this.#calls.slice(-consecutiveFailures)
      return last.length === consecutiveFailures && last.every(({ failed }) => failed)
    }
    const sliceMs = samplingMs! / 10
    const slice = (atMs: number): number => Math.floor(atMs / sliceMs)
    const recent = this.#calls.filter(({ atMs }) => slice(atMs) > slice(this.nowMs) - 10)
    const failed = recent.filter((call) => call.failed).length
    return recent.length >= callsMin! && failed >= failureRatio! * recent.length
  }

  #open(answer: 'trouble' | 'nothing'): void {
    const { openMs, openMsMax } = this.#options
    const forMs =
      answer === 'nothing' ? 0 : Math.min(openMsMax!, openMs! * 2 ** this.#triesFailed++)
    this.position = 'open'
    this.#dueMs = this.nowMs + forMs
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Step>('trouble') },
  { weight: 3, arbitrary: fc.constant<Step>('well') },
  { weight: 1, arbitrary: fc.constant<Step>('nothing') },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 2500 }) },
  { weight: 1, arbitrary: fc.constantFrom<Step>('isolate', 'release', 'reset') },
)

const times = { openMs: 1000, openMsMax: 3000 }

const options: fc.Arbitrary<CircuitBreakerOptions> = fc.oneof(
  fc.record({
    consecutiveFailures: fc.integer({ min: 1, max: 4 }),
    probes: fc.integer({ min: 1, max: 3 }),
  }),
  fc.record({
    failureRatio: fc.constantFrom(0.1, 0.5, 1),
    samplingMs: fc.constantFrom(1000, 4000),
    callsMin: fc.integer({ min: 1, max: 5 }),
    probes: fc.integer({ min: 1, max: 3 }),
  }),
)

it('any sequence of answers and times gives the states that the model says', async () => {
  const run = async (given: CircuitBreakerOptions, steps: readonly Step[]): Promise<void> => {
    const own = { ...times, ...given }
    const store = open(own)
    const model = new Model(own)
    let held: Disposable | undefined
    for (const each of steps) {
      if (typeof each === 'number') {
        await store.clock.advance(each)
        model.nowMs += each
      } else if (each === 'isolate' && held === undefined) {
        held = store.circuit.isolate()
        model.isolate()
      } else if (each === 'release' && held !== undefined) {
        held[Symbol.dispose]()
        held = undefined
        model.close()
      } else if (each === 'reset' && held === undefined) {
        store.circuit.reset()
        model.close()
      } else if (each === 'well' || each === 'trouble' || each === 'nothing') {
        const before = store.seen()
        await store.ask(codes[each])
        expect(store.seen() - before).toBe(model.ask(each) ? 1 : 0)
      }
      expect(store.circuit.position).toBe(model.position)
    }
  }
  await fc.assert(fc.asyncProperty(options, fc.array(step, { maxLength: 60 }), run), {
    numRuns: 200,
  })
})
