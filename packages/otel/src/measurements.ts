/** Metrics of operations and layers, in the units of the conventions: seconds and bytes. */
import type { CircuitEvent, FallbackEvent, OperationContext, RetryEvent } from '@aos-storage/core'
import type { Attributes, Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api'
import { conventionOf, errorType, type Family } from './conventions.ts'

/** The bounds that the conventions advise, in seconds. Objects have those of databases. */
const databaseBounds = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]
const messagingBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]

/** Which way the bytes of an operation go. A copy's do not pass through this process. */
const directions: Readonly<Record<string, 'read' | 'write'>> = {
  read: 'read',
  write: 'write',
  'queues.send': 'write',
  'queues.update': 'write',
  'queues.receive': 'read',
  'queues.peek': 'read',
}

/** Records what happened. */
export class Measurements {
  readonly #durations: Readonly<Record<Family, Histogram>>
  readonly #active: UpDownCounter
  readonly #io: Counter
  readonly #sent: Counter
  readonly #retries: Counter
  readonly #circuitChanges: Counter
  readonly #fallbacks: Counter
  readonly #open = new WeakSet<OperationContext>()

  constructor(meter: Meter) {
    const duration = (name: string, what: string, bounds: number[]): Histogram =>
      meter.createHistogram(name, {
        unit: 's',
        description: `Duration of ${what}.`,
        advice: { explicitBucketBoundaries: bounds },
      })
    const counter = (name: string, unit: string, description: string): Counter =>
      meter.createCounter(name, { unit, description })
    this.#durations = {
      objects: duration(
        'aos_storage.operation.duration',
        'operations on objects; of a read until its body was opened',
        databaseBounds,
      ),
      tables: duration(
        'db.client.operation.duration',
        'database client operations',
        databaseBounds,
      ),
      queues: duration(
        'messaging.client.operation.duration',
        'messaging operations initiated by a producer or consumer client',
        messagingBounds,
      ),
    }
    this.#active = meter.createUpDownCounter('aos_storage.active_operations', {
      unit: '{operation}',
      description: 'Operations under way.',
    })
    this.#io = counter(
      'aos_storage.io',
      'By',
      'Bytes of bodies and messages that were opened or stored.',
    )
    this.#sent = counter('messaging.client.sent.messages', '{message}', 'Messages that were sent.')
    this.#retries = counter('aos_storage.retries', '{retry}', 'Calls that were tried again.')
    this.#circuitChanges = counter(
      'aos_storage.circuit.changes',
      '{change}',
      'Changes of the state of circuits.',
    )
    this.#fallbacks = counter(
      'aos_storage.fallbacks',
      '{operation}',
      'Calls that another store answered.',
    )
  }

  start(operation: OperationContext): void {
    this.#open.add(operation)
    this.#active.add(1, placeOf(operation))
  }

  end(operation: OperationContext): void {
    if (!this.#open.delete(operation)) return
    this.#active.add(-1, placeOf(operation))
    const { family, method, attributes } = conventionOf(operation)
    const error = errorType(operation.outcome)
    const all = error === undefined ? attributes : { ...attributes, 'error.type': error }
    this.#durations[family].record((operation.durationMs ?? 0) / 1000, all)
    if (family === 'queues' && method === 'send') this.#sent.add(1, all)
    const direction = directions[operation.operation]
    if (direction === undefined || operation.bytes === undefined) return
    const place = { ...placeOf(operation), 'aos_storage.io.direction': direction }
    this.#io.add(operation.bytes, place)
  }

  retry({ backend, operation, code }: RetryEvent): void {
    this.#retries.add(1, { ...placeOf({ backend, operation }), 'error.type': code })
  }

  circuit({ backend, from, to }: CircuitEvent): void {
    const states = { 'aos_storage.circuit.from': from, 'aos_storage.circuit.to': to }
    this.#circuitChanges.add(1, { 'aos_storage.backend': backend, ...states })
  }

  fallback({ backend, store, operation, code }: FallbackEvent): void {
    const place = placeOf({ backend, operation })
    this.#fallbacks.add(1, { ...place, 'aos_storage.store': store, 'error.type': code })
  }
}

function placeOf({ backend, operation }: { backend: string; operation: string }): Attributes {
  return { 'aos_storage.backend': backend, 'aos_storage.operation': operation }
}
