import type { Problem } from '../../../../web/problem.ts'
import type { Question } from './dialog.ts'

/** What a dialog that asks is given. */
export interface AskProps {
  readonly question: Question
  /** The answer was given, and it is not over yet. */
  readonly isBusy: boolean
  /** Why the answer before could not be. */
  readonly problem: Problem | undefined
  readonly onClose: () => void
}
