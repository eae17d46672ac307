/**
 * What the person at the page did: each action with the code that does the same, and the operations
 * of the storage that it caused.
 *
 * Invariant: bounded. The last `keptActionsMax` actions.
 */
import { useSyncExternalStore } from 'react'
import type { OperationBatch } from '../server/operations.ts'
import { type Action, type ActionText, begun, failureOf, withBatch, withGap } from './action.ts'
import { onLive } from './live.ts'
import { tellProblem } from './problem.ts'

export type { ActionText } from './action.ts'

const keptActionsMax = 50
/** An operation is told so long after its end, at most; see `server/operations.ts`. */
const toldWithinMs = 1000

let actions: readonly Action[] = []
const watchers = new Set<() => void>()

function update(next: readonly Action[]): void {
  if (next === actions) return
  actions = next
  for (const watcher of watchers) watcher()
}

function change(id: string, part: Partial<Action>): void {
  update(actions.map((action) => (action.id === id ? { ...action, ...part } : action)))
}

/** The actions so far, the newest first. */
export function actionsSoFar(): readonly Action[] {
  return actions
}

/** As {@link actionsSoFar}, followed. */
export function useActions(): readonly Action[] {
  return useSyncExternalStore((watcher) => {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  }, actionsSoFar)
}

/**
 * Runs an action: `run` gives its id to every request. Rejects as `run` does, after the failure is
 * noted with the action.
 */
export async function act<T>(text: ActionText, run: (id: string) => Promise<T>): Promise<T> {
  const id = crypto.randomUUID().slice(0, 18)
  const started = performance.now()
  update([begun(text, id), ...actions].slice(0, keptActionsMax))
  try {
    const result = await run(id)
    change(id, { durationMs: performance.now() - started })
    return result
  } catch (error) {
    change(id, { durationMs: performance.now() - started, ...failureOf(error) })
    throw error
  }
}

/** As {@link act}, or as a part of an action that has begun. */
export function actWithin<T>(
  id: string | undefined,
  text: ActionText,
  run: (id: string) => Promise<T>,
): Promise<T> {
  return id === undefined ? act(text, run) : run(id)
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
  let heardAt = 0
  const offs = [
    onLive<OperationBatch>('operations', (batch) => {
      heardAt = Date.now()
      update(withBatch(actions, batch))
    }),
    // One a second: the feed was whole until then.
    onLive('pulses', () => (heardAt = Date.now())),
    onLive<{ isMissed: boolean }>('hello', ({ isMissed }) => {
      if (isMissed) update(withGap(actions, heardAt - toldWithinMs))
    }),
  ]
  return () => offs.forEach((off) => off())
}
