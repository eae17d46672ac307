import type { Problem } from '../../../../web/problem.ts'
import type { Answer, Question } from './dialog.ts'

/** What a dialog that asks is given. */
export interface AskProps {
  readonly question: Question
  /** The answer was given, and it is not over yet. */
  readonly isBusy: boolean
  /** The answer before, where it has to be given anew, and why it could not be. */
  readonly answer: Answer | undefined
  readonly problem: Problem | undefined
  readonly onClose: () => void
}
