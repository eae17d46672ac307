/** `.ci/run` with a made-up npm and apt-get: what it installs, how it ends. */
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { Clone, finished, type BootRun } from './clone.ts'

let clone: Clone
beforeEach(async () => {
  clone = await Clone.make()
  await mkdir(clone.path('.ci'))
  await copyFile(resolve(import.meta.dirname, '../../../.ci/run'), clone.path('.ci/run'))
  await clone.file('tooling/services/apt-packages.txt', '# servers\nredis-server\n')
  await npm('console.log("3 passed, 0 failed")')
  await clone.program('dpkg-query', 'console.log("installed")')
  await clone.program('apt-get', noteArguments)
})
afterEach(() => rm(clone.base, { recursive: true, force: true }))

const npm = (code: string): Promise<void> => clone.program('npm', code)
const noteArguments = `import { appendFileSync } from 'node:fs'
  appendFileSync('apt.log', process.argv.slice(2).join(' ') + '\\n')`

function ci(): Promise<BootRun> {
  const env = { PATH: `${clone.path('../bin')}:/usr/bin:/bin`, HOME: clone.base }
  return finished(
    spawn('bash', [clone.path('.ci/run')], { env, stdio: ['ignore', 'pipe', 'pipe'] }),
  )
}
const lastLine = ({ stdout }: BootRun): string | undefined => stdout.trimEnd().split('\n').at(-1)

it('runs the tests with services required, and ends with their count', async () => {
  await npm(`console.log(process.env.AOS_REQUIRE_SERVICES, process.env.CI, process.argv[2])
    console.log('3 passed, 0 failed, 1 skipped')`)
  const run = await ci()
  expect(run.code).toBe(0)
  expect(run.stdout).toContain('1 true test')
  expect(lastLine(run)).toBe('3 passed, 0 failed, 1 skipped')
  await expect(readFile(clone.path('apt.log'))).rejects.toThrow('ENOENT')
})

it('installs what is missing, fetching the lists only when it must', async () => {
  await clone.program('dpkg-query', 'process.exit(1)')
  await ci()
  const log = (): Promise<string> => readFile(clone.path('apt.log'), 'utf8')
  expect(await log()).toMatch(/^.* install -y --no-install-recommends redis-server\n$/)
  await rm(clone.path('apt.log'))
  await clone.program('apt-get', `${noteArguments}\nprocess.exit(1)`)
  const run = await ci()
  expect(await log()).toMatch(/install .*\n.*update\n$/)
  expect(run.stderr).toContain('the tests that need them will fail')
})

it.each([
  ['a failure', 'console.log("2 passed, 1 failed"); process.exit(1)', '2 passed, 1 failed'],
  ['a failure that exits 0', 'console.log("2 passed, 1 failed")', '2 passed, 1 failed'],
  ['no test', 'console.log("0 passed, 0 failed")', '0 passed, 0 failed'],
  ['no count', 'console.log("fine")', '0 passed, 1 failed'],
  ['a crash', 'process.exit(3)', '0 passed, 1 failed'],
])('fails for %s', async (_, code, line) => {
  await npm(code)
  const run = await ci()
  expect([run.code === 0, lastLine(run)]).toEqual([false, line])
})

it('has the count last even when npm goes on talking', async () => {
  await npm('console.log("3 passed, 0 failed"); console.error("npm notice a new version")')
  expect(lastLine(await ci())).toBe('3 passed, 0 failed')
})

it('is executable', () => {
  const { mode } = statSync(resolve(import.meta.dirname, '../../../.ci/run'))
  expect(mode & 0o111).not.toBe(0)
})
