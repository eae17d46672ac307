/** Hands the cases to a test runner: vitest, node:test, or anything shaped like them. */
import { chooseSeed } from '../seeded-random.ts'
import type { ConformanceOptions } from './context.ts'
import type { ConformanceHarness } from './harness.ts'
import { type CaseOutcome, formatReport, reportOf } from './outcome.ts'
import { runCase, selectCases, timeLimitMsOf } from './run.ts'

/** What a runner hands to a test. */
export interface RunnerTestContext {
  readonly skip?: ((reason?: string) => unknown) | undefined
}

/**
 * The part of a test runner that the kit uses. `vitest` and `node:test` fit as they are; for Bun,
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

/** What {@link registerConformance} takes besides a harness. */
export interface RegisterOptions extends ConformanceOptions {
  /** Where the table goes. Default: standard output. */
  readonly print?: ((table: string) => void) | undefined
}

/** Registers a test per case. Skipped cases are skipped visibly, with their reason. */
export function registerConformance(
  runner: TestRunner,
  harness: ConformanceHarness,
  options: RegisterOptions = {},
): void {
  const seed = options.seed ?? chooseSeed()
  const outcomes: CaseOutcome[] = []
  const print = options.print ?? ((table: string) => process.stdout.write(`\n${table}\n`))
  runner.describe(`conformance of ${harness.name}`, () => {
    runner.afterAll?.(() => print(formatReport(reportOf(harness.name, seed, outcomes))))
    for (const testCase of selectCases(options)) {
      // The kit's own limit comes first: its message says more than the runner's.
      const timeout = timeLimitMsOf(testCase, harness) * 2 + 5000
      runner.it(`${testCase.id}: ${testCase.title}`, { timeout }, async (context) => {
        const outcome = await runCase(testCase, harness, { ...options, seed })
        outcomes.push(outcome)
        if (outcome.error !== undefined) throw outcome.error
        if (outcome.status === 'skipped') context.skip?.(outcome.reason)
      })
    }
  })
}
