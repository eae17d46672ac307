/**
 * The traffic: so many steps a second, whatever becomes of them, as callers come to a service.
 *
 * ```
 * clock ──► a step is due ──► room? ──► taken ──► answered, failed, damaged
 *                               └ no ─► left out, and counted
 * ```
 *
 * Invariant: bounded. At most `concurrency` steps are under way; what is due while none may begin,
 * or while the process was held up for long, is never made up for.
 */
import type { Clock, StorageBackend } from '@aos-storage/core'
import { type SeededRandom, seededRandom } from '@aos-storage/core/testing'
import { nextStep, type Step, take } from './steps.ts'
import type { LoadSettings } from './wire.ts'

/** So late a step may be. */
const lateMsMax = 1000

/** Where the steps go; asked for each of them. */
export interface Target {
  readonly backend: StorageBackend
  readonly prefix: string
}

/** What only the traffic knows. */
export interface StepCounts {
  damaged: number
  leftOut: number
}

export class Load {
  readonly #clock: Clock
  readonly #target: () => Target
  readonly #end = new AbortController()
  readonly #underWay = new Set<Promise<void>>()
  readonly #random: SeededRandom
  readonly #running: Promise<void>
  readonly #counts: StepCounts
  settings: LoadSettings

  /** Begins at once. */
  constructor(settings: LoadSettings, clock: Clock, counts: StepCounts, target: () => Target) {
    this.settings = settings
    this.#clock = clock
    this.#counts = counts
    this.#target = target
    this.#random = seededRandom(settings.seed)
    this.#running = this.#run()
  }

  /** Ends what is under way, and waits for it. */
  async stop(): Promise<void> {
    this.#end.abort()
    await this.#running
    await Promise.all(this.#underWay)
  }

  async #run(): Promise<void> {
    const { signal } = this.#end
    let dueMs = this.#clock.monotonicMs()
    while (!signal.aborted) {
      const nowMs = this.#clock.monotonicMs()
      dueMs = Math.max(dueMs, nowMs - lateMsMax)
      for (; dueMs <= nowMs; dueMs += 1000 / this.settings.ratePerSecond) this.#begin()
      await this.#clock.sleep(Math.max(1, dueMs - nowMs), signal).catch(() => undefined)
    }
  }

  /** Never rejects. */
  async #take(step: Step): Promise<void> {
    const { backend, prefix } = this.#target()
    const end = await take(step, backend, prefix, this.#end.signal)
    // What ends on a stack that is gone says nothing of the one that is there.
    if (end === 'damaged' && this.#target().backend === backend) this.#counts.damaged += 1
  }

  #begin(): void {
    if (this.#underWay.size >= this.settings.concurrency) {
      this.#counts.leftOut += 1
      return
    }
    const taken = this.#take(nextStep(this.#random)).finally(() => this.#underWay.delete(taken))
    this.#underWay.add(taken)
  }
}
