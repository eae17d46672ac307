/**
 * Spans of operations. The parent is what is active at the call; what the backend makes meanwhile,
 * such as the spans of an HTTP client, has the operation's span as its parent:
 *
 * ```
 * span of the caller
 *   └ read s3                 this
 *       └ GET                 the instrumentation of the HTTP client
 * ```
 *
 * The context manager of OpenTelemetry is asked to run the call (`runInside`). To bind its
 * `AsyncLocalStorage` to the channel would need that private one, and a manager that has one. Which
 * operation an event of a layer belongs to is remembered here: no manager need be there for that.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { OperationContext, RetryEvent } from '@aos-storage/core'
import {
  type Attributes,
  context as contexts,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api'
import { conventionOf, errorType, keyAttributes, spanName } from './conventions.ts'

/** Makes the spans. */
export class Spans {
  readonly #tracer: Tracer
  readonly #isWanted: (operation: OperationContext) => boolean
  readonly #open = new WeakMap<OperationContext, Span>()
  /** Of the operation within which the program is now: events of layers are put on no other. */
  readonly #running = new AsyncLocalStorage<Span>()

  constructor(tracer: Tracer, isWanted: (operation: OperationContext) => boolean) {
    this.#tracer = tracer
    this.#isWanted = isWanted
  }

  start(operation: OperationContext): void {
    if (!this.#isWanted(operation)) return
    const convention = conventionOf(operation)
    const parent = contexts.active()
    const span = this.#tracer.startSpan(
      spanName(operation, convention),
      {
        kind: SpanKind.CLIENT,
        attributes: { ...convention.attributes, ...keyAttributes(operation, convention.family) },
      },
      parent,
    )
    this.#open.set(operation, span)
    const active = trace.setSpan(parent, span)
    const others = operation.runInside
    operation.runInside = (call) =>
      this.#running.run(span, () =>
        contexts.with(active, () => (others === undefined ? call() : others(call))),
      )
  }

  end(operation: OperationContext): void {
    const span = this.#open.get(operation)
    if (span === undefined) return
    this.#open.delete(operation)
    const { outcome = 'OK', bytes } = operation
    span.setAttribute('aos_storage.outcome', outcome)
    if (bytes !== undefined) span.setAttribute('aos_storage.body.size', bytes)
    const error = errorType(outcome)
    if (error !== undefined) {
      span.setAttribute('error.type', error)
      // No description: messages of errors quote keys.
      span.setStatus({ code: SpanStatusCode.ERROR })
    }
    span.end()
  }

  /** What a layer did in the middle of an operation. */
  event(name: string, attributes: Attributes): void {
    this.#running.getStore()?.addEvent(name, attributes)
  }
}

/** A retry, as an event of a span. */
export function retryAttributes({ attempt, delayMs, code }: RetryEvent): Attributes {
  return {
    'aos_storage.attempt': attempt,
    'aos_storage.retry.delay': delayMs / 1000,
    'error.type': code,
  }
}
