/** Failures as the page shows them: with their code and what to do. */
import { notifications } from '@mantine/notifications'
import { createElement } from 'react'
import type { Problem } from '../server/problem.ts'
import { isLive } from './live.ts'
import { isPartLost } from './lost-part.ts'
import { ProblemText } from './problem-text.tsx'

export type { Problem } from '../server/problem.ts'

/** Nobody answers, or no more. */
export const unavailable: Problem = {
  code: 'UNAVAILABLE',
  message: 'The playground does not answer.',
  fix: 'Look at the terminal that runs it; start it again with `npm start`.',
}

const oldPage: Problem = {
  code: 'OLD_PAGE',
  message: 'This page is older than the server, which does not have this part of it any more.',
  fix: 'Reload the page.',
}

/** Thrown for every answer of the server that is no success, and for none. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options)
    this.problem = problem
  }
}

/** What to show for whatever was thrown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem
  if (isAbort(error)) {
    return { code: 'ABORTED', message: 'It was cancelled.', fix: 'Repeat it when you like.' }
  }
  if (isPartLost(error)) return isLive() ? oldPage : unavailable
  // Of what is sent with another API than `fetch`; see `api.ts` for that.
  if (error instanceof TypeError && /network/i.test(error.message)) return unavailable
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'INTERNAL', message, fix: 'Reload the page; if it happens again, report it.' }
}

/** Whether it was given up here: nothing failed. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
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
    closeButtonProps: { 'aria-label': 'Close' },
  })
}
