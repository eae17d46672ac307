/** How far a migration is, how fast, and how long it will take. */
import type { Clock } from '../clock.ts'
import type { ReportBuilder } from './report.ts'

/** Rates are of about the last so many milliseconds: a pause before counts no more. */
const rateWindowMs = 10_000

/** How far a migration has come. */
export interface MigrationProgress {
  /** Objects that are settled: copied, found to be there, skipped, gone or failed. */
  readonly objectsDone: number
  /** Bytes of copies, also of those on their way. */
  readonly bytesDone: number
  readonly objectsInFlight: number
  readonly failed: number
  /** Of the source, as far as it was counted. */
  readonly objectsTotal: number
  readonly bytesTotal: number
  /** False while the source is still being counted: the totals grow, and no time left is told. */
  readonly isTotalKnown: boolean
  readonly objectsPerSecond: number
  readonly bytesPerSecond: number
  /** Undefined while nobody can tell. */
  readonly secondsLeft: number | undefined
  readonly isPaused: boolean
}

/** What only the run knows. */
export interface RunState {
  readonly objectsInFlight: number
  readonly isPaused: boolean
}

interface Sample {
  readonly atMs: number
  readonly objects: number
  readonly bytes: number
}

export class ProgressMeter {
  readonly #clock: Clock
  readonly #report: ReportBuilder
  #samples: Sample[] = []
  #objectsTotal = 0
  #bytesTotal = 0
  #isTotalKnown = false
  #movingBytes = 0
  #doneBefore: Sample | undefined

  constructor(clock: Clock, report: ReportBuilder) {
    this.#clock = clock
    this.#report = report
  }

  /** What runs before have settled is no rate of this one. */
  start(): void {
    this.#doneBefore = undefined
    this.#doneBefore = this.#sample()
    this.#samples = [this.#doneBefore]
    this.#objectsTotal = this.#doneBefore.objects
    this.#bytesTotal = this.#doneBefore.bytes
  }

  /** Bytes on their way; less than none when a try is given up. */
  moved(bytes: number): void {
    this.#movingBytes += bytes
  }

  counted(bytes: number): void {
    this.#objectsTotal++
    this.#bytesTotal += bytes
  }

  /** All of the source was counted. */
  countedAll(): void {
    this.#isTotalKnown = true
  }

  snapshot({ objectsInFlight, isPaused }: RunState): MigrationProgress {
    const now = this.#sample()
    this.#keep(now)
    const first = this.#samples[0]!
    const seconds = (now.atMs - first.atMs) / 1000
    const perSecond = (count: number): number => (seconds > 0 ? Math.max(0, count / seconds) : 0)
    const objectsPerSecond = perSecond(now.objects - first.objects)
    const bytesPerSecond = perSecond(now.bytes - first.bytes)
    const objectsTotal = Math.max(this.#objectsTotal, now.objects)
    const bytesTotal = this.#bytesTotal
    const objectsLeft = objectsTotal - now.objects
    const secondsLeft = this.#isTotalKnown
      ? secondsFor(objectsLeft, objectsPerSecond, bytesTotal - now.bytes, bytesPerSecond)
      : undefined
    return {
      ...{ objectsDone: now.objects, bytesDone: now.bytes, objectsInFlight, isPaused },
      ...{ failed: this.#report.counts.failed, objectsTotal, bytesTotal },
      ...{ isTotalKnown: this.#isTotalKnown, objectsPerSecond, bytesPerSecond, secondsLeft },
    }
  }

  #sample(): Sample {
    const atMs = this.#clock.monotonicMs()
    const bytes = (this.#doneBefore?.bytes ?? this.#report.counts.copiedBytes) + this.#movingBytes
    return { atMs, objects: this.#report.settled, bytes }
  }

  /** One sample before the window stays, so that there is always a rate. */
  #keep(now: Sample): void {
    const last = this.#samples.at(-1)!
    if (now.atMs - last.atMs >= rateWindowMs / 20) this.#samples.push(now)
    while (this.#samples.length > 2 && now.atMs - this.#samples[1]!.atMs >= rateWindowMs) {
      this.#samples.shift()
    }
  }
}

/** Many small objects take their time by number, few large ones by bytes: the longer one counts. */
function secondsFor(
  objects: number,
  objectsPerSecond: number,
  bytes: number,
  bytesPerSecond: number,
): number | undefined {
  if (objects <= 0) return 0
  if (objectsPerSecond === 0 && bytesPerSecond === 0) return undefined
  const byObjects = objectsPerSecond === 0 ? 0 : objects / objectsPerSecond
  // Objects that are there already are no bytes to copy: a rate of none says nothing of them.
  const byBytes = bytesPerSecond === 0 ? 0 : Math.max(0, bytes) / bytesPerSecond
  return Math.max(byObjects, byBytes)
}
