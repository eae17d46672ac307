/** A file that outgrows 600 lines holds more than one concept; test suites may have 900. */
import type { Rule } from '../rule.ts'

const linesMax = 600
const suiteLinesMax = 900

export const fileLength: Rule = {
  name: 'files have at most 600 lines, suites 900',
  check: (repository) =>
    repository.sources().flatMap((path) => {
      const lines = repository.text(path).replace(/\n$/, '').split('\n').length
      const max = /\/(test|testing)\//.test(path) ? suiteLinesMax : linesMax
      if (lines <= max) return []
      return [{ path, message: `has ${lines} lines; split it by concept, at most ${max}.` }]
    }),
}
