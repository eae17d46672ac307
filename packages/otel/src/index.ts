/**
 * `@aos-storage/otel`: OpenTelemetry spans and metrics of @aos-storage/core.
 *
 * Say here what the package is, the invariant that it keeps, its errors and its telemetry.
 */
import type { StorageBackend } from '@aos-storage/core'

/** Replace this stub: the name of a backend, as people see it. */
export function titleOf(backend: Pick<StorageBackend, 'name'>): string {
  return `the ${backend.name} backend`
}
