/** Runs the objects' kit without a test runner. */
import type { ConformanceReport } from '../kit/outcome.ts'
import { type KitSuite, runKit, type RunOptions } from '../kit/run.ts'
import { conformanceCases } from './cases/index.ts'
import { CaseContext } from './context.ts'
import type { ConformanceHarness, OpenedStore } from './harness.ts'

export type { RunOptions } from '../kit/run.ts'

/** The kit of `StorageBackend`. */
export const conformanceSuite: KitSuite<OpenedStore, CaseContext, ConformanceHarness> = {
  cases: conformanceCases,
  contextOf: (harness, store, options) => new CaseContext(harness, store, options),
}

/** Runs every case that the filter lets through, one after the other. Never rejects for a case. */
export async function runConformance(
  harness: ConformanceHarness,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  return runKit(conformanceSuite, harness, options)
}
