/** A missing service is a visible skip, or a failure where services are required. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

interface Report {
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly testResults: readonly {
    readonly assertionResults: readonly { fullName: string; failureMessages: string[] }[]
  }[]
}

async function runFixture(required: string): Promise<{ report: Report; exitCode: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'aos-skipping-'))
  const output = join(folder, 'report.json')
  const vitest = join(import.meta.dirname, '../../../node_modules/vitest/vitest.mjs')
  const fixtures = join(import.meta.dirname, 'fixtures')
  const args = [vitest, 'run', '--root', fixtures, '--reporter=json', `--outputFile=${output}`]
  const env = { ...process.env, AOS_REQUIRE_SERVICES: required, AOS_INSTALL_SERVICES: '0' }
  const exitCode = await new Promise<number>((resolve) => {
    execFile(process.execPath, args, { env: { ...env, VITEST: '' } }, (error) => {
      resolve(typeof error?.code === 'number' ? error.code : 0)
    })
  })
  const report = JSON.parse(await readFile(output, 'utf8')) as Report
  await rm(folder, { recursive: true })
  return { report, exitCode }
}

it('skips with the reason in the title', { timeout: 30_000 }, async () => {
  const { report, exitCode } = await runFixture('0')
  expect(exitCode).toBe(0)
  expect(report).toMatchObject({ numFailedTests: 0, numPendingTests: 2 })
  const [first] = report.testResults[0]!.assertionResults
  expect(first?.fullName).toContain('skipped: aos-no-such-server not on PATH')
})

it('fails with the fix where services are required', { timeout: 30_000 }, async () => {
  const { report, exitCode } = await runFixture('1')
  expect(exitCode).toBe(1)
  expect(report).toMatchObject({ numFailedTests: 1, numPendingTests: 2 })
  const [first] = report.testResults[0]!.assertionResults
  expect(first?.failureMessages.join('')).toContain('apt-get install')
})
