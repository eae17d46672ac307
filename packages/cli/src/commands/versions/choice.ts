/** Which versions are meant: those that this library numbered, or those that a service keeps. */
import type { CommandContext } from '../../command.ts'
import { usageError } from '../../failure.ts'

export interface NativeChoice {
  /** Those that the service keeps by itself. */
  readonly native?: boolean
}

export interface NativeArgument {
  readonly versions: 'native'
  readonly signal: AbortSignal
}

export function native({ io }: CommandContext<unknown>): NativeArgument {
  return { versions: 'native', signal: io.signal }
}

/** @throws CommandFailure for what is no number of a version. */
export function versionNumber(text: string): number {
  const version = Number(text.replace(/^v/, ''))
  if (Number.isSafeInteger(version) && version >= 1) return version
  throw usageError(
    `${JSON.stringify(text.slice(0, 100))} is no number of a version`,
    'Versions of this library are 1, 2, 3, …; for those of the service add --native',
  )
}
