/** The state of a conformance run, from the server and then from what it tells. Pure. */
import type {
  CaseStatus,
  ConformanceEvent,
  ConformanceRun,
  ConformanceState,
  RunCase,
  RunOutcome,
} from '../server/wire.ts'

/** A case as it is shown: not begun, under way, or what came of it. */
export type CellStatus = CaseStatus | 'waiting' | 'running'

export interface Cell extends RunCase {
  readonly status: CellStatus
  readonly outcome?: RunOutcome | undefined
}

export interface CellGroup {
  readonly name: string
  readonly cells: readonly Cell[]
}

/**
 * The state after an event. Undefined when the event does not follow on the state: something was
 * missed, and the state has to be read anew.
 */
export function stateAfter(
  state: ConformanceState,
  event: ConformanceEvent,
): ConformanceState | undefined {
  const { run } = state
  if (event.kind === 'started')
    return run?.id === event.run.id ? state : { ...state, run: event.run }
  if (run === null || run.id !== event.run) return undefined
  if (event.kind === 'changed') {
    const { status, endedAt, problem } = event
    const isComplete = status !== 'ended' || run.outcomes.length === run.cases.length
    return isComplete ? { ...state, run: { ...run, status, endedAt, problem } } : undefined
  }
  const { outcome } = event
  if (run.outcomes.some(({ id }) => id === outcome.id)) return state
  if (run.cases[run.outcomes.length]?.id !== outcome.id) return undefined
  return { ...state, run: { ...run, outcomes: [...run.outcomes, outcome] } }
}

export function isUnderWay(run: ConformanceRun | null): boolean {
  return run?.status === 'running' || run?.status === 'cancelling'
}

/** The cases of a run by group, in their order. */
export function cellGroups(run: ConformanceRun): readonly CellGroup[] {
  const cells = run.cases.map((each, index): Cell => {
    const outcome = run.outcomes[index]
    if (outcome !== undefined) return { ...each, status: outcome.status, outcome }
    const isCurrent = index === run.outcomes.length && isUnderWay(run)
    return { ...each, status: isCurrent ? 'running' : 'waiting' }
  })
  return [...Map.groupBy(cells, ({ group }) => group)].map(([name, cells]) => ({ name, cells }))
}

/** How many cases came to what. */
export function countsOf(
  outcomes: readonly Pick<RunOutcome, 'status'>[],
): Readonly<Record<CaseStatus, number>> {
  const counts = { passed: 0, refused: 0, skipped: 0, failed: 0 }
  for (const { status } of outcomes) counts[status] += 1
  return counts
}

/** `12 passed, 1 skipped`; without what there is none of. */
export function countsText(counts: Readonly<Record<CaseStatus, number>>): string {
  const told = (Object.keys(counts) as CaseStatus[]).filter((status) => counts[status] > 0)
  return told.map((status) => `${counts[status]} ${status}`).join(', ')
}
