/** Failures that are told in the middle of a stream, where the server's own handler is past. */
import { inspect } from 'node:util'
import { type Problem, problemOf, type Subject } from './problem.ts'

/** The problem for the page; the terminal gets what nobody expected. */
export function toldProblem(error: unknown, subject: Subject = 'objects'): Problem {
  const { problem } = problemOf(error, subject)
  if (problem.code === 'INTERNAL') process.emitWarning(inspect(error), 'PlaygroundWarning')
  return problem
}
