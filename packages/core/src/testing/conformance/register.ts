/** Hands the cases of the objects' kit to a test runner. */
import { registerKit, type RegisterOptions, type TestRunner } from '../kit/register.ts'
import type { ConformanceHarness } from './harness.ts'
import { conformanceSuite } from './run.ts'

export type { RegisterOptions, RunnerTestContext, TestRunner } from '../kit/register.ts'

/** Registers a test per case. Skipped cases are skipped visibly, with their reason. */
export function registerConformance(
  runner: TestRunner,
  harness: ConformanceHarness,
  options: RegisterOptions = {},
): void {
  registerKit(conformanceSuite, runner, harness, options)
}
