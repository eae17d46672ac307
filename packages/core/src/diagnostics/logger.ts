/** Logging: any object shaped like pino. Silent unless one is given. */
import type { OperationContext } from './channels.ts'
import type { OperationOutcome } from './outcomes.ts'

/** The part of pino's interface that is used. Winston and console adapt in a line. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export type LogLevel = keyof Logger

/** What a {@link Logger} must have. */
export const logLevels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

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

/** Success is `info`, an answer such as `NOT_FOUND` is `debug`, alarms `error`, others `warn`. */
export function levelOf(outcome: OperationOutcome): LogLevel {
  if (outcome === 'OK') return 'info'
  if (answers.has(outcome)) return 'debug'
  return alarms.has(outcome) ? 'error' : 'warn'
}

/** What a line says of an outcome; the fields say the rest. */
export function messageOf(outcome: OperationOutcome): string {
  if (outcome === 'OK') return 'Storage operation completed'
  return answers.has(outcome) ? 'Storage operation answered' : 'Storage operation failed'
}

/**
 * One line per operation: `operation`, `key`, `size_bytes`, `backend`, `duration_ms`, `outcome`.
 *
 * @see levelOf
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
  logQuietly(logger, levelOf(outcome), fields, messageOf(outcome))
}

/**
 * Writes a line. What was done stays done: a logger that throws, or one that is asynchronous and
 * rejects, must not turn it into a failure.
 */
export function logQuietly(logger: Logger, level: LogLevel, fields: object, message: string): void {
  try {
    const written: unknown = logger[level](fields, message)
    if (written instanceof Promise) written.catch(() => undefined)
  } catch {
    // There is nobody to tell but the logger.
  }
}
