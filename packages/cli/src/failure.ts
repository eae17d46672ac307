/** What went wrong, in the words of the command line. */
import { isStorageError } from '@aos-storage/core'
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts'

/** Ends a command with a message, the way out, and an exit code. */
export class CommandFailure extends Error {
  override readonly name: string = 'CommandFailure'
  readonly exitCode: ExitCode
  /** What to do about it, as a sentence. */
  readonly hint: string | undefined
  /** Amid many: no other one would fare better. */
  readonly concernsAll: boolean

  constructor(exitCode: ExitCode, message: string, hint?: string, concernsAll: boolean = false) {
    super(message)
    this.exitCode = exitCode
    this.hint = hint
    this.concernsAll = concernsAll
  }
}

export function usageError(message: string, hint?: string): CommandFailure {
  return new CommandFailure(exitCodes.usage, message, hint)
}

/** As it is told, on standard error; with `--json` as this object. */
export interface FailureStory {
  readonly error: {
    /** A `StorageErrorCode`, or `USAGE`, or `FAILED`. */
    readonly code: string
    readonly message: string
    readonly hint?: string | undefined
    readonly key?: string | undefined
    readonly exitCode: ExitCode
  }
}

export function storyOf(error: unknown): FailureStory {
  if (error instanceof CommandFailure) {
    const { message, hint, exitCode } = error
    const code = exitCode === exitCodes.usage ? 'USAGE' : 'FAILED'
    return { error: { code, message, ...(hint === undefined ? {} : { hint }), exitCode } }
  }
  if (isStorageError(error)) {
    const { code, message, key } = error
    const hint = hints[code]
    return {
      error: {
        ...{ code, message },
        ...(hint === undefined ? {} : { hint }),
        ...(key === undefined ? {} : { key }),
        exitCode: exitCodeOf(error),
      },
    }
  }
  // A mistake of this program: the stack is what its authors need.
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { error: { code: 'FAILED', message, exitCode: exitCodes.failed } }
}

const hints: Readonly<Partial<Record<string, string>>> = {
  UNAUTHENTICATED:
    'Credentials come from the environment or files: see "aos-storage doctor LOCATION"',
  PERMISSION_DENIED: '"aos-storage doctor LOCATION" tells what the credentials allow',
  UNAVAILABLE: '"aos-storage doctor LOCATION" tells what can be reached',
  LOCKED: 'Another process is at work on the store; try again when it is done',
}
