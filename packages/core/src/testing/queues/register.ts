/** Hands the cases of the queues' kit to a test runner. */
import { registerKit, type RegisterOptions, type TestRunner } from '../kit/register.ts'
import type { QueueKitHarness } from './harness.ts'
import { queueConformanceSuite } from './run.ts'

/** Registers a test per case. Skipped cases are skipped visibly, with their reason. */
export function registerQueueConformance(
  runner: TestRunner,
  harness: QueueKitHarness,
  options: RegisterOptions = {},
): void {
  registerKit(queueConformanceSuite, runner, harness, options)
}
