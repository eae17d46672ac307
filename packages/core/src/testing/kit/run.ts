/** Runs cases without a test runner: for reports, for the playground, and under `register`. */
import { chooseSeed } from '../seeded-random.ts'
import { type CaseSurroundings, isClaimed, type KitCase } from './case.ts'
import { type CaseOptions, CaseSkipped, type ConformanceOptions } from './context.ts'
import type { KitHarness } from './harness.ts'
import { type CaseOutcome, type ConformanceReport, reportOf, toError } from './outcome.ts'
import { withinTime } from './time-limit.ts'

/** What a run takes besides a harness. */
export interface RunOptions extends ConformanceOptions {
  /** Called as each case ends. */
  readonly onCase?: ((outcome: CaseOutcome) => void) | undefined
  /** Ends the run before the next case; the report has what was run. */
  readonly signal?: AbortSignal | undefined
}

/** What the machinery needs of a context. */
export interface RunningContext extends CaseSurroundings {
  dispose(limitMs: number): Promise<Error[]>
}

/** A kit: its cases, and what they run in. */
export interface KitSuite<
  Store,
  Context extends RunningContext,
  Harness extends KitHarness<Store> = KitHarness<Store>,
> {
  /** Every case, in the order in which they run. */
  readonly cases: readonly KitCase<Context>[]
  contextOf(harness: Harness, store: Store, options: CaseOptions): Context
}

const timeLimitMsDefault = 20_000

/** Runs every case that the filter lets through, one after the other. Never rejects for a case. */
export async function runKit<
  Store,
  Context extends RunningContext,
  Harness extends KitHarness<Store>,
>(
  suite: KitSuite<Store, Context, Harness>,
  harness: Harness,
  options: RunOptions = {},
): Promise<ConformanceReport> {
  const seed = options.seed ?? chooseSeed()
  const outcomes: CaseOutcome[] = []
  for (const testCase of selectCases(suite.cases, options)) {
    if (options.signal?.aborted === true) break
    const outcome = await runCase(suite, testCase, harness, { ...options, seed })
    outcomes.push(outcome)
    options.onCase?.(outcome)
  }
  return reportOf(harness.name, seed, outcomes)
}

/** The cases that a filter lets through. */
export function selectCases<Case extends { readonly id: string; readonly group: string }>(
  cases: readonly Case[],
  options: ConformanceOptions,
): readonly Case[] {
  return cases.filter((testCase) => options.filter?.(testCase) ?? true)
}

/** The time limit of a case in this harness. */
export function timeLimitMsOf(
  testCase: { readonly timeFactor?: number | undefined },
  harness: { readonly timeLimitMs?: number | undefined },
): number {
  return (harness.timeLimitMs ?? timeLimitMsDefault) * (testCase.timeFactor ?? 1)
}

/** Runs one case on a fresh store. Never rejects: a failure is an outcome. */
export async function runCase<
  Store,
  Context extends RunningContext,
  Harness extends KitHarness<Store>,
>(
  suite: KitSuite<Store, Context, Harness>,
  testCase: KitCase<Context>,
  harness: Harness,
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
    return end(await attempt(suite, testCase, harness, options))
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

async function attempt<Store, Context extends RunningContext, Harness extends KitHarness<Store>>(
  suite: KitSuite<Store, Context, Harness>,
  testCase: KitCase<Context>,
  harness: Harness,
  options: ConformanceOptions & { readonly seed: number },
): Promise<Pick<CaseOutcome, 'status' | 'reason'>> {
  const limitMs = timeLimitMsOf(testCase, harness)
  const timeout = new AbortController()
  const store = await harness.open()
  const context = suite.contextOf(harness, store, { ...options, signal: timeout.signal })
  const failures: Error[] = []
  let plan: CasePlan<Context> | undefined
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

interface CasePlan<Context> {
  readonly status: CaseOutcome['status']
  readonly reason?: string
  readonly run?: (context: Context) => Promise<void>
}

async function runPlan<Context>(plan: CasePlan<Context>, context: Context): Promise<void> {
  await plan.run?.(context)
}

function planOf<Context extends RunningContext>(
  testCase: KitCase<Context>,
  context: Context,
): CasePlan<Context> {
  const missing = testCase.needs?.find((part) => !context.has(part))
  if (missing !== undefined) {
    return { status: 'skipped', reason: `the harness has no ${String(missing)}` }
  }
  if (isClaimed<Context['capabilities']>(testCase.requires, context.capabilities)) {
    return { status: 'passed', run: testCase.run }
  }
  if (testCase.refusal !== undefined) return { status: 'refused', run: testCase.refusal }
  const { requires } = testCase
  const claim = typeof requires === 'string' ? `${requires} is not claimed` : 'not claimed'
  return { status: 'skipped', reason: claim }
}
