/**
 * What the person at the page did: each action with the code that does the same, and the operations
 * of the storage that it caused.
 *
 * Invariant: bounded. The last `keptActionsMax` actions, each with at most `keptOperationsMax`
 * operations.
 */
import { useSyncExternalStore } from 'react'
import type { OperationBatch, OperationRecord } from '../server/operations.ts'
import { onLive } from './live.ts'
import { type Problem, problemOf, tellProblem } from './problem.ts'

const keptActionsMax = 50
const keptOperationsMax = 500

/** One action. */
export interface Action {
  /** In the header of its requests. */
  readonly id: string
  /** What was done, as a person says it: `Open agent_configs/ceo`. */
  readonly label: string
  /** TypeScript that does the same with the public API, ready to paste. */
  readonly code: string
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Until its answer was there. Undefined while it runs. */
  readonly durationMs: number | undefined
  readonly problem: Problem | undefined
  readonly operations: readonly OperationRecord[]
  /** Operations that are not kept. */
  readonly omitted: number
}

let actions: readonly Action[] = []
const watchers = new Set<() => void>()

function update(next: readonly Action[]): void {
  actions = next
  for (const watcher of watchers) watcher()
}

function change(id: string, part: Partial<Action>): void {
  update(actions.map((action) => (action.id === id ? { ...action, ...part } : action)))
}

/** The actions so far, the newest first. */
export function useActions(): readonly Action[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => actions,
  )
}

/** What an action is called, and the code that does the same. */
export interface ActionText {
  readonly label: string
  readonly code: string
}

/**
 * Runs an action: `run` gives its id to every request. Rejects as `run` does, after the failure is
 * noted with the action.
 */
export async function act<T>(
  { label, code }: ActionText,
  run: (id: string) => Promise<T>,
): Promise<T> {
  const id = crypto.randomUUID().slice(0, 18)
  const started = performance.now()
  const action: Action = {
    ...{ id, label, code, startedAt: Date.now(), operations: [], omitted: 0 },
    durationMs: undefined,
    problem: undefined,
  }
  update([action, ...actions].slice(0, keptActionsMax))
  try {
    const result = await run(id)
    change(id, { durationMs: performance.now() - started })
    return result
  } catch (error) {
    change(id, { durationMs: performance.now() - started, problem: problemOf(error) })
    throw error
  }
}

/** As {@link act}, but shows a failure to the person and gives undefined then. */
export async function perform<T>(
  text: ActionText,
  run: (id: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await act(text, run)
  } catch (error) {
    tellProblem(error)
    return undefined
  }
}

/** Sorts operations to their actions as the server tells them. */
export function followOperations(): () => void {
  return onLive<OperationBatch>('operations', (batch) => {
    const byAction = Map.groupBy(batch.operations, ({ action }) => action)
    if (!actions.some(({ id }) => byAction.has(id))) return
    update(
      actions.map((action) => {
        const more = byAction.get(action.id)
        if (more === undefined) return action
        const room = Math.max(0, keptOperationsMax - action.operations.length)
        return {
          ...action,
          operations: [...action.operations, ...more.slice(0, room)],
          omitted: action.omitted + Math.max(0, more.length - room),
        }
      }),
    )
  })
}
