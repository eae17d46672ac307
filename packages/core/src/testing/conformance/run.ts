/** Runs cases without a test runner: for reports, for the playground, and under `register`. */
import { chooseSeed } from '../seeded-random.ts'
import { type ConformanceCase, isClaimed } from './case.ts'
import { conformanceCases } from './cases/index.ts'
import { CaseContext, CaseSkipped, type ConformanceOptions } from './context.ts'
import type { ConformanceHarness } from './harness.ts'
import { type CaseOutcome, type ConformanceReport, reportOf, toError } from './outcome.ts'
import { withinTime } from './time-limit.ts'

/** What {@link runConformance} takes besides a harness. */
export interface RunOptions extends ConformanceOptions {
  /** Called as each case ends. */
  readonly onCase?: ((outcome: CaseOutcome) => void) | undefined
  /** Ends the run before the next case; the report has what was run. */
  readonly signal?: AbortSignal | undefined
}

const timeLimitMsDefault = 20_000

/** Runs every case that the filter lets through, one after the other. Never rejects for a case. */
export async function runConformance(
  harness: ConformanceHarness,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  const seed = options.seed ?? chooseSeed()
  const outcomes: CaseOutcome[] = []
  for (const testCase of selectCases(options)) {
    if (options.signal?.aborted === true) break
    const outcome = await runCase(testCase, harness, { ...options, seed })
    outcomes.push(outcome)
    options.onCase?.(outcome)
  }
  return reportOf(harness.name, seed, outcomes)
}

/** The cases that a filter lets through. */
export function selectCases(options: ConformanceOptions): readonly ConformanceCase[] {
  return conformanceCases.filter((testCase) => options.filter?.(testCase) ?? true)
}

/** The time limit of a case in this harness. */
export function timeLimitMsOf(testCase: ConformanceCase, harness: ConformanceHarness): number {
  return (harness.timeLimitMs ?? timeLimitMsDefault) * (testCase.timeFactor ?? 1)
}

/** Runs one case on a fresh store. Never rejects: a failure is an outcome. */
export async function runCase(
  testCase: ConformanceCase,
  harness: ConformanceHarness,
  options: ConformanceOptions & { readonly seed: number },
): Promise<CaseOutcome> {
  const startMs = performance.now()
  const { id, group, title } = testCase
  const end = (outcome: Pick<CaseOutcome, 'status' | 'reason' | 'error'>): CaseOutcome => {
    const durationMs = performance.now() - startMs
    return { id, group, title, durationMs, ...outcome }
  }
  const skipReason = harness.skip?.[id]
  if (skipReason !== undefined) return end({ status: 'skipped', reason: skipReason })
  try {
    return end(await attempt(testCase, harness, options))
  } catch (cause) {
    const reason = toError(cause).message
    const error = new Error(
      `${harness.name} breaks ${id} (${title}): ${reason}\n` +
        `  again with seed ${options.seed} and filter ({ id }) => id === '${id}'`,
      { cause },
    )
    return end({ status: 'failed', reason, error })
  }
}

async function attempt(
  testCase: ConformanceCase,
  harness: ConformanceHarness,
  options: ConformanceOptions & { readonly seed: number },
): Promise<Pick<CaseOutcome, 'status' | 'reason'>> {
  const limitMs = timeLimitMsOf(testCase, harness)
  const timeout = new AbortController()
  const store = await harness.open()
  const context = new CaseContext(harness, store, { ...options, signal: timeout.signal })
  const failures: Error[] = []
  let plan: CasePlan | undefined
  try {
    plan = planOf(testCase, context)
    const run = runPlan(plan, context)
    await withinTime(run, limitMs, (error) => timeout.abort(error))
  } catch (error) {
    if (error instanceof CaseSkipped) plan = { status: 'skipped', reason: error.message }
    else failures.push(toError(error))
  }
  // Not in a `finally`: what breaks here would take the place of the case's own failure.
  failures.push(...(await context.dispose(limitMs)))
  if (failures.length > 0) throw joined(failures)
  return plan!
}

/** The first is the case's own failure; those of the cleanup are told behind it. */
function joined(failures: readonly Error[]): Error {
  const message = failures.map((failure) => failure.message).join('\n  and ')
  return failures.length === 1 ? failures[0]! : new Error(message, { cause: failures[0] })
}

interface CasePlan {
  readonly status: CaseOutcome['status']
  readonly reason?: string
  readonly run?: (context: CaseContext) => Promise<void>
}

async function runPlan(plan: CasePlan, context: CaseContext): Promise<void> {
  await plan.run?.(context)
}

function planOf(testCase: ConformanceCase, context: CaseContext): CasePlan {
  const missing = testCase.needs?.find((part) => !context.has(part))
  if (missing !== undefined) return { status: 'skipped', reason: `the harness has no ${missing}` }
  if (isClaimed(testCase.requires, context.capabilities)) {
    return { status: 'passed', run: testCase.run }
  }
  if (testCase.refusal !== undefined) return { status: 'refused', run: testCase.refusal }
  const { requires } = testCase
  const claim = typeof requires === 'string' ? `${requires} is not claimed` : 'not claimed'
  return { status: 'skipped', reason: claim }
}
