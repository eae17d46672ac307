/**
 * Listens to the channels of `@aos-storage/core` and tells OpenTelemetry.
 *
 * Invariant: a call goes on as if nobody listened. Whatever throws in here, a sampler or an
 * exporter say, is told to `diag`: an error of a subscriber would else end the process.
 */
import {
  circuitChannel,
  type CircuitEvent,
  fallbackChannel,
  type FallbackEvent,
  operationChannels,
  type OperationContext,
  retryChannel,
  type RetryEvent,
  tracedOperations,
} from '@aos-storage/core'
import { diag, metrics, trace } from '@opentelemetry/api'
import { schemaUrl } from './conventions.ts'
import { Measurements } from './measurements.ts'
import { assertInstrumentationOptions, type StorageInstrumentationOptions } from './options.ts'
import { retryAttributes, Spans } from './spans.ts'

const scopeName = '@aos-storage/otel'

/** What {@link instrumentStorage} gives. */
export interface StorageInstrumentation extends Disposable {
  /** Stops: what is under way ends its spans, and nothing new begins. Idempotent. */
  uninstrument(): void
}

/**
 * Begins to make spans and metrics of every store of this process, also of those that are open.
 * Call it once: a second one makes everything twice.
 *
 * @throws TypeError for options that mean nothing.
 */
export function instrumentStorage(
  options: StorageInstrumentationOptions = {},
): StorageInstrumentation {
  assertInstrumentationOptions(options)
  const listener = new Listener(spansOf(options), measurementsOf(options))
  listener.listen()
  const uninstrument = (): void => listener.stop()
  return { uninstrument, [Symbol.dispose]: uninstrument }
}

function spansOf({
  tracerProvider,
  spans = true,
}: StorageInstrumentationOptions): Spans | undefined {
  if (spans === false) return undefined
  // Of the global API: a proxy that follows when a provider is registered later.
  const provider = tracerProvider ?? trace
  const tracer = provider.getTracer(scopeName, undefined, { schemaUrl })
  return new Spans(tracer, spans === true ? () => true : spans)
}

function measurementsOf({
  meterProvider,
  metrics: isOn = true,
}: StorageInstrumentationOptions): Measurements | undefined {
  if (!isOn) return undefined
  const provider = meterProvider ?? metrics
  return new Measurements(provider.getMeter(scopeName, undefined, { schemaUrl }))
}

class Listener {
  readonly #spans: Spans | undefined
  readonly #measurements: Measurements | undefined
  /** Operations that were seen to start: those of before are not told at all. */
  readonly #seen = new WeakSet<OperationContext>()
  #underWay = 0
  #isStopped = false

  constructor(spans: Spans | undefined, measurements: Measurements | undefined) {
    this.#spans = spans
    this.#measurements = measurements
  }

  listen(): void {
    for (const operation of tracedOperations) {
      const { start, asyncEnd } = operationChannels[operation]
      start.subscribe(this.#onStart)
      asyncEnd.subscribe(this.#onEnd)
    }
    retryChannel.subscribe(this.#onRetry)
    circuitChannel.subscribe(this.#onCircuit)
    fallbackChannel.subscribe(this.#onFallback)
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    for (const operation of tracedOperations) {
      operationChannels[operation].start.unsubscribe(this.#onStart)
    }
    retryChannel.unsubscribe(this.#onRetry)
    circuitChannel.unsubscribe(this.#onCircuit)
    fallbackChannel.unsubscribe(this.#onFallback)
    if (this.#underWay === 0) this.#leave()
  }

  /** The ends are heard until everything that began has ended. */
  #leave(): void {
    for (const operation of tracedOperations) {
      operationChannels[operation].asyncEnd.unsubscribe(this.#onEnd)
    }
  }

  readonly #onStart = (message: unknown): void => {
    const operation = message as OperationContext
    this.#seen.add(operation)
    this.#underWay++
    quietly(() => this.#spans?.start(operation))
    quietly(() => this.#measurements?.start(operation))
  }

  readonly #onEnd = (message: unknown): void => {
    const operation = message as OperationContext
    if (!this.#seen.delete(operation)) return
    this.#underWay--
    quietly(() => this.#spans?.end(operation))
    quietly(() => this.#measurements?.end(operation))
    // A subscriber that leaves while its channel publishes would make it skip the next one.
    if (this.#isStopped && this.#underWay === 0) queueMicrotask(() => this.#leave())
  }

  readonly #onRetry = (message: unknown): void => {
    const event = message as RetryEvent
    quietly(() => this.#spans?.event('aos_storage.retry', retryAttributes(event)))
    quietly(() => this.#measurements?.retry(event))
  }

  readonly #onCircuit = (message: unknown): void => {
    const event = message as CircuitEvent
    const { from, to } = event
    const states = { 'aos_storage.circuit.from': from, 'aos_storage.circuit.to': to }
    quietly(() => this.#spans?.event('aos_storage.circuit', states))
    quietly(() => this.#measurements?.circuit(event))
  }

  readonly #onFallback = (message: unknown): void => {
    const event = message as FallbackEvent
    const { store, code } = event
    const answered = { 'aos_storage.store': store, 'error.type': code }
    quietly(() => this.#spans?.event('aos_storage.fallback', answered))
    quietly(() => this.#measurements?.fallback(event))
  }
}

function quietly(tell: () => void): void {
  try {
    tell()
  } catch (error) {
    diag.error(`${scopeName}: telemetry of a storage operation failed`, error)
  }
}
