/**
 * What one store does, counted by the layer `metrics`.
 *
 * Invariant: bounded memory. One meter per operation, about 10 KiB each, and at most
 * `operationsMax` of them; nothing grows with keys, calls or time.
 */
import type { BodyStream, StorageBackend } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { CircuitState } from './layer-channels.ts'
import { circuitOf, type LayerReading, layerReadings, retriesOf } from './layer-readings.ts'
import { MeteredBody } from './metered-body.ts'
import { Gauge, type MeterReading, OperationMeter } from './operation-meter.ts'
import type { OperationOutcome } from './outcomes.ts'

/** The contract's eight, and what backends have beside it. What comes beyond is `other`. */
const operationsMax = 32

/** The numbers of one operation. */
export interface OperationReading extends MeterReading {
  /** A method of the contract, or the name of an extra, such as `presign`. */
  readonly operation: string
}

/** All numbers of a store at one moment. Plain data, but for `undefined`. */
export interface MeterSnapshot {
  /** As the meter was named, else the backend's name. */
  readonly name: string
  /** Since when it counts: milliseconds since 1970. */
  readonly sinceMs: number
  /** All operations together. Availability leaves out `health`. */
  readonly total: MeterReading
  /** Those that were called, by name. */
  readonly operations: readonly OperationReading[]
  /** What the layers inside of this one tell, now. */
  readonly layers: readonly LayerReading[]
  /** By the layers inside; undefined when none counts. */
  readonly retries: number | undefined
  /** The worst of the circuits inside; undefined without one. */
  readonly circuit: CircuitState | undefined
}

/** Counts the calls of one store. */
export class StoreMeter {
  readonly #name: string | undefined
  readonly #clock: Clock
  readonly #operations = new Map<string, OperationMeter>()
  readonly #inFlight = new Gauge()
  readonly #openBodies = new Gauge()
  #inner: StorageBackend | undefined
  #sinceMs: number
  /** The same moment by the clock that never steps: windows begin there, not at a first call. */
  #startMs: number

  constructor(name: string | undefined, clock: Clock) {
    this.#name = name
    this.#clock = clock
    this.#sinceMs = clock.now()
    this.#startMs = clock.monotonicMs()
  }

  /** The store whose layers are told; of several the last, and calls of all add up. */
  attach(inner: StorageBackend): void {
    this.#inner = inner
  }

  begin(operation: string): MeteredCall {
    const startedMs = this.#clock.monotonicMs()
    const meter = this.#operations.get(operation) ?? this.#admit(operation)
    meter.begin()
    this.#inFlight.up()
    return new MeteredCall(meter, this.#inFlight, this.#openBodies, this.#clock, startedMs)
  }

  snapshot(): MeterSnapshot {
    const nowMs = this.#clock.monotonicMs()
    const all = new OperationMeter(true, this.#startMs)
    const operations: OperationReading[] = []
    for (const [operation, meter] of this.#operations) {
      all.absorb(meter)
      if (!meter.isIdle) operations.push({ operation, ...meter.reading(nowMs) })
    }
    const layers = this.#inner === undefined ? [] : layerReadings(this.#inner)
    return {
      name: this.#name ?? this.#inner?.name ?? 'unused',
      sinceMs: this.#sinceMs,
      total: all.reading(nowMs, { inFlight: this.#inFlight, openBodies: this.#openBodies }),
      operations: operations.sort((one, other) => (one.operation < other.operation ? -1 : 1)),
      layers,
      retries: retriesOf(layers),
      circuit: circuitOf(layers),
    }
  }

  reset(): void {
    this.#startMs = this.#clock.monotonicMs()
    for (const meter of this.#operations.values()) meter.reset(this.#startMs)
    this.#inFlight.reset()
    this.#openBodies.reset()
    this.#sinceMs = this.#clock.now()
  }

  /** A few numbers for whoever looks at the stack. */
  story(): Readonly<Record<string, number>> {
    let calls = 0
    let faults = 0
    for (const meter of this.#operations.values()) {
      calls += meter.calls
      faults += meter.faults
    }
    return { calls, faults, inFlight: this.#inFlight.now }
  }

  #admit(operation: string): OperationMeter {
    const isFull = this.#operations.size >= operationsMax
    const name = isFull ? 'other' : operation
    const known = this.#operations.get(name)
    if (known !== undefined) return known
    const meter = new OperationMeter(operation !== 'health', this.#startMs)
    this.#operations.set(name, meter)
    return meter
  }
}

/** One call under way. */
export class MeteredCall {
  readonly #meter: OperationMeter
  readonly #inFlight: Gauge
  readonly #openBodies: Gauge
  readonly #clock: Clock
  readonly #startedMs: number

  constructor(
    meter: OperationMeter,
    inFlight: Gauge,
    openBodies: Gauge,
    clock: Clock,
    startedMs: number,
  ) {
    this.#meter = meter
    this.#inFlight = inFlight
    this.#openBodies = openBodies
    this.#clock = clock
    this.#startedMs = startedMs
  }

  end(outcome: OperationOutcome): void {
    this.#inFlight.down()
    this.#meter.end(outcome, true, this.#startedMs, this.#clock.monotonicMs())
  }

  /** A write is over. */
  wrote(bytes: number): void {
    this.#inFlight.down()
    const nowMs = this.#clock.monotonicMs()
    this.#meter.end('OK', true, this.#startedMs, nowMs)
    this.#meter.wrote(bytes, nowMs)
  }

  /** A read is over, whose body came whole. */
  readWhole(bytes: number): void {
    this.#inFlight.down()
    const nowMs = this.#clock.monotonicMs()
    this.#meter.end('OK', true, this.#startedMs, nowMs)
    this.#meter.read(bytes, nowMs)
  }

  /** A read was opened; gives the body that counts on. */
  readStream(body: BodyStream, bytesExpected: number): MeteredBody {
    this.#inFlight.down()
    this.#meter.end('OK', false, this.#startedMs, this.#clock.monotonicMs())
    this.#meter.openBody()
    this.#openBodies.up()
    return new MeteredBody(body, bytesExpected, {
      chunk: (bytes) => this.#meter.read(bytes, this.#clock.monotonicMs()),
      end: (outcome) => {
        this.#openBodies.down()
        this.#meter.endBody(outcome, this.#startedMs, this.#clock.monotonicMs())
      },
    })
  }
}
