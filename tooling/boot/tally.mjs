/** Counts: what vitest reports in JSON, and one for each other step. */
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const briefLines = 4

/** Counts of a step that is no test run. */
export function stepTally(code) {
  return {
    passed: code === 0 ? 1 : 0,
    failed: code === 0 ? 0 : 1,
    skipped: 0,
    skipReasons: [],
    failures: [],
  }
}

/**
 * Counts of a vitest run from its JSON report. A file that could not even be loaded, an error
 * outside all tests and a run that left no report are each a failure, so that none passes for a
 * green run.
 */
export function readTally(file, code, root) {
  let report
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {
      passed: 0,
      failed: 1,
      skipped: 0,
      skipReasons: [],
      failures: [`no report: exit code ${code}`],
    }
  }
  const tests = report.testResults.flatMap((result) => result.assertionResults)
  const count = (...states) => tests.filter(({ status }) => states.includes(status)).length
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const passed = count('passed')
  const failed = count('failed') + brokenFiles.length
  const isOutside = failed === 0 && (code !== 0 || passed === 0)
  return {
    passed,
    failed: isOutside ? 1 : failed,
    skipped: tests.length - passed - count('failed'),
    skipReasons: skipReasonsOf(tests),
    failures: isOutside
      ? [outsideFailure(report, passed, code)]
      : report.testResults.flatMap((result) => failuresOf(result, root)),
  }
}

function outsideFailure({ testResults }, passed, code) {
  if (testResults.length === 0) return 'no test file has such a path, or such a part of one'
  return `no test of the ${passed} that passed: exit code ${code}, see above`
}

/** `test/cache.test.ts > cache > evicts: expected 1 to be 2`, for readers of a log's end. */
function failuresOf({ name, status, message, assertionResults }, root) {
  const file = relative(root, name)
  const failed = assertionResults.filter((test) => test.status === 'failed')
  if (status === 'failed' && failed.length === 0) return [`${file}: ${brief(message)}`]
  return failed.map(({ ancestorTitles, title, failureMessages }) => {
    const titles = [file, ...ancestorTitles, title].join(' > ')
    return `${titles}: ${brief(failureMessages?.[0])}`
  })
}

/** The first lines of a message in one, without its stack, bounded. */
function brief(message = '') {
  const lines = stripVTControlCharacters(message).trim().split('\n')
  const stack = lines.findIndex((line) => /^\s+at /.test(line))
  const told = lines.slice(0, stack < 0 ? briefLines : Math.min(stack, briefLines))
  return told
    .map((line) => line.trim())
    .join(' ')
    .slice(0, 300)
}

/** `redis-server not on PATH ...; (12 skipped)`, from the titles that describeWithService gives. */
function skipReasonsOf(tests) {
  const counts = new Map()
  for (const { status, ancestorTitles, title } of tests) {
    if (status === 'passed' || status === 'failed') continue
    const titles = [...ancestorTitles, title].join(' > ')
    const reason = /(?:with (\S+) )?\(skipped: (.*)\)/.exec(titles)
    const text =
      reason === null
        ? `${ancestorTitles[0] ?? title}: by the tests themselves`
        : [reason[1], reason[2]].filter((part) => part !== undefined).join(': ')
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  return [...counts].map(([reason, tests]) => `${reason} (${tests} skipped)`)
}

export function addUp(tallies) {
  const sum = (name) => tallies.reduce((total, tally) => total + tally[name], 0)
  return {
    passed: sum('passed'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    skipReasons: tallies.flatMap(({ skipReasons }) => skipReasons),
    failures: tallies.flatMap(({ failures }) => failures),
  }
}

/** The last line of a run, read by people and by CI. */
export function finalLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
