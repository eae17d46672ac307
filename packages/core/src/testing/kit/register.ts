/** Hands the cases of a kit to a test runner: vitest, node:test, or anything shaped like them. */
import { chooseSeed } from '../seeded-random.ts'
import type { ConformanceOptions } from './context.ts'
import type { KitHarness } from './harness.ts'
import { type CaseOutcome, formatReport, reportOf } from './outcome.ts'
import { type KitSuite, runCase, type RunningContext, selectCases, timeLimitMsOf } from './run.ts'

/** What a runner hands to a test. */
export interface RunnerTestContext {
  readonly skip?: ((reason?: string) => unknown) | undefined
}

/**
 * The part of a test runner that the kits use. `vitest` and `node:test` fit as they are; for Bun,
 * give `it: (name, { timeout }, body) => it(name, () => body({}), timeout)`.
 */
export interface TestRunner {
  describe(name: string, body: () => void): unknown
  it(
    name: string,
    options: { timeout: number },
    body: (context: RunnerTestContext) => Promise<void>,
  ): unknown
  /** Prints the table at the end: vitest `afterAll`, node:test `after`. Without it, none. */
  afterAll?: ((body: () => void) => unknown) | undefined
}

/** What registering takes besides a harness. */
export interface RegisterOptions extends ConformanceOptions {
  /** Where the table goes. Default: standard output. */
  readonly print?: ((table: string) => void) | undefined
}

/** Registers a test per case. Skipped cases are skipped visibly, with their reason. */
export function registerKit<
  Store,
  Context extends RunningContext,
  Harness extends KitHarness<Store>,
>(
  suite: KitSuite<Store, Context, Harness>,
  runner: TestRunner,
  harness: Harness,
  options: RegisterOptions = {},
): void {
  const seed = options.seed ?? chooseSeed()
  const outcomes: CaseOutcome[] = []
  const print = options.print ?? ((table: string) => process.stdout.write(`\n${table}\n`))
  runner.describe(`conformance of ${harness.name}`, () => {
    runner.afterAll?.(() => print(formatReport(reportOf(harness.name, seed, outcomes))))
    for (const testCase of selectCases(suite.cases, options)) {
      // The kit's own limit comes first: its message says more than the runner's.
      const timeout = timeLimitMsOf(testCase, harness) * 2 + 5000
      runner.it(`${testCase.id}: ${testCase.title}`, { timeout }, async (context) => {
        const outcome = await runCase(suite, testCase, harness, { ...options, seed })
        outcomes.push(outcome)
        if (outcome.error !== undefined) throw outcome.error
        if (outcome.status === 'skipped') context.skip?.(outcome.reason)
      })
    }
  })
}
