/**
 * The numbers of one operation of one store.
 *
 * Availability is the share of calls that the store answered. A read whose body comes as a stream
 * is answered when all of the body came, and not before:
 *
 * ```
 * call ---> opened ---> body consumed, or left by its reader ---> answered
 *      \          \---> body broke ------------------------------> fault
 *       \-> NOT_FOUND and the like ------------------------------> answered
 *        \-> UNAVAILABLE and the like ---------------------------> fault
 * ```
 */
import { Durations, type DurationSummary } from './durations.ts'
import { type OperationOutcome, outcomeKind } from './outcomes.ts'
import { availability, counted, SlidingWindow, type WindowSummary } from './sliding-window.ts'

/** Bodies of reads that came as streams. Small bodies come whole, and are not among them. */
export interface BodySummary {
  /** Under way now. One that is neither consumed nor cancelled stays here: look for a leak. */
  readonly open: number
  readonly openMax: number
  readonly consumed: number
  /** Left by their reader before the end. */
  readonly cancelled: number
  /** Broken off by the store, by code. */
  readonly errors: Readonly<Partial<Record<OperationOutcome, number>>>
  /** From the call to the last byte, of those that were consumed. */
  readonly untilConsumed: DurationSummary
}

/** The numbers of an operation, or of all. Since the start, unless they say otherwise. */
export interface MeterReading {
  /** Calls that are over. */
  readonly calls: number
  readonly inFlight: number
  readonly inFlightMax: number
  /** Of all calls, well or not; of a read until its body was opened. */
  readonly latency: DurationSummary
  /** Calls that failed, by code; those with an answer such as `NOT_FOUND` too. */
  readonly errors: Readonly<Partial<Record<OperationOutcome, number>>>
  readonly answered: number
  readonly faults: number
  /** `answered` of `answered + faults`; undefined when there are none. */
  readonly availability: number | undefined
  /** Bytes of bodies that were really read, also of those that were not read to their end. */
  readonly bytesRead: number
  /** Bytes of bodies that are stored. */
  readonly bytesWritten: number
  readonly bodies: BodySummary
  readonly oneMinute: WindowSummary
  readonly fiveMinutes: WindowSummary
}

/** Counts one operation. */
export class OperationMeter {
  /** False of `health`: a prober of every second would water the number. */
  readonly #isAvailability: boolean
  readonly #latency = new Durations()
  readonly #untilConsumed = new Durations()
  readonly #window: SlidingWindow
  readonly #errors = new Map<OperationOutcome, number>()
  readonly #bodyErrors = new Map<OperationOutcome, number>()
  readonly #inFlight = new Gauge()
  readonly #openBodies = new Gauge()
  #calls = 0
  #answered = 0
  #faults = 0
  #bytesRead = 0
  #bytesWritten = 0
  #consumed = 0
  #cancelled = 0

  /** @param startMs Since when calls would have been counted. */
  constructor(isAvailability: boolean, startMs: number) {
    this.#isAvailability = isAvailability
    this.#window = new SlidingWindow(startMs)
  }

  get calls(): number {
    return this.#calls
  }

  get faults(): number {
    return this.#faults
  }

  /** True when there is nothing to tell. */
  get isIdle(): boolean {
    return this.#calls === 0 && this.#inFlight.now === 0 && this.#openBodies.now === 0
  }

  begin(): void {
    this.#inFlight.up()
  }

  /** A call is over. @param isSettled False for one whose body is still to come. */
  end(outcome: OperationOutcome, isSettled: boolean, startedMs: number, nowMs: number): void {
    this.#inFlight.down()
    this.#calls++
    this.#latency.add(nowMs - startedMs)
    this.#window.add(counted.calls, 1, nowMs)
    if (outcome !== 'OK') count(this.#errors, outcome)
    if (isSettled) this.#settle(outcome, nowMs)
  }

  wrote(bytes: number, nowMs: number): void {
    this.#bytesWritten += bytes
    this.#window.add(counted.bytesWritten, bytes, nowMs)
  }

  read(bytes: number, nowMs: number): void {
    this.#bytesRead += bytes
    this.#window.add(counted.bytesRead, bytes, nowMs)
  }

  openBody(): void {
    this.#openBodies.up()
  }

  /** @param outcome Undefined for one that its reader left. */
  endBody(outcome: OperationOutcome | undefined, startedMs: number, nowMs: number): void {
    this.#openBodies.down()
    if (outcome === undefined) this.#cancelled++
    else if (outcome === 'OK') {
      this.#consumed++
      this.#untilConsumed.add(nowMs - startedMs)
    } else count(this.#bodyErrors, outcome)
    this.#settle(outcome ?? 'OK', nowMs)
  }

  /** Counts what the other one counted, too; but not how much is under way. */
  absorb(other: OperationMeter): void {
    this.#latency.absorb(other.#latency)
    this.#untilConsumed.absorb(other.#untilConsumed)
    this.#window.absorb(other.#window)
    for (const [code, times] of other.#errors) count(this.#errors, code, times)
    for (const [code, times] of other.#bodyErrors) count(this.#bodyErrors, code, times)
    this.#calls += other.#calls
    this.#answered += other.#answered
    this.#faults += other.#faults
    this.#bytesRead += other.#bytesRead
    this.#bytesWritten += other.#bytesWritten
    this.#consumed += other.#consumed
    this.#cancelled += other.#cancelled
  }

  /** Forgets all but what is under way. */
  reset(nowMs: number): void {
    for (const durations of [this.#latency, this.#untilConsumed]) durations.reset()
    for (const errors of [this.#errors, this.#bodyErrors]) errors.clear()
    for (const gauge of [this.#inFlight, this.#openBodies]) gauge.reset()
    this.#window.reset(nowMs)
    this.#calls = this.#answered = this.#faults = 0
    this.#bytesRead = this.#bytesWritten = 0
    this.#consumed = this.#cancelled = 0
  }

  /** @param gauges In place of its own: what is under way of all operations together. */
  reading(nowMs: number, gauges: { inFlight?: Gauge; openBodies?: Gauge } = {}): MeterReading {
    const { inFlight = this.#inFlight, openBodies = this.#openBodies } = gauges
    return {
      calls: this.#calls,
      inFlight: inFlight.now,
      inFlightMax: inFlight.max,
      latency: this.#latency.summary(),
      errors: record(this.#errors),
      answered: this.#answered,
      faults: this.#faults,
      availability: availability(this.#answered, this.#faults),
      bytesRead: this.#bytesRead,
      bytesWritten: this.#bytesWritten,
      bodies: {
        open: openBodies.now,
        openMax: openBodies.max,
        consumed: this.#consumed,
        cancelled: this.#cancelled,
        errors: record(this.#bodyErrors),
        untilConsumed: this.#untilConsumed.summary(),
      },
      oneMinute: this.#window.summary(1, nowMs),
      fiveMinutes: this.#window.summary(5, nowMs),
    }
  }

  #settle(outcome: OperationOutcome, nowMs: number): void {
    const kind = outcomeKind(outcome)
    if (kind === 'caller' || !this.#isAvailability) return
    if (kind === 'answer') this.#answered++
    else this.#faults++
    this.#window.add(kind === 'answer' ? counted.answered : counted.faults, 1, nowMs)
  }
}

/** How much is under way, and was at most. */
export class Gauge {
  now = 0
  max = 0

  up(): void {
    this.now++
    if (this.now > this.max) this.max = this.now
  }

  down(): void {
    this.now--
  }

  /** What is under way stays so. */
  reset(): void {
    this.max = this.now
  }
}

function count(counts: Map<OperationOutcome, number>, code: OperationOutcome, times = 1): void {
  counts.set(code, (counts.get(code) ?? 0) + times)
}

function record(counts: ReadonlyMap<OperationOutcome, number>): MeterReading['errors'] {
  return Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)))
}
