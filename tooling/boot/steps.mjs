/**
 * `npm test`: the steps in order, each with its output and time. All run, also after one that
 * failed, so that one run shows everything; the last line counts.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runChild, stoppedBy } from './child.mjs'
import { toolEnvironment } from './environment.mjs'
import { say } from './message.mjs'
import { addUp, finalLine, readTally, stepTally } from './tally.mjs'

const steps = [
  { name: 'typecheck', command: ['tsc', '-b'] },
  { name: 'lint', command: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', command: ['oxfmt', '--check', '.'] },
  { name: 'unused code', command: ['knip', '--treat-config-hints-as-errors'] },
  { name: 'tests', command: ['vitest', 'run'], countsTests: true },
  {
    name: 'build and check packages',
    command: ['turbo', 'run', 'check:pack', '--output-logs=new-only'],
  },
]

/** So that what comes before is still within the end of a log. */
const failuresShownMax = 50

/** Everything. Resolves with the exit code. */
export async function runSteps(root) {
  const done = []
  for (const step of steps) {
    done.push(await runStep(root, step))
    if (stoppedBy !== undefined) return done.at(-1).code
  }
  return summarize(done)
}

/** Only vitest, with these arguments: `npm test -- packages/core`. */
export async function runTestsOnly(root, args) {
  const step = steps.find(({ countsTests }) => countsTests)
  const done = await runStep(root, { ...step, command: [...step.command, ...args] })
  return stoppedBy === undefined ? summarize([done]) : done.code
}

/** Vitest keeps a token of its own in the user's data folder; it stays in the clone instead. */
function testEnvironment(root) {
  const data = join(root, 'node_modules', '.cache', 'data')
  return { XDG_DATA_HOME: data, ...toolEnvironment(root) }
}

async function runStep(root, { name, command, countsTests = false }) {
  say(`${name}: ${command.join(' ')}`)
  const began = performance.now()
  const folder = countsTests ? mkdtempSync(join(tmpdir(), 'aos-boot-')) : undefined
  try {
    const report = folder && join(folder, 'vitest.json')
    const reporting = report
      ? ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
      : []
    const env = countsTests ? testEnvironment(root) : toolEnvironment(root)
    const code = await runChild([...command, ...reporting], { cwd: root, env }).catch((error) => {
      process.stderr.write(`boot: ${command[0]} cannot run: ${error.message}\n`)
      return 1
    })
    const tally = report ? readTally(report, code, root) : stepTally(code)
    return { name, code, tally, seconds: (performance.now() - began) / 1000 }
  } finally {
    if (folder) rmSync(folder, { recursive: true, force: true })
  }
}

function summarize(done) {
  process.stdout.write('\n')
  for (const { name, tally, seconds } of done) {
    const verdict = tally.failed > 0 ? 'FAILED' : 'ok'
    process.stdout.write(`${verdict.padEnd(6)} ${seconds.toFixed(1).padStart(6)} s  ${name}\n`)
  }
  const total = addUp(done.map(({ tally }) => tally))
  for (const reason of total.skipReasons) process.stdout.write(`skipped: ${reason}\n`)
  const more = total.failures.length - failuresShownMax
  for (const failure of total.failures.slice(0, failuresShownMax)) {
    process.stdout.write(`failed: ${failure}\n`)
  }
  if (more > 0) process.stdout.write(`failed: ${more} more\n`)
  process.stdout.write(`${finalLine(total)}\n`)
  return total.failed > 0 || total.passed === 0 ? 1 : 0
}
