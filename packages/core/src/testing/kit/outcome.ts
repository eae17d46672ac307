/** What came of a case, and of all cases of a harness. */

/** `refused`: not claimed, and the backend said so; `skipped`: not run, with a reason. */
export type CaseStatus = 'passed' | 'refused' | 'skipped' | 'failed'

/** What came of one case. */
export interface CaseOutcome {
  readonly id: string
  readonly group: string
  readonly title: string
  readonly status: CaseStatus
  readonly durationMs: number
  /** Why it was skipped, or what failed. */
  readonly reason?: string | undefined
  /** Of a failure: an error whose message has harness, case, seed; the original is its `cause`. */
  readonly error?: Error | undefined
}

/** What came of all cases of a harness. */
export interface ConformanceReport {
  readonly harness: string
  /** Give it as `seed` to have the same run again. */
  readonly seed: number
  readonly outcomes: readonly CaseOutcome[]
  readonly counts: Readonly<Record<CaseStatus, number>>
}

/** What was thrown, as an error: a broken backend may throw anything. */
export function toError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** Puts outcomes together. */
export function reportOf(
  harness: string,
  seed: number,
  outcomes: readonly CaseOutcome[],
): ConformanceReport {
  return { harness, seed, outcomes, counts: countOf(outcomes) }
}

function countOf(outcomes: readonly CaseOutcome[]): Record<CaseStatus, number> {
  const counts = { passed: 0, refused: 0, skipped: 0, failed: 0 }
  for (const { status } of outcomes) counts[status]++
  return counts
}

/** A table per harness: a row per group, then what was skipped or failed, and why. */
export function formatReport(reports: ConformanceReport | readonly ConformanceReport[]): string {
  const all: readonly ConformanceReport[] = 'harness' in reports ? [reports] : reports
  return all.map(formatOne).join('\n\n')
}

function formatOne(report: ConformanceReport): string {
  const groups = Map.groupBy(report.outcomes, ({ group }) => group)
  const rows = [...groups].map(([group, outcomes]) => row(group, countOf(outcomes)))
  const reasons = report.outcomes
    .filter(({ status }) => status === 'failed' || status === 'skipped')
    .map(({ status, id, reason = '' }) => `  ${status} ${id}: ${reason.split('\n')[0]}`)
  return [
    `conformance of ${report.harness} (seed ${report.seed})`,
    `  ${'group'.padEnd(groupWidth)} passed  refused  skipped  failed`,
    ...rows,
    row('all', report.counts),
    ...reasons,
  ].join('\n')
}

const groupWidth = 14

function row(group: string, counts: Record<CaseStatus, number>): string {
  const cell = (count: number, width: number): string =>
    (count === 0 ? '·' : String(count)).padStart(width)
  return (
    `  ${group.padEnd(groupWidth)} ${cell(counts.passed, 6)}  ${cell(counts.refused, 7)}  ` +
    `${cell(counts.skipped, 7)}  ${cell(counts.failed, 6)}`
  )
}
