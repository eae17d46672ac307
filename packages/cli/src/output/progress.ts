/**
 * How far a long work is, drawn over and over on one line of standard error. Only for a person who
 * watches, and only once the work takes longer than a second; in a pipe there is none.
 */
import type { Clock } from '@aos-storage/core'
import type { Output } from './output.ts'
import { progressLine, type ProgressState } from './progress-line.ts'

const delayMs = 1000
const drawEveryMs = 200
/** Rates are of about the last 10 seconds. */
const samplesMax = 50
const clearLine = '\r\u001b[2K'

interface Sample {
  readonly atMs: number
  readonly bytes: number
  readonly objects: number
}

export interface ProgressOptions {
  readonly output: Output
  readonly clock: Clock
  /** What is counted. Default `objects`. */
  readonly noun?: string | undefined
}

export class Progress implements AsyncDisposable {
  objects = 0
  bytes = 0
  objectsTotal: number | undefined
  bytesTotal: number | undefined
  /** How far it is, where somebody else knows better than these counts. */
  source: (() => ProgressState) | undefined
  readonly #output: Output
  readonly #clock: Clock
  readonly #noun: string
  readonly #ending = new AbortController()
  readonly #samples: Sample[] = []
  #drawing: Promise<void> | undefined
  #counting: Promise<void> | undefined

  constructor({ output, clock, noun = 'objects' }: ProgressOptions) {
    this.#output = output
    this.#clock = clock
    this.#noun = noun
    if (output.isWatched) this.#drawing = this.#drawForever()
  }

  /** Counts what is to be done beside the doing, where somebody watches. */
  count(sizes: (signal: AbortSignal) => AsyncIterable<number>): void {
    if (this.#output.isWatched) this.#counting = this.#countAll(sizes)
  }

  async #countAll(sizes: (signal: AbortSignal) => AsyncIterable<number>): Promise<void> {
    const total = { objects: 0, bytes: 0 }
    try {
      for await (const size of sizes(this.#ending.signal)) {
        total.objects++
        total.bytes += size
      }
      this.objectsTotal = total.objects
      this.bytesTotal = total.bytes
    } catch {
      // Then no time left is told. Whoever does the work meets the failure, too.
    }
  }

  async #drawForever(): Promise<void> {
    const { signal } = this.#ending
    try {
      this.#sample()
      await this.#clock.sleep(delayMs, signal)
      for (;;) {
        this.#draw()
        await this.#clock.sleep(drawEveryMs, signal)
      }
    } catch {
      // It is over.
    }
  }

  #draw(): void {
    const line = progressLine(this.source?.() ?? this.#state(), this.#output.columns)
    this.#output.raw(`${clearLine}${line}`)
    this.#output.drawn(() => this.#output.raw(clearLine))
  }

  #state(): ProgressState {
    const now = this.#sample()
    const first = this.#samples[0]!
    const seconds = (now.atMs - first.atMs) / 1000
    const perSecond = (count: number): number => (seconds > 0 ? Math.max(0, count / seconds) : 0)
    const bytesPerSecond = perSecond(now.bytes - first.bytes)
    const objectsPerSecond = perSecond(now.objects - first.objects)
    const { objects, bytes, objectsTotal, bytesTotal } = this
    const left = [
      secondsFor((bytesTotal ?? 0) - bytes, bytesPerSecond),
      secondsFor((objectsTotal ?? 0) - objects, objectsPerSecond),
    ].filter((each) => each !== undefined)
    const isKnown = objectsTotal !== undefined || bytesTotal !== undefined
    return {
      ...{ noun: this.#noun, objects, bytes, objectsTotal, bytesTotal },
      ...{ bytesPerSecond, objectsPerSecond },
      secondsLeft: isKnown && left.length > 0 ? Math.max(...left) : undefined,
    }
  }

  #sample(): Sample {
    const sample = {
      atMs: this.#clock.monotonicMs(),
      ...{ bytes: this.bytes, objects: this.objects },
    }
    this.#samples.push(sample)
    if (this.#samples.length > samplesMax) this.#samples.shift()
    return sample
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort()
    await this.#drawing
    await this.#counting
    this.#output.clear()
  }
}

function secondsFor(left: number, perSecond: number): number | undefined {
  return left > 0 && perSecond > 0 ? left / perSecond : undefined
}
