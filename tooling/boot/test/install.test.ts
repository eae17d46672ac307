import { existsSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { Clone, startProgram } from './clone.ts'

let clone: Clone
beforeEach(async () => {
  clone = await Clone.make()
  await clone.file(startProgram, 'console.log(JSON.stringify(process.argv.slice(2)))')
})
afterEach(() => rm(clone.base, { recursive: true, force: true }))

interface NpxCall {
  readonly args: readonly string[]
  readonly odd: readonly string[]
}

async function installs(): Promise<NpxCall[]> {
  const log = await readFile(clone.path('npx.log'), 'utf8').catch(() => '')
  return log
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as NpxCall)
}

describe('npm start', () => {
  it('installs with the pinned pnpm once, then runs the playground with arguments', async () => {
    await clone.installingNpx()
    const first = await clone.boot(['start', '--', '--fast', 'two words'])
    expect(first).toMatchObject({ code: 0, stdout: '["--fast","two words"]\n' })
    expect(first.stderr).toMatch(/boot +\d+\.\d s {2}installing with pnpm 1\.2\.3/)
    const began = performance.now()
    expect((await clone.boot(['start'])).stderr).toContain('tools are in place')
    expect(performance.now() - began).toBeLessThan(3000)
    expect((await installs()).map(({ args }) => args)).toEqual([
      ['--yes', 'pnpm@1.2.3', 'install', '--frozen-lockfile'],
    ])
  })

  it('tells when npm kept the flags', async () => {
    for (const flag of ['reset', 'azure', 's3', 'bucket']) {
      const run = await clone.boot(['start'], { [`npm_config_${flag}`]: 'true' })
      expect([run.code, run.stderr]).toEqual([
        1,
        expect.stringContaining(`put "--" before: npm start -- --${flag}`),
      ])
    }
  })

  it('keeps odd npm settings of the npm around it away', async () => {
    await clone.installingNpx()
    const env = {
      npm_config_prefix: '/nowhere',
      npm_config_globalconfig: '/nowhere/etc/npmrc',
      npm_config_ignore_scripts: 'true',
      npm_config_registry: 'http://127.0.0.1:1/',
      npm_package_name: 'x',
      npm_lifecycle_event: 'start',
    }
    await clone.boot(['start'], env)
    expect((await installs())[0]?.odd).toEqual([
      'npm_config_audit',
      'npm_config_fund',
      'npm_config_registry',
      'npm_config_update_notifier',
      'npm_config_yes',
    ])
  })

  it.each(['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'packages/a/package.json'])(
    'installs again when %s changed',
    async (file) => {
      await clone.installingNpx()
      await clone.boot(['start'])
      const text = await readFile(clone.path(file), 'utf8')
      await clone.file(file, `${text}\n`)
      await clone.boot(['start'])
      expect(await installs()).toHaveLength(2)
    },
  )

  it('installs again when the Node of the workspace is gone', async () => {
    await clone.installingNpx()
    await clone.boot(['start'])
    await rm(clone.path('node_modules/.bin/node'))
    await clone.boot(['start'])
    expect(await installs()).toHaveLength(2)
  })

  it('lets two boots of one clone install one after the other, once', async () => {
    await clone.installingNpx('await new Promise((resolve) => setTimeout(resolve, 600))')
    const runs = await Promise.all([clone.boot(['start']), clone.boot(['start'])])
    expect(runs.map(({ code }) => code)).toEqual([0, 0])
    expect(runs.map(({ stderr }) => stderr).join('')).toContain('waiting for another boot')
    expect(await installs()).toHaveLength(1)
    expect(existsSync(clone.path('.tsbuild/boot.lock'))).toBe(false)
  })

  it('takes over the lock of a boot that was killed', async () => {
    await clone.installingNpx()
    await clone.file('.tsbuild/boot.lock', JSON.stringify({ pid: 2 ** 30, host: hostname() }))
    expect((await clone.boot(['start'])).code).toBe(0)
  })
})

describe('a set-up that fails tells the fix', () => {
  it.each([
    ['getaddrinfo ENOTFOUND registry', 'Check the network'],
    [' ERR_PNPM_OUTDATED_LOCKFILE  Cannot install', '--no-frozen-lockfile'],
    ['EROFS: read-only file system, mkdir', 'read-only disk'],
    ['ENOSPC: no space left on device', 'disk is full'],
    ['something else', 'the reason stands above'],
  ])('for %s', async (output, fix) => {
    await clone.program('npx', `console.error(${JSON.stringify(output)}); process.exit(7)`)
    const run = await clone.boot(['start'])
    expect(run.code).toBe(1)
    expect(run.stderr).toContain(output)
    expect(run.stderr).toContain(fix)
    expect(existsSync(clone.path('.tsbuild/boot.lock'))).toBe(false)
  })

  it('when npx is missing', async () => {
    const run = await clone.boot(['start'])
    expect(run).toMatchObject({ code: 1 })
    expect(run.stderr).toContain('npx is not on the PATH')
  })

  it('when the installation brought no Node that runs', async () => {
    await clone.program('npx', '')
    expect((await clone.boot(['start'])).stderr).toContain('node_modules/.bin/node does not run')
  })

  it('when files of the clone are missing', async () => {
    await clone.installingNpx()
    await rm(clone.path(startProgram))
    expect((await clone.boot(['start'])).stderr).toContain('main.ts is not there')
    await rm(clone.path('pnpm-lock.yaml'))
    expect((await clone.boot(['start'])).stderr).toContain('pnpm-lock.yaml is missing')
    await clone.file('package.json', '{}')
    expect((await clone.boot(['start'])).stderr).toContain('pins no pnpm')
  })

  it('when the page cannot be built', async () => {
    await clone.installingNpx()
    const code = "console.error('vite: no such component'); process.exit(3)"
    await clone.program('turbo', code, 'node_modules/.bin')
    const run = await clone.boot(['start'])
    expect(run).toMatchObject({ code: 3, stdout: '' })
    expect(run.stderr).toContain('vite: no such component')
  })

  it('for an unknown command, and counts a failure for a test run', async () => {
    expect((await clone.boot(['stat'])).stderr).toContain('`npm start` or `npm test`')
    expect((await clone.boot(['test'])).stdout).toMatch(/^0 passed, 1 failed\n$/)
  })
})
