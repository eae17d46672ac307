/**
 * Aborts at every moment of a call, from its start to behind its end.
 *
 * A call in memory takes microtasks, one on a disk milliseconds of which the last matter most. So
 * the first signals fire after so many turns of the event loop, and the others at parts of the time
 * that the call takes when nobody stops it:
 *
 * ```
 *   |<------------- the call, as measured ------------>|
 *   ||||---|-----|-----|-----|-----|-----|-----|-----|-----|-----|  signals
 *   turns                                        commit
 * ```
 *
 * Invariant: at least one call is done. A call that each signal stopped was never stopped at its
 * commit, so signals fire later and later until one comes too late.
 */
import assert from 'node:assert/strict'
import { isStorageError } from '../../errors.ts'
import type { CaseContext } from './context.ts'
import { nameOf } from './expectations.ts'
import { turn } from './objects.ts'

/** What is tried at each point. */
export interface AbortTrial {
  /** For messages: `write("doc")`. */
  readonly doing: string
  /** Puts the store in order before the calls. */
  readonly prepare?: (() => Promise<unknown>) | undefined
  /** Starts calls that share a signal. Time counts from the moment at which it calls `begin`. */
  readonly start: (signal: AbortSignal, begin: () => void) => readonly Promise<unknown>[]
  /** Looks at the store afterwards: which of the calls were done, the others being aborted. */
  readonly check: (done: readonly boolean[], when: string) => Promise<void>
}

/** Points in turns of the event loop (in quarters of one: microtasks first). */
const turnPoints = 16
/** Points in the time that the calls take. */
const timePoints = 24
/** These lie on up to this part of it: noise, and the way of the answer, come on top. */
const timePart = 1.2
/** Calls that are timed, of which the middle one counts. */
const timedCalls = 3

/** Where a signal fires: so many quarters of a turn, then so many ms, behind `begin`. */
interface AbortPoint {
  readonly quarters: number
  readonly ms: number
}

/** Runs the trial with its signal fired at each point in turn. */
export async function abortAtPoints(context: CaseContext, trial: AbortTrial): Promise<void> {
  const count = context.count(turnPoints) + context.count(timePoints)
  let tried = 0
  let done = 0
  for (const point of pointsOf(context, await timeOf(trial))) {
    if (tried >= count && done > 0) return
    if (await abortOnce(trial, point)) done++
    tried++
  }
}

/** Never ends by itself. */
function* pointsOf(context: CaseContext, durationMs: number): Generator<AbortPoint> {
  for (let at = 0; at < context.count(turnPoints); at++) yield { quarters: at, ms: 0 }
  const count = context.count(timePoints)
  for (let at = 0; at < count; at++) {
    const part = (at + context.random.next()) / count
    yield { quarters: 0, ms: durationMs * timePart * part }
  }
  for (let ms = durationMs * 2 + 1; ; ms *= 2) yield { quarters: 0, ms }
}

/** How long the calls take from `begin` on when their signal stays silent, in ms. */
async function timeOf(trial: AbortTrial): Promise<number> {
  const durationsMs: number[] = []
  for (let at = 0; at < timedCalls; at++) {
    await trial.prepare?.()
    let beginMs = performance.now()
    const begin = (): void => {
      beginMs = performance.now()
    }
    await Promise.all(trial.start(new AbortController().signal, begin))
    durationsMs.push(performance.now() - beginMs)
  }
  return durationsMs.sort((a, b) => a - b)[timedCalls >> 1]!
}

/** True when all calls were done before their signal reached them. */
async function abortOnce(trial: AbortTrial, point: AbortPoint): Promise<boolean> {
  const when = `after ${trial.doing}, aborted at ${point.quarters}/4 turns, ${point.ms} ms`
  await trial.prepare?.()
  const controller = new AbortController()
  let hasEnded = false
  const [hasBegun, begin] = gate()
  const calls = trial.start(controller.signal, begin)
  const outcomes = Promise.all(calls.map((call) => isDone(call, when))).finally(() => {
    hasEnded = true
    begin()
  })
  await hasBegun
  await waitUntil(point, () => hasEnded)
  controller.abort(new Error('stop'))
  const done = await outcomes
  await trial.check(done, when)
  return done.every(Boolean)
}

function gate(): [Promise<void>, () => void] {
  let open: (() => void) | undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return [opened, () => open!()]
}

/** Turns instead of a timer: no timer is finer than a millisecond. */
async function waitUntil(point: AbortPoint, hasEnded: () => boolean): Promise<void> {
  for (let at = 0; at < point.quarters % 4; at++) await Promise.resolve()
  for (let at = 0; at < point.quarters >> 2; at++) await turn()
  const endMs = performance.now() + point.ms
  while (!hasEnded() && performance.now() < endMs) await turn()
}

/** True when the call was done, false when it ended with ABORTED; anything else is a failure. */
async function isDone(call: Promise<unknown>, when: string): Promise<boolean> {
  try {
    await call
    return true
  } catch (error) {
    assert.ok(isStorageError(error, 'ABORTED'), `${nameOf(error)} ${when}; ABORTED is due`)
    return false
  }
}
