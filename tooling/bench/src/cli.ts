/**
 * `pnpm bench [package] [--suite name] [--rounds n] [--quick] [--seed n] [--data folder]`
 *
 * Runs the bench files of one package or of all, prints each suite's table as it is done, and
 * writes `bench/RESULTS.md` of the package when the run was whole: all suites, not quick.
 */
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

import { describeMachine } from './machine.ts'
import { markdownReport, suiteMarkdown } from './report.ts'
import { runSuite, type SuiteResult } from './runner.ts'
import { benchPackages, suitesOf, type BenchPackage } from './suite-files.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    data: { type: 'string', default: tmpdir() },
    root: { type: 'string', default: resolve(import.meta.dirname, '../../..') },
    date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
  },
})

async function main(): Promise<void> {
  const packages = benchPackages(values.root)
  const wanted = positionals[0]
  const chosen = packages.filter(({ name }) => wanted === undefined || name === wanted)
  if (chosen.length === 0) {
    const names = packages.map(({ name }) => name).join(', ') || 'none yet'
    throw new Error(
      `No bench files for '${wanted ?? '*'}'. Packages with packages/*/bench/*.bench.ts: ${names}.`,
    )
  }
  let suitesRun = 0
  for (const each of chosen) suitesRun += await benchPackage(each)
  if (suitesRun === 0) {
    throw new Error(`No suite is named '${values.suite}'; leave --suite out to see them all.`)
  }
}

async function benchPackage({ name, folder, files }: BenchPackage): Promise<number> {
  const seed = wholeNumber('seed', values.seed)
  const machine = await describeMachine(values.data)
  const done: SuiteResult[] = []
  for (const file of files) {
    for (const suite of await suitesOf(file)) {
      if (values.suite !== undefined && suite.name !== values.suite) continue
      const rounds =
        values.rounds === undefined
          ? values.quick
            ? 3
            : (suite.rounds ?? 7)
          : wholeNumber('rounds', values.rounds)
      process.stderr.write(`${name}: ${suite.name} `)
      const result = await runSuite(suite, {
        file,
        rounds,
        seed,
        quick: values.quick,
        dataFolder: values.data,
        onRound: () => void process.stderr.write('.'),
      })
      process.stderr.write('\n')
      process.stdout.write(`${suiteMarkdown(result)}\n\n`)
      done.push(result)
    }
  }
  const whole = values.suite === undefined && !values.quick
  if (whole && done.length > 0) {
    const report = markdownReport(done, {
      packageName: name,
      date: values.date,
      seed,
      command: `pnpm bench ${name} --seed ${seed}`,
      machine,
    })
    await writeFile(join(folder, 'bench/RESULTS.md'), report)
    process.stderr.write(`wrote packages/${name}/bench/RESULTS.md\n`)
  } else if (done.length > 0) {
    process.stderr.write('RESULTS.md is left as it is: only a whole run writes it.\n')
  }
  return done.length
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= 1) return value
  throw new TypeError(`--${option} is '${text}'; give a whole number from 1 up.`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
