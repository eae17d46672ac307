/** What cases about races share: handles to race through, and who won. */
import assert from 'node:assert/strict'
import type { StorageBackend } from '../../backend.ts'
import type { ConditionScope } from '../../capabilities.ts'
import { isStorageError } from '../../errors.ts'
import type { CaseContext } from './context.ts'
import { nameOf } from './expectations.ts'
import { turn } from './objects.ts'

/** Handles on one store: a second one where the conditions at stake hold between handles. */
export async function handlesOf(
  context: CaseContext,
  scope: ConditionScope,
): Promise<StorageBackend[]> {
  if (scope === 'process' || !context.has('reopen')) return [context.backend]
  return [context.backend, await context.reopen()]
}

/** True when the call won, false when another one did. */
export async function wins(
  call: Promise<unknown>,
  lost: 'ALREADY_EXISTS' | 'PRECONDITION_FAILED',
): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    // CONFLICT: the service saw two at once and let neither decide for the other.
    assert.ok(isStorageError(error, lost, 'CONFLICT'), `a lost race gave ${nameOf(error)}`)
    return false
  }
}

/** Places of those that won. */
export async function winnersOf(racers: readonly Promise<boolean>[]): Promise<number[]> {
  return (await Promise.all(racers)).flatMap((won, at) => (won ? [at] : []))
}

/**
 * Looks again and again for as long as `work` runs, and at least once. Fails with the first that
 * `work` or a look throws, when all have ended.
 */
export async function watchDuring(
  work: () => Promise<unknown>,
  looks: readonly (() => Promise<unknown>)[],
): Promise<void> {
  let isWorking = true
  const watchers = looks.map(async (look) => {
    do {
      await look()
      await turn()
    } while (isWorking)
  })
  const watching = Promise.all(watchers)
  // Its failure is told below; until then nobody waits for it.
  watching.catch(() => undefined)
  try {
    await work()
  } finally {
    isWorking = false
    await Promise.allSettled(watchers)
  }
  await watching
}
