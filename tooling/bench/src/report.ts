/** Turns results into the tables that people read: on the terminal and in `bench/RESULTS.md`. */
import type { Machine } from './machine.ts'
import type { SuiteResult } from './runner.ts'
import { pairedRatio, quantile, spread, type Spread } from './statistics.ts'
import { type BenchPromise, operationsOf } from './suite.ts'

export interface ReportOptions {
  readonly packageName: string
  /** ISO date of the run, passed in. */
  readonly date: string
  readonly seed: number
  readonly command: string
  readonly machine: Machine
}

/** The Markdown of a whole run of a package. */
export function markdownReport(results: readonly SuiteResult[], options: ReportOptions): string {
  const { machine } = options
  return [
    `# Benchmarks of ${options.packageName}`,
    '',
    `Written by \`${options.command}\` on ${options.date}; do not edit by hand.`,
    '',
    `- Machine: ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ` +
      `${machine.kernel}; data on ${machine.filesystem}; load before the run ${machine.loadBefore}`,
    `- Node ${machine.node}; seed ${options.seed}`,
    '- Medians over rounds with p10 to p90 in brackets; ratios are ours over the rival, paired',
    '  by round; above 1 we are faster. Memory is the peak over that after setup.',
    '',
    ...results.flatMap((result) => [suiteMarkdown(result), '']),
  ].join('\n')
}

/** One suite: heading, what it does, table, promises. */
export function suiteMarkdown(result: SuiteResult): string {
  const { suite } = result
  const isolation = suite.isolation === 'shared' ? 'all in one process' : 'a process each'
  const lines = [
    `## ${suite.name}`,
    '',
    suite.about,
    `(${result.rounds} rounds, ${isolation}, ` +
      `${operationsOf(suite, result.quick)} operations a batch)`,
    '',
    ...table(result),
  ]
  const notes = [
    ...[...result.unavailable].map(([name, reason]) => `- ${name}: not run here: ${reason}`),
    ...(suite.promises ?? []).map((promise) => `- ${judge(promise, result)}`),
  ]
  return [...lines, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n')
}

/** `Promise: ... : met` or `missed`, or that it could not be judged. */
export function judge(promise: BenchPromise, result: SuiteResult): string {
  const ours = result.results.get(result.suite.ours) ?? []
  if ('memoryMibMax' in promise) {
    const mib = quantile(
      ours.map((round) => round.memoryMib),
      0.5,
    )
    const verdict = mib <= promise.memoryMibMax ? 'met' : 'missed'
    return `Promise: peak memory <= ${promise.memoryMibMax} MiB: ${verdict} (${number(mib)} MiB)`
  }
  const text = `Promise: >= ${promise.atLeast} of ${promise.against}`
  const ratio = ratioTo(promise.against, result)
  if (ratio === undefined) return `${text}: not judged, the rival did not run here`
  return `${text}: ${ratio.median >= promise.atLeast ? 'met' : 'missed'} (${number(ratio.median)})`
}

function ratioTo(rival: string, result: SuiteResult): Spread | undefined {
  const theirs = result.results.get(rival)
  const ours = result.results.get(result.suite.ours)
  if (theirs === undefined || ours === undefined) return undefined
  return pairedRatio(
    ours.map((round) => round.operationsPerSecond),
    theirs.map((round) => round.operationsPerSecond),
  )
}

function table({ suite, results }: SuiteResult): string[] {
  const bytes = suite.bytesPerOperation
  const header = [
    'rival',
    'version',
    'op/s',
    ...(bytes === undefined ? [] : ['MiB/s']),
    'p50 ms',
    'p99 ms',
    'ours / rival',
    ...(suite.isolation === 'shared' ? [] : ['memory MiB']),
  ]
  const rows = suite.rivals.flatMap(({ name, version }) => {
    const rounds = results.get(name)
    if (rounds === undefined) return []
    const speed = spread(rounds.map((round) => round.operationsPerSecond))
    const middle = (values: readonly number[]): string => number(quantile(values, 0.5))
    const ratio = name === suite.ours ? undefined : pairedSpread(name)
    return [
      [
        name === suite.ours ? `**${name}**` : name,
        version ?? '',
        ranged(speed),
        ...(bytes === undefined ? [] : [number((speed.median * bytes) / 1_048_576)]),
        middle(rounds.map((round) => round.p50Ms)),
        middle(rounds.map((round) => round.p99Ms)),
        ratio ?? '',
        ...(suite.isolation === 'shared' ? [] : [middle(rounds.map((round) => round.memoryMib))]),
      ],
    ]
  })
  return aligned([header, ...rows])

  function pairedSpread(name: string): string {
    const ratio = pairedRatio(
      (results.get(suite.ours) ?? []).map((round) => round.operationsPerSecond),
      (results.get(name) ?? []).map((round) => round.operationsPerSecond),
    )
    return ranged(ratio)
  }
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  )
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = widths.map((width) => '-'.repeat(width))
  return rows.flatMap((row, index) => (index === 0 ? [line(row), line(rule)] : [line(row)]))
}

function ranged({ median, p10, p90 }: Spread): string {
  return `${number(median)} [${number(p10)}, ${number(p90)}]`
}

/** Three significant digits, thousands grouped. */
function number(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en-US')
  return String(Number(value.toPrecision(3)))
}
