import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { judge } from '../src/report.ts'
import { defineSuite, type Suite } from '../src/suite.ts'

const run = promisify(execFile)
const source = (name: string): string => join(import.meta.dirname, '../src', name)

const suiteText = `
import { defineSuite } from '${pathToFileURL(source('index.ts')).href}'
const spin = (times) => ({ run: () => { for (let i = 0; i < times; i += 1) Math.sqrt(i) } })
const hold = []
export default defineSuite({
  name: 'spin', about: 'Square roots.', ours: 'short', measureMs: 5, warmupBatches: 1,
  promises: [{ against: 'long', atLeast: 1 }, { against: 'long', atLeast: 1e9 }],
  rivals: [
    { name: 'short', version: '1', setup: () => spin(1e4) },
    { name: 'long', setup: () => spin(1e5) },
    { name: 'hungry', setup: () => ({ run: () => {
      while (hold.length < 40) hold.push(new Uint8Array(1 << 20).fill(1)) } }) },
    { name: 'elsewhere', setup: () => ({ ...spin(1), peakBytes: () => 2 ** 27 }) },
    { name: 'absent', unavailable: () => 'no server', setup: () => spin(1) },
  ],
})
`

const sharingText = `
import { defineSuite } from '${pathToFileURL(source('index.ts')).href}'
import { appendFileSync } from 'node:fs'
const note = (line) => appendFileSync(process.env.NOTES, line + '\\n')
const met = (name) => ({ name, setup: () => {
  note(name + ' met ' + process.env.SHARED_BY)
  return { run() {} }
} })
export default defineSuite({
  name: 'sharing', about: 'One server.', ours: 'a', measureMs: 1, rivals: [met('a'), met('b')],
  async share({ quick }) {
    note('started, quick: ' + quick)
    return { environment: { SHARED_BY: 'all' }, stop: async () => note('stopped') }
  },
})
`

describe('pnpm bench', () => {
  let root = ''
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'aos bench root '))
    await mkdir(join(root, 'packages/tiny/bench'), { recursive: true })
    await writeFile(join(root, 'packages/tiny/bench/spin.bench.ts'), suiteText)
  })
  afterEach(() => rm(root, { recursive: true }))

  const bench = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [source('cli.ts'), '--root', root, ...args])

  it('writes the results with machine, versions, ratios, memory and verdicts', async () => {
    await bench('tiny', '--rounds', '3', '--date', '2026-01-02')
    const results = await readFile(join(root, 'packages/tiny/bench/RESULTS.md'), 'utf8')
    expect(results).toContain('# Benchmarks of tiny')
    expect(results).toContain('`pnpm bench tiny --seed 1` on 2026-01-02')
    expect(results).toContain(`Node ${process.version}; seed 1`)
    expect(results).toMatch(/\| \*\*short\*\* \| 1 +\|/)
    expect(results).toContain('Promise: >= 1 of long: met')
    expect(results).toContain('Promise: >= 1000000000 of long: missed')
    expect(results).toContain('- absent: not run here: no server')
    const memoryOf = (rival: string): number =>
      Number(
        results
          .split('\n')
          .find((line) => line.includes(rival))
          ?.split('|')
          .at(-2),
      )
    expect(memoryOf('hungry')).toBeGreaterThan(30)
    expect(memoryOf('**short**')).toBeLessThan(30)
    expect(memoryOf('elsewhere')).toBe(128)
  })

  it('only prints when the run is not whole', async () => {
    const { stdout, stderr } = await bench('--suite', 'spin', '--quick')
    expect(stdout).toContain('## spin')
    expect(stderr).toContain('only a whole run')
    await expect(readFile(join(root, 'packages/tiny/bench/RESULTS.md'))).rejects.toThrow('ENOENT')
  })

  it('shares what a suite starts among all rounds, and stops it at the end', async () => {
    const folder = join(root, 'packages/sharing/bench')
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'sharing.bench.ts'), sharingText)
    process.env['NOTES'] = join(root, 'notes')
    await bench('sharing', '--quick', '--rounds', '2')
    const notes = (await readFile(join(root, 'notes'), 'utf8')).trim().split('\n')
    const met = ['a met all', 'b met all', 'b met all', 'a met all']
    expect(notes).toEqual(['started, quick: true', ...met, 'stopped'])
  })

  it('says which packages there are', async () => {
    await expect(bench('nope')).rejects.toThrow("No bench files for 'nope'")
    await expect(bench('--suite', 'nope')).rejects.toThrow("No suite is named 'nope'")
    await expect(bench('--rounds', '0')).rejects.toThrow('whole number')
  })
})

describe('defineSuite', () => {
  const suite = (overrides: Partial<Suite>): Suite => ({
    name: 's',
    about: '',
    ours: 'a',
    rivals: [{ name: 'a', setup: () => ({ run: () => undefined }) }],
    ...overrides,
  })

  it('refuses slips before anything is measured', () => {
    expect(() => defineSuite(suite({ ours: 'b' }))).toThrow("ours is 'b'")
    expect(() => defineSuite(suite({ promises: [{ against: 'b', atLeast: 1 }] }))).toThrow("'b'")
    const sharing = async () => ({ environment: {}, stop: async () => undefined })
    const inOneProcess = { share: sharing, isolation: 'shared' } as const
    expect(() => defineSuite(suite(inOneProcess))).toThrow("share is for isolation 'process'")
    const [rival] = suite({}).rivals
    expect(() => defineSuite(suite({ rivals: [rival!, rival!] }))).toThrow('share a name')
  })

  it('does not judge against a rival that did not run', () => {
    const results = { results: new Map(), unavailable: new Map() }
    const result = { suite: suite({}), rounds: 1, quick: false, ...results }
    expect(judge({ against: 'b', atLeast: 1 }, result)).toContain('not judged')
  })
})
