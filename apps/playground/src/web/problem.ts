/** Failures as the page shows them: with their code and what to do. */
import { notifications } from '@mantine/notifications'
import { createElement } from 'react'
import type { Problem } from '../server/problem.ts'
import { ProblemText } from './problem-text.tsx'

export type { Problem } from '../server/problem.ts'

/** Thrown for every answer of the server that is no success. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.problem = problem
  }
}

/** What to show for whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof DOMException && error.name === 'AbortError') {
    return { code: 'ABORTED', message: 'It was cancelled.', fix: 'Repeat it when you like.' }
  }
  if (error instanceof TypeError && /fetch|network/i.test(error.message)) {
    return {
      code: 'UNAVAILABLE',
      message: 'The playground does not answer.',
      fix: 'Look at the terminal that runs it; start it again with `npm start`.',
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, fix: 'Reload the page; if it happens again, report it.' }
}

/** Shows a failure in a corner until it is closed. */
export function tellProblem(error: unknown): void {
  const problem = problemOf(error)
  if (problem.code === 'ABORTED') return
  notifications.show({
    id: `${problem.code} ${problem.message}`,
    color: 'red',
    title: problem.code,
    message: createElement(ProblemText, { problem }),
    autoClose: false,
    withBorder: true,
  })
}
