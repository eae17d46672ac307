/**
 * The concurrency layer: so many operations under way, so many who wait, and a clear answer to all
 * others before the store sees them.
 *
 * A permit is held until the call has answered. Not until the body of a read is consumed: who reads
 * and writes in one program, as a copy through the process does, would wait for a permit that it
 * holds itself.
 */
import type { StorageBackend } from '../../backend.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError } from '../../errors.ts'
import { type Around, aroundCalls, type LayerCall } from '../around.ts'
import { defineLayer, type Layer } from '../layer.ts'
import { type LayerState, tellState } from '../stack.ts'
import { GradientLimit } from './gradient-limit.ts'
import { type CallEnd, fixedLimit, type Limit } from './limit.ts'
import { type ConcurrencyOptions, type OwnConcurrency, ownConcurrency } from './options.ts'
import { Permits } from './permits.ts'

/**
 * The layer that bounds the operations under way, by a fixed limit or by one that follows the
 * store. Each backend that it wraps has its own permits.
 *
 * @throws TypeError, and StorageError `INVALID_ARGUMENT`, for options that cannot be.
 */
export function concurrency(options: ConcurrencyOptions = {}): Layer {
  const own = ownConcurrency(options)
  return defineLayer({
    name: 'concurrency',
    wrap: (inner) => wrapped(inner, own),
    insideOf: [
      {
        layer: 'retry',
        because: 'a call that pauses between its attempts would hold its permit all the while',
      },
    ],
    outsideOf: [
      {
        layer: 'timeout',
        because: 'the wait for a permit would count as time that the store took',
      },
    ],
  })
}

/** Health has to answer when all is full, and presigning asks no store. */
const free: ReadonlySet<string> = new Set(['health', 'presign'])

function wrapped(inner: StorageBackend, own: OwnConcurrency): StorageBackend {
  const { adaptive, max, queueMax, waitMsMax, clock } = own
  const limit = adaptive === undefined ? fixedLimit(max) : new GradientLimit(adaptive)
  const permits = new Permits({ queueMax, waitMsMax, clock, limit: () => limit.now })
  const around: Around = async (call, run) => {
    // What is closed is told by the backend.
    if (free.has(call.operation) || permits.isClosed) return run()
    const { operation, key } = call
    const wait = permits.enter(call.options?.signal, { backend: inner.name, operation, key })
    // Not awaited without need: a free permit costs no turn.
    if (wait !== undefined) await wait
    return withPermit(call, run, limit, permits, clock)
  }
  const onClose = (): void => permits.close({ backend: inner.name })
  const outer = aroundCalls(inner, around, { onClose })
  tellState(outer, { state: () => stateOf(limit, permits) })
  return outer
}

async function withPermit<T>(
  call: LayerCall,
  run: () => Promise<T>,
  limit: Limit,
  permits: Permits,
  clock: Clock,
): Promise<T> {
  const startedMs = clock.monotonicMs()
  const mark = limit.begin(call, permits.underWay)
  let end: CallEnd = 'answered'
  try {
    return await run()
  } catch (error) {
    end = endOf(error)
    throw error
  } finally {
    if (mark !== undefined) limit.end(mark, end)
    permits.leave(clock.monotonicMs() - startedMs)
  }
}

function endOf(error: unknown): CallEnd {
  if (!isStorageError(error)) return 'unknown'
  // A layer inside refused: the store has not seen it.
  if (error.isUnsent) return 'unknown'
  switch (error.code) {
    case 'TIMEOUT':
    case 'RATE_LIMITED':
    case 'UNAVAILABLE':
      return 'overloaded'
    case 'NOT_FOUND':
    case 'ALREADY_EXISTS':
    case 'PRECONDITION_FAILED':
    case 'NOT_MODIFIED':
      return 'answered'
    default:
      return 'unknown'
  }
}

function stateOf(limit: Limit, permits: Permits): LayerState {
  const { underWay, waiting, rejected, isFull } = permits
  const text = `${underWay} of ${limit.now} operations under way, ${waiting} waiting`
  return {
    ok: !isFull,
    message: isFull ? `${text}: more are refused until some have ended` : text,
    details: { limit: limit.now, underWay, waiting, rejected, ...limit.details },
  }
}
