/** A queue on a virtual clock, and what consumes it. */
import {
  type ConsumeFault,
  type ConsumeOptions,
  type ConsumeSummary,
  MemoryQueueBackend,
  type MessageHandler,
  type QueueBackend,
  QueueStore,
} from '../../../src/index.ts'
import { seededRandom, type VirtualClock, virtualClock } from '../../../src/testing/index.ts'
import { wrapped } from './wrapped.ts'

/** The queue "orders" in memory, its clock, and a log of the calls that its backend got. */
export interface Bench {
  readonly clock: VirtualClock
  readonly store: QueueStore
  readonly backend: QueueBackend
  /** Methods that were called, with the time in ms at which they were. */
  readonly calls: { readonly method: string; readonly atMs: number }[]
  /** Consumes until `stop` is called; faults are gathered. */
  readonly consume: (handler: MessageHandler, options?: ConsumeOptions) => Consuming
}

/** A call of `consume` that runs. */
interface Consuming {
  readonly faults: (ConsumeFault & { readonly error: unknown })[]
  readonly done: Promise<ConsumeSummary>
  readonly isDone: boolean
  stop(): void
}

/** @param change Methods of the backend that are of another kind. */
export async function bench(
  change: (inner: QueueBackend, clock: VirtualClock) => Partial<QueueBackend> = () => ({}),
): Promise<Bench> {
  const clock = virtualClock()
  const calls: { method: string; atMs: number }[] = []
  const memory: QueueBackend = new MemoryQueueBackend({ clock })
  const logged = wrapped(memory, (inner) =>
    Object.fromEntries(
      (['send', 'receive', 'update', 'delete'] as const).map((method) => [
        method,
        (...call: unknown[]) => {
          calls.push({ method, atMs: clock.monotonicMs() })
          return Reflect.apply(inner[method], inner, call) as unknown
        },
      ]),
    ),
  )
  const backend = wrapped(logged, (inner) => change(inner, clock))
  const store = new QueueStore(backend, { clock, random: seededRandom(1) })
  await store.createQueue('orders')
  return {
    ...{ clock, store, backend, calls },
    consume(handler, options = {}) {
      const controller = new AbortController()
      const faults: Consuming['faults'] = []
      const onError = (error: unknown, fault: ConsumeFault): void => {
        faults.push({ ...fault, error })
      }
      const { signal } = controller
      const done = store.consume('orders', handler, { signal, onError, ...options })
      const consuming = { faults, done, isDone: false, stop: () => controller.abort() }
      const over = (): void => {
        consuming.isDone = true
      }
      done.then(over, over)
      return consuming
    },
  }
}

/** Something that a test waits for, or lets go. */
export function gate<T = void>(): {
  readonly opened: Promise<T>
  readonly open: (value: T) => void
} {
  const { promise, resolve } = Promise.withResolvers<T>()
  return { opened: promise, open: resolve }
}
