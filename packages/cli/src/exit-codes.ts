/** What the shell is told. Documented in the README; scripts remember them: append only. */
import { isStorageError, type StorageErrorCode } from '@aos-storage/core'

/** By name, what each says to a script. */
export const exitCodes = {
  /** All of it was done. */
  ok: 0,
  /** It failed, and none of the codes below says why. */
  failed: 1,
  /** The command line, a profile or a variable is wrong. Nothing was done. */
  usage: 2,
  /** There is no such object, version, table or queue. */
  notFound: 3,
  /** A condition did not hold: it exists already, or is another version. */
  conflict: 4,
  /** A check was made and did not pass: damage, differences, failed cases. */
  different: 5,
  /** Some was done and some failed; standard error tells which. */
  partial: 6,
  /** Credentials are missing or wrong, or do not allow it. */
  denied: 7,
  /** Ctrl-C, or an end by signal. */
  interrupted: 130,
} as const

/** One of {@link exitCodes}. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

const byCode: Partial<Record<StorageErrorCode, ExitCode>> = {
  NOT_FOUND: exitCodes.notFound,
  ALREADY_EXISTS: exitCodes.conflict,
  PRECONDITION_FAILED: exitCodes.conflict,
  CONFLICT: exitCodes.conflict,
  INVALID_KEY: exitCodes.usage,
  INVALID_ARGUMENT: exitCodes.usage,
  CORRUPT: exitCodes.different,
  UNAUTHENTICATED: exitCodes.denied,
  PERMISSION_DENIED: exitCodes.denied,
  ABORTED: exitCodes.interrupted,
}

export function exitCodeOf(error: unknown): ExitCode {
  return isStorageError(error) ? exitCodeFor(error.code) : exitCodes.failed
}

export function exitCodeFor(code: StorageErrorCode): ExitCode {
  return byCode[code] ?? exitCodes.failed
}
