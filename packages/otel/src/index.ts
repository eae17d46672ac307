/**
 * `@aos-storage/otel`: OpenTelemetry spans and metrics of what every store of this process does.
 *
 * Begin with {@link instrumentStorage}. It listens to the diagnostics channels of
 * `@aos-storage/core` and changes nothing about the calls: what fails here is told to the
 * `diag` logger of OpenTelemetry, never to the caller.
 *
 * @packageDocumentation
 */
export { instrumentStorage, type StorageInstrumentation } from './instrumentation.ts'
export type { StorageInstrumentationOptions } from './options.ts'
