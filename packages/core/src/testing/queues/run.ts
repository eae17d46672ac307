/** Runs the queues' kit without a test runner. */
import type { ConformanceReport } from '../kit/outcome.ts'
import { type KitSuite, runKit, type RunOptions } from '../kit/run.ts'
import { queueConformanceCases } from './cases/index.ts'
import { QueueCaseContext } from './context.ts'
import type { QueueKitHarness, QueueKitStore } from './harness.ts'

/** The kit of `QueueBackend`. */
export const queueConformanceSuite: KitSuite<QueueKitStore, QueueCaseContext, QueueKitHarness> = {
  cases: queueConformanceCases,
  contextOf: (harness, store, options) => new QueueCaseContext(harness, store, options),
}

/** Runs every case that the filter lets through, one after the other. Never rejects for a case. */
export async function runQueueConformance(
  harness: QueueKitHarness,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  return runKit(queueConformanceSuite, harness, options)
}
