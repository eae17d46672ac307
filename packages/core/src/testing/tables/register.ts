/** Hands the cases of the tables' kit to a test runner. */
import { registerKit, type RegisterOptions, type TestRunner } from '../kit/register.ts'
import type { TableHarness } from './harness.ts'
import { tableSuite } from './run.ts'

/** Registers a test per case. Skipped cases are skipped visibly, with their reason. */
export function registerTableConformance(
  runner: TestRunner,
  harness: TableHarness,
  options: RegisterOptions = {},
): void {
  registerKit(tableSuite, runner, harness, options)
}
