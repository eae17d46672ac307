/** What the parts of the layer share. */
import type { Answers } from './answers.ts'
import type { Journal } from './journal.ts'
import type { Judgements } from './judgements.ts'
import type { KeyLocks } from './key-locks.ts'
import type { Mirror } from './mirror.ts'
import type { Settings } from './options.ts'
import type { Primary } from './outages.ts'
import type { Seen } from './seen.ts'

export interface Parts {
  readonly settings: Settings
  readonly primary: Primary
  readonly answers: Answers
  /** Undefined where outage writes are refused. */
  readonly journal: Journal | undefined
  /**
   * What is reconciled: the same, or, where outage writes are refused, what an earlier process has
   * left in the first store. Undefined where the stores could not have taken any.
   */
  readonly reconciled: Journal | undefined
  /** Around what changes or re-reads the record of a key. */
  readonly locks: KeyLocks
  readonly judgements: Judgements
  readonly seen: Seen
  /** Undefined where nothing is mirrored. */
  readonly mirror: Mirror | undefined
  /** Fires at close. */
  readonly closing: AbortSignal
}
