/** What the server and the process that runs the conformance kit say to each other. */
import type { ConformanceTarget, RunOutcome } from './wire.ts'

/** The argument of `conformance-program.ts`, as JSON. */
export interface ProgramRequest {
  readonly target: ConformanceTarget
  readonly durability: 'fsync' | 'none'
  readonly group?: string | undefined
  readonly seed: number
  /** Where the stores of the cases are made. */
  readonly folder: string
}

/** What the program tells; what the server tells it is only that it shall end. */
export type ProgramMessage =
  | { readonly kind: 'case'; readonly outcome: RunOutcome }
  | { readonly kind: 'ended' }
