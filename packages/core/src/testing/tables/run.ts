/** Runs the tables' kit without a test runner. */
import type { ConformanceReport } from '../kit/outcome.ts'
import { type KitSuite, runKit, type RunOptions } from '../kit/run.ts'
import { tableCases } from './cases/index.ts'
import { TableCaseContext } from './context.ts'
import type { OpenedTables, TableHarness } from './harness.ts'

/** The kit of `TableBackend`. */
export const tableSuite: KitSuite<OpenedTables, TableCaseContext, TableHarness> = {
  cases: tableCases,
  contextOf: (harness, store, options) => new TableCaseContext(harness, store, options),
}

/** Runs every case that the filter lets through, one after the other. Never rejects for a case. */
export async function runTableConformance(
  harness: TableHarness,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  return runKit(tableSuite, harness, options)
}
