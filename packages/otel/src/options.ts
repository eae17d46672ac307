/** What {@link instrumentStorage} takes. */
import type { OperationContext } from '@aos-storage/core'
import type { MeterProvider, TracerProvider } from '@opentelemetry/api'

/** What `StorageInstrumentation` takes. */
export interface StorageInstrumentationOptions {
  /** Default: the global one, also when it is registered later. */
  readonly tracerProvider?: TracerProvider | undefined
  /** Default: the global one at the time of the call: register it first. */
  readonly meterProvider?: MeterProvider | undefined
  /** Whether operations get spans, or which do. Default true. */
  readonly spans?: boolean | ((operation: OperationContext) => boolean) | undefined
  /** Default true. */
  readonly metrics?: boolean | undefined
}

const optionNames = ['tracerProvider', 'meterProvider', 'spans', 'metrics']

/** @throws TypeError for options that mean nothing. */
export function assertInstrumentationOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError('instrumentStorage: options is an object')
  }
  const unknown = Object.keys(options).find((name) => !optionNames.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(
      `instrumentStorage: unknown option ${JSON.stringify(unknown)}; known are ` +
        optionNames.join(', '),
    )
  }
  const { tracerProvider, meterProvider, spans, metrics } = options as Record<string, unknown>
  assertMethod(tracerProvider, 'tracerProvider', 'getTracer')
  assertMethod(meterProvider, 'meterProvider', 'getMeter')
  if (!['undefined', 'boolean', 'function'].includes(typeof spans)) {
    throw new TypeError('instrumentStorage: spans is true, false or a function')
  }
  if (!['undefined', 'boolean'].includes(typeof metrics)) {
    throw new TypeError('instrumentStorage: metrics is true or false')
  }
}

function assertMethod(value: unknown, name: string, method: string): void {
  if (value === undefined) return
  const isFit = typeof (value as Record<string, unknown> | null)?.[method] === 'function'
  if (!isFit) throw new TypeError(`instrumentStorage: ${name} has no method ${method}`)
}
