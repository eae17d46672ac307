/**
 * Tracing channels (`node:diagnostics_channel`), one per operation of a backend, named
 * `aos-storage:read`, `aos-storage:write` and so on; `aos-storage:tables.get` and
 * `aos-storage:queues.send` for those of tables and queues.
 *
 * Invariant: a context never holds credentials, values or error messages (which quote keys), and
 * keys only when the manager was made with `diagnostics: { keys: true }`. When nobody listens an
 * operation costs one look at a boolean.
 */
import { tracingChannel, type TracingChannel } from 'node:diagnostics_channel'
import type { ObjectInfo, ReadResult } from '../backend.ts'
import type { Clock } from '../clock.ts'
import { type OperationOutcome, outcomeOf } from './outcomes.ts'

export type { OperationOutcome } from './outcomes.ts'

/** Those of a `StorageBackend`. */
const objectOperations = [
  'read',
  'write',
  'stat',
  'delete',
  'list',
  'copy',
  'deleteMany',
  'health',
] as const

/** Those of a `TableBackend`. */
const tableOperations = [
  'tables.createTable',
  'tables.deleteTable',
  'tables.listTables',
  'tables.get',
  'tables.query',
  'tables.change',
  'tables.transact',
  'tables.health',
] as const

/** Those of a `QueueBackend`. */
const queueOperations = [
  'queues.createQueue',
  'queues.deleteQueue',
  'queues.listQueues',
  'queues.send',
  'queues.receive',
  'queues.peek',
  'queues.update',
  'queues.delete',
  'queues.length',
  'queues.clear',
  'queues.health',
] as const

/** The operations that have a channel: of objects, of tables, of queues. */
export const tracedOperations: readonly [
  ...typeof objectOperations,
  ...typeof tableOperations,
  ...typeof queueOperations,
] = [...objectOperations, ...tableOperations, ...queueOperations]

/** One of {@link tracedOperations}. */
export type TracedOperation = (typeof tracedOperations)[number]

/**
 * What subscribers get. The same object from `start` to `asyncEnd`: a subscriber may keep a span or
 * the like in a `WeakMap` under it.
 */
export interface OperationContext {
  readonly operation: TracedOperation
  /** The backend's name, for instance `file`. */
  readonly backend: string
  /**
   * Only with `diagnostics: { keys: true }`; of a copy the source's, of a listing its prefix. Of
   * tables and queues: the name of the table or queue.
   */
  readonly key?: string | undefined
  /**
   * Bytes of body that were opened or written; at the end, and only for read, write, copy, and what
   * moves messages.
   */
  bytes?: number | undefined
  /** At the end. Of a read: until the body was opened, not until it was consumed. */
  durationMs?: number | undefined
  /** At the end. */
  outcome?: OperationOutcome | undefined
  /**
   * A subscriber of `start` may set it, to have the call made inside of something of its own: the
   * context of a tracer, which need not be an `AsyncLocalStorage` that could be bound. It calls
   * `call` once and gives what that gave. One that finds another's calls it inside of its own.
   */
  runInside?: RunInside | undefined
}

/** @see OperationContext.runInside */
export type RunInside = <T>(call: () => T) => T

type Channel = TracingChannel<OperationContext, OperationContext>

/** The channels by operation. Subscribe to `asyncEnd` for what is over, `start` for spans. */
export const operationChannels: Readonly<Record<TracedOperation, Channel>> = Object.fromEntries(
  tracedOperations.map((operation) => [
    operation,
    tracingChannel<OperationContext, OperationContext>(`aos-storage:${operation}`),
  ]),
) as Record<TracedOperation, Channel>

/**
 * Runs `call` between `start` and `asyncEnd` of the operation's channel, and completes the context.
 * For layers that publish what they do.
 *
 * @param bytesOf The bytes that the context tells. Default: those of an object's body.
 */
export async function traceOperation<T>(
  context: OperationContext,
  clock: Clock,
  call: () => Promise<T>,
  bytesOf: (result: T) => number | undefined = (result) => bodyBytes(context.operation, result),
): Promise<T> {
  const channel = operationChannels[context.operation]
  const startedMs = clock.monotonicMs()
  try {
    // runStores publishes `start` and binds AsyncLocalStorage, which carries the active span.
    const result = await startCall(channel, context, call)
    context.outcome = 'OK'
    context.bytes = bytesOf(result)
    return result
  } catch (error) {
    context.outcome = outcomeOf(error)
    throw error
  } finally {
    context.durationMs = clock.monotonicMs() - startedMs
    if (context.outcome !== 'OK') channel.error.publish(context)
    channel.asyncStart.publish(context)
    channel.asyncEnd.publish(context)
  }
}

/** `end` is published also when `call` throws at once. */
function startCall<T>(
  channel: Channel,
  context: OperationContext,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return channel.start.runStores(context, () => {
      // Looked at here: runStores published `start` just before.
      const { runInside } = context
      return runInside === undefined ? call() : runInside(call)
    })
  } finally {
    channel.end.publish(context)
  }
}

function bodyBytes(operation: TracedOperation, result: unknown): number | undefined {
  if (operation === 'read') {
    const { start, end } = result as ReadResult
    return end - start
  }
  return operation === 'write' || operation === 'copy' ? (result as ObjectInfo).size : undefined
}
