/**
 * One thing that the person at the page did: what it is called, the code that does the same, and
 * the operations of the storage that it caused. Pure.
 *
 * Invariant: bounded. At most `keptOperationsMax` operations and `keptCodeCharsMax` characters of
 * code. What is not kept is counted.
 */
import type { OperationBatch, OperationRecord } from '../server/operations.ts'
import { countText } from './amounts.ts'
import { isAbort, type Problem, problemOf } from './problem.ts'

const keptOperationsMax = 500
const keptCodeCharsMax = 64 * 1024

/** What an action is called, and the code that does the same. */
export interface ActionText {
  /** As a person says it: `Open agent_configs/ceo`. */
  readonly label: string
  /** TypeScript that does the same with the public API, ready to paste. */
  readonly code: string
}

export interface Action extends ActionText {
  /** In the header of its requests. */
  readonly id: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Until its answer was there. Undefined while it runs. */
  readonly durationMs: number | undefined
  readonly problem: Problem | undefined
  /** Nobody waits for its answer any more: the person went on, or cancelled it. */
  readonly isLeft: boolean
  readonly operations: readonly OperationRecord[]
  /** Operations that are not kept. */
  readonly omitted: number
  /** There may be operations that were not even counted. */
  readonly isCountLow: boolean
}

/** An action that begins. */
export function begun({ label, code }: ActionText, id: string): Action {
  return {
    ...{ id, label, code: keptCode(code), startedAt: Date.now(), operations: [], omitted: 0 },
    ...{ durationMs: undefined, problem: undefined, isLeft: false, isCountLow: false },
  }
}

/** Callers keep large values out of their code; this is for one that forgets to. */
function keptCode(code: string): string {
  if (code.length <= keptCodeCharsMax) return code
  return `// A program of ${countText(code.length)} characters: too long to be kept here.\n`
}

/** How an action ended that failed. */
export function failureOf(error: unknown): Pick<Action, 'problem' | 'isLeft'> {
  const isLeft = isAbort(error)
  return { isLeft, problem: isLeft ? undefined : problemOf(error) }
}

/** The actions with what a batch tells of them; the same when it tells nothing. */
export function withBatch(actions: readonly Action[], batch: OperationBatch): readonly Action[] {
  const told = Map.groupBy(batch.operations, ({ action }) => action)
  const omittedBy = new Map(batch.omittedBy)
  const areOthers = (batch.omittedOfOthers ?? 0) > 0
  const changed = actions.map((action): Action => {
    const more = told.get(action.id) ?? []
    const omitted = omittedBy.get(action.id) ?? 0
    // Of an action that is not named there is not known whether it is one of the others.
    const isCountLow = action.isCountLow || (areOthers && omitted === 0)
    if (more.length + omitted === 0 && isCountLow === action.isCountLow) return action
    const room = Math.max(0, keptOperationsMax - action.operations.length)
    return {
      ...action,
      operations: [...action.operations, ...more.slice(0, room)],
      omitted: action.omitted + omitted + Math.max(0, more.length - room),
      isCountLow,
    }
  })
  return changed.some((action, index) => action !== actions[index]) ? changed : actions
}

/**
 * The actions after batches were lost. `toldAt`: until then, in milliseconds since 1970, all was
 * told.
 */
export function withGap(actions: readonly Action[], toldAt: number): readonly Action[] {
  return actions.map((action) => {
    const { startedAt, durationMs = Infinity } = action
    return startedAt + durationMs < toldAt ? action : { ...action, isCountLow: true }
  })
}
