/**
 * Whether a store can serve: its health through all layers, that of each backend behind them, and
 * what the layers say of themselves. All at once, each for a limited time.
 *
 * ```
 * store      health() of the outermost: what an operation meets      fails -> down
 * layer      its state, without I/O                                  not ok -> degraded
 * backend    health() of each innermost one, spare stores too        not ok -> degraded
 * ```
 *
 * Nothing is told of what is outside of a prefix view, but whether all of it is well.
 */
import type { Health, StorageBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError } from '../../errors.ts'
import { type StackEntry, stackOf } from '../../layers/stack.ts'
import { runPool } from '../pool.ts'
import type { Readiness, ReadinessCheck } from './options.ts'

/** Health checks under way at once. */
const checksAtOnceMax = 16
/** Stores in stores, deeper than any is built: one that turns to itself would never end. */
const depthMax = 8

/** How a check is made. */
interface CheckTools {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** @param outermost Gives the health of the whole, as callers have it. */
export async function readinessOf(
  backend: StorageBackend,
  outermost: (signal: AbortSignal) => Promise<Health>,
  tools: CheckTools,
): Promise<Readiness> {
  const { signal } = tools
  const stack = stackOf(backend)
  // Without layers they are one and the same.
  const behind = stack.length === 1 ? [] : worksOf(stack, '', tools, 0)
  const works = [() => checked('store', backend.name, outermost, tools), ...behind]
  const run = (work: () => Promise<ReadinessCheck>): Promise<ReadinessCheck> => work()
  const skip = (): ReadinessCheck => failed('store', backend.name, 'The check was not begun')
  const { results: checks } = await runPool(works, checksAtOnceMax, signal, run, skip)
  const isServing = checks[0]!.ok
  const isWell = checks.every(({ ok }) => ok)
  const status = !isServing ? 'down' : isWell ? 'ready' : 'degraded'
  return { ready: isServing, status, checks }
}

function worksOf(
  stack: readonly StackEntry[],
  path: string,
  tools: CheckTools,
  depth: number,
): (() => Promise<ReadinessCheck>)[] {
  if (depth > depthMax) return []
  const works: (() => Promise<ReadinessCheck>)[] = []
  for (const [place, { name, kind, backend, state, others }] of stack.entries()) {
    if (name === 'prefix' && kind === 'layer') {
      const inside = worksOf(stack.slice(place + 1), '', tools, depth + 1)
      return [...works, () => folded(path + backend.name, inside)]
    }
    if (kind === 'backend') {
      const health = (signal: AbortSignal): Promise<Health> => backend.health({ signal })
      works.push(() => checked('backend', path + name, health, tools))
    } else if (state !== undefined) {
      works.push(async () => ({ name: path + name, kind, ...state }))
    }
    for (const [other, entries] of Object.entries(others)) {
      works.push(...worksOf(entries, `${path}${other}/`, tools, depth + 1))
    }
  }
  return works
}

/** All that is behind a prefix view as one: what it says is not for those inside. */
async function folded(
  name: string,
  works: readonly (() => Promise<ReadinessCheck>)[],
): Promise<ReadinessCheck> {
  const checks = await Promise.all(works.map((work) => work()))
  const ok = checks.every((check) => check.ok)
  const message = ok ? 'the whole store is healthy' : 'the whole store tells what is wrong'
  const latencyMs = Math.max(0, ...checks.map((check) => check.latencyMs ?? 0))
  return { name, kind: 'backend', ok, message, latencyMs, details: {} }
}

/** Ends in time, whatever the backend does. */
async function checked(
  kind: 'store' | 'backend',
  name: string,
  health: (signal: AbortSignal) => Promise<Health>,
  { clock, timeoutMs, signal }: CheckTools,
): Promise<ReadinessCheck> {
  const ended = new AbortController()
  const signals = signal === undefined ? [ended.signal] : [ended.signal, signal]
  const startedMs = clock.monotonicMs()
  const late = clock.sleep(timeoutMs, ended.signal).then(
    () => failed(kind, name, `It did not answer within ${timeoutMs} ms`),
    // The check was over before.
    () => failed(kind, name, 'The check was ended'),
  )
  const answer = health(AbortSignal.any(signals)).then(
    ({ ok, message, latencyMs, details }) => ({ name, kind, ok, message, latencyMs, details }),
    (error: unknown) => failed(kind, name, messageOf(error)),
  )
  const aborted = untilAborted(signal, () => failed(kind, name, 'The check was aborted'))
  try {
    const first = await Promise.race([answer, late, aborted.ended])
    return { ...first, latencyMs: first.latencyMs ?? clock.monotonicMs() - startedMs }
  } finally {
    aborted.forget()
    ended.abort()
  }
}

function untilAborted<T>(
  signal: AbortSignal | undefined,
  give: () => T,
): { readonly ended: Promise<T>; readonly forget: () => void } {
  const { promise, resolve } = Promise.withResolvers<T>()
  const onAbort = (): void => resolve(give())
  if (signal?.aborted === true) onAbort()
  signal?.addEventListener('abort', onAbort, { once: true })
  return { ended: promise, forget: () => signal?.removeEventListener('abort', onAbort) }
}

function failed(kind: 'store' | 'backend', name: string, message: string): ReadinessCheck {
  return { name, kind, ok: false, message, details: {} }
}

/** Other errors than ours may say what is nobody's business. */
function messageOf(error: unknown): string {
  return isStorageError(error)
    ? `${error.code}: ${error.message}`
    : 'It failed in a way that it does not explain'
}
