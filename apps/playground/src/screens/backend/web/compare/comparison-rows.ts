/** What stands in the comparison, row by row. Pure. */
import { type Answer, capabilityGroups, rawText, wordsOf } from '../capability-words.ts'
import { countsOf, countsText, isUnderWay } from '../conformance-state.ts'
import type {
  Capabilities,
  CaseStatus,
  Column,
  Comparison,
  ConformanceRun,
  ConformanceTarget,
} from '../../server/wire.ts'

/** What one backend says to a question; undefined while its server is not open. */
export interface ClaimCell {
  readonly answer: Answer
  /** As a program sees it. */
  readonly raw: string
}

export interface ClaimRow {
  readonly name: keyof Capabilities
  readonly question: string
  readonly cells: readonly (ClaimCell | undefined)[]
  /** Not all say the same. */
  readonly differs: boolean
}

export interface ClaimGroup {
  readonly title: string
  readonly rows: readonly ClaimRow[]
}

/** The capabilities, a cell for each column. */
export function claimGroups(columns: readonly Column[]): readonly ClaimGroup[] {
  return capabilityGroups.map(({ title, names }) => ({
    title,
    rows: names.map((name) => claimRow(name, columns)),
  }))
}

function claimRow(name: keyof Capabilities, columns: readonly Column[]): ClaimRow {
  const cells = columns.map(({ capabilities }): ClaimCell | undefined => {
    if (capabilities === null) return undefined
    return { answer: wordsOf(name, capabilities).answer, raw: rawText(capabilities[name]) }
  })
  const known = columns.flatMap(({ capabilities }) => capabilities ?? [])
  const question = known[0] === undefined ? name : wordsOf(name, known[0]).question
  return { name, question, cells, differs: areDifferent(cells.map((cell) => cell?.raw)) }
}

/** What came of the cases of a group on one backend. */
export interface ResultCell {
  readonly counts: Readonly<Record<CaseStatus, number>>
  /** Cases that have not ended, of a run that goes on or was cut short. */
  readonly left: number
}

export interface ResultRow {
  readonly group: string
  readonly cases: number
  /** Undefined where the group was not run. */
  readonly cells: readonly (ResultCell | undefined)[]
  readonly differs: boolean
}

/** The run that is shown of each target: the one that is under way, else the last. */
export function shownRuns(
  { runs }: Pick<Comparison, 'runs'>,
  current: ConformanceRun | null,
): ReadonlyMap<ConformanceTarget, ConformanceRun> {
  const last = new Map(runs.map((run) => [run.target, run]))
  // Its end is told before the runs are read again.
  if (current !== null) last.set(current.target, current)
  return last
}

/** The groups of the kit, a cell for each column. */
export function resultRows(
  columns: readonly Column[],
  groups: readonly { readonly name: string; readonly cases: number }[],
  runs: ReadonlyMap<ConformanceTarget, ConformanceRun>,
): readonly ResultRow[] {
  const cellsOf = columns.map(({ target }) => cellsOfRun(runs.get(target)))
  return groups.map(({ name, cases }) => {
    const cells = cellsOf.map((byGroup) => byGroup.get(name))
    const texts = cells.map((cell) => (cell?.left === 0 ? countsText(cell.counts) : undefined))
    return { group: name, cases, cells, differs: areDifferent(texts) }
  })
}

function cellsOfRun(run: ConformanceRun | undefined): ReadonlyMap<string, ResultCell> {
  if (run === undefined) return new Map()
  const outcomes = Map.groupBy(run.outcomes, (_, index) => run.cases[index]!.group)
  return new Map(
    [...Map.groupBy(run.cases, ({ group }) => group)].map(([group, cases]) => {
      const ended = outcomes.get(group) ?? []
      return [group, { counts: countsOf(ended), left: cases.length - ended.length }]
    }),
  )
}

/** Of those that are known. */
function areDifferent(values: readonly (string | undefined)[]): boolean {
  return new Set(values.filter((value) => value !== undefined)).size > 1
}

/** The run of a column in a few words. */
export function runText(run: ConformanceRun): string {
  const { outcomes, cases, status } = run
  const counts = countsText(countsOf(outcomes)) || 'no case yet'
  if (isUnderWay(run)) return `${outcomes.length} of ${cases.length} cases: ${counts}`
  if (status === 'ended') return counts
  return `${status === 'broken' ? 'failed' : 'cancelled'} after ${outcomes.length} cases: ${counts}`
}
