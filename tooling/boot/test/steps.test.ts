import { readFile, rm } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Clone, finished, startProgram } from './clone.ts'

let clone: Clone
const tools = ['tsc', 'oxlint', 'oxfmt', 'knip', 'turbo']

beforeEach(async () => {
  clone = await Clone.make()
  await clone.installingNpx()
  for (const name of tools) await tool(name, `console.log("${name} ran")`)
})
afterEach(() => rm(clone.base, { recursive: true, force: true }))

const tool = (name: string, code: string): Promise<void> =>
  clone.program(name, code, 'node_modules/.bin')

/** A vitest that reports tests of the given states. */
function vitest(states: readonly string[], exitCode = 0, more: object = {}): Promise<void> {
  const tests = states.map((status) => ({
    status,
    title: 't',
    failureMessages: status === 'failed' ? ['\u001B[31mError: no\u001B[39m\n    at here'] : [],
    ancestorTitles:
      status === 'skipped' ? ['with redis (skipped: not on PATH. To have it: x)'] : [],
  }))
  const status = states.includes('failed') ? 'failed' : 'passed'
  const name = clone.path('a/b.test.ts')
  return vitestOf([{ name, status, assertionResults: tests, ...more }], exitCode)
}

function vitestOf(testResults: readonly object[], exitCode: number): Promise<void> {
  return tool(
    'vitest',
    `import { writeFileSync } from 'node:fs'
     const option = '--outputFile.json='
     const [file] = process.argv.filter((each) => each.startsWith(option))
     writeFileSync(file.slice(option.length), ${JSON.stringify(JSON.stringify({ testResults }))})
     writeFileSync('vitest.args', JSON.stringify(process.argv.slice(2, 4)))
     process.exit(${exitCode})`,
  )
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1)
}

describe('npm test', () => {
  it('counts tests, and one for each other step', async () => {
    await vitest(['passed', 'passed'])
    const run = await clone.boot(['test'])
    expect(run.code).toBe(0)
    expect(lastLine(run.stdout)).toBe('7 passed, 0 failed')
    for (const name of tools) expect(run.stdout).toContain(`${name} ran`)
    expect(run.stderr).toMatch(/boot +\d+\.\d s {2}lint: oxlint --type-aware --deny-warnings/)
  })

  it('goes on after a failed step and counts it', async () => {
    await vitest(['passed'])
    await tool('oxlint', 'process.exit(1)')
    const run = await clone.boot(['test'])
    expect(run.code).toBe(1)
    expect(run.stdout).toContain('turbo ran')
    expect(run.stdout).toMatch(/^FAILED +\d+\.\d s {2}lint$/m)
    expect(lastLine(run.stdout)).toBe('5 passed, 1 failed')
  })

  it('shows what was skipped and how to have it', async () => {
    await vitest(['passed', 'skipped', 'skipped', 'pending'])
    const run = await clone.boot(['test'])
    expect(run.stdout).toContain('skipped: redis: not on PATH. To have it: x (2 skipped)')
    expect(lastLine(run.stdout)).toBe('6 passed, 0 failed, 3 skipped')
    expect(run.stdout).toContain('skipped: t: by the tests themselves (1 skipped)')
  })

  it('names what failed at the end, where the log of a CI may be cut', async () => {
    await vitest(['passed', 'failed'], 1)
    expect((await clone.boot(['test'])).stdout).toMatch(
      /^failed: a\/b\.test\.ts > t: Error: no\n6 pa/m,
    )
    await vitest([], 1, { status: 'failed', message: 'cannot load:\n  x\n    at y:1:2' })
    expect((await clone.boot(['test'])).stdout).toContain('\nfailed: a/b.test.ts: cannot load: x\n')
    await vitest(['passed'], 1)
    expect((await clone.boot(['test'])).stdout).toMatch(
      /^failed: no test .* exit code 1, see above$/m,
    )
    await vitest(
      Array.from({ length: 60 }, () => 'failed'),
      1,
    )
    expect((await clone.boot(['test'])).stdout).toMatch(/(?:^failed: a.*\n){50}failed: 10 more\n/m)
  })

  it.each([
    ['a failed test', ['passed', 'failed'], 1, {}, '6 passed, 1 failed'],
    ['a file that cannot load', ['passed'], 1, { status: 'failed' }, '6 passed, 1 failed'],
    ['an error outside tests', ['passed'], 1, {}, '6 passed, 1 failed'],
    ['no test at all', [], 0, {}, '5 passed, 1 failed'],
  ])('fails for %s', async (_, states, code, more, line) => {
    await vitest(states, code, more)
    const run = await clone.boot(['test'])
    expect([run.code, lastLine(run.stdout)]).toEqual([1, line])
  })

  it('says so when no file has the path that it was given', async () => {
    await vitestOf([], 1)
    const run = await clone.boot(['test', 'no/such/file'])
    expect(run.stdout).toContain('failed: no test file has such a path')
    expect(lastLine(run.stdout)).toBe('0 passed, 1 failed')
  })

  it('fails when vitest crashes, or is not there', async () => {
    await tool('vitest', 'process.kill(process.pid, "SIGKILL")')
    expect(lastLine((await clone.boot(['test'])).stdout)).toBe('5 passed, 1 failed')
    await rm(clone.path('node_modules/.bin/vitest'))
    expect(lastLine((await clone.boot(['test'])).stdout)).toBe('5 passed, 1 failed')
  })

  it('hands arguments to vitest and runs nothing else', async () => {
    await vitest(['passed'])
    const run = await clone.boot(['test', '--', 'packages/core'])
    expect(lastLine(run.stdout)).toBe('1 passed, 0 failed')
    expect(run.stdout).not.toContain('tsc ran')
    expect(await readFile(clone.path('vitest.args'), 'utf8')).toBe('["run","packages/core"]')
  })
})

describe('signals', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    '%s goes to the child, whose clean-up runs, and ends the run',
    async (signal, code) => {
      const program = `process.on('${signal}', () => { console.log('cleaned up'); process.exit(0) })
      console.log('running'); setInterval(() => {}, 1000)`
      await clone.file(startProgram, program)
      await tool('tsc', program)
      for (const command of ['start', 'test']) {
        const child = clone.start([command])
        child.stdout?.once('data', () => child.kill(signal))
        const run = await finished(child)
        expect(run.stdout).toBe('running\ncleaned up\n')
        // The playground is meant to be stopped so: that it ended well is no failure.
        expect(run.code).toBe(command === 'start' ? 0 : code)
      }
    },
  )

  it('passes the exit code of the child through', async () => {
    await clone.file(startProgram, 'process.exit(42)')
    expect((await clone.boot(['start'])).code).toBe(42)
  })
})
