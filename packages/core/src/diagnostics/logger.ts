/** Logging: any object shaped like pino. Silent unless one is given. */
import type { OperationContext, OperationOutcome } from './channels.ts'

/** The part of pino's interface that is used. Winston and console adapt in a line. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Outcomes that are answers rather than faults: programs ask and branch on them. */
const answers: ReadonlySet<OperationOutcome> = new Set<OperationOutcome>([
  'NOT_FOUND',
  'ALREADY_EXISTS',
  'PRECONDITION_FAILED',
  'NOT_MODIFIED',
  'ABORTED',
])

/** Outcomes that somebody has to look at. */
const alarms: ReadonlySet<OperationOutcome> = new Set<OperationOutcome>([
  'CORRUPT',
  'QUOTA_EXCEEDED',
  'PERMISSION_DENIED',
  'UNAUTHENTICATED',
  'UNAVAILABLE',
])

/**
 * One line per operation: `operation`, `key`, `size_bytes`, `backend`, `duration_ms`, `outcome`.
 * Success is `info`, an answer such as `NOT_FOUND` is `debug`, alarms are `error`, others `warn`.
 */
export function logOperation(
  logger: Logger,
  context: OperationContext,
  key: string | undefined,
): void {
  const outcome = context.outcome ?? 'OK'
  const fields = {
    operation: context.operation,
    ...(key === undefined ? {} : { key }),
    ...(context.bytes === undefined ? {} : { size_bytes: context.bytes }),
    backend: context.backend,
    duration_ms: context.durationMs,
    outcome,
  }
  if (outcome === 'OK') logger.info(fields, 'Storage operation completed')
  else if (answers.has(outcome)) logger.debug(fields, 'Storage operation answered')
  else if (alarms.has(outcome)) logger.error(fields, 'Storage operation failed')
  else logger.warn(fields, 'Storage operation failed')
}
