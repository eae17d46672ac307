/**
 * Answers of JSON lines, made one by one as the client takes them.
 *
 * Invariant: one line in memory at a time; a client that goes away fires the signal and ends the
 * generator.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Context } from 'hono'
import { toldProblem } from '../../../server/told-problem.ts'
import type { ErrorLine } from './wire.ts'

/**
 * Streams what `produce` yields. What it throws before its first line is thrown here, so that the
 * answer has a status of its own; what it throws later is told as a line.
 */
export async function ndjson<T extends object>(
  context: Context,
  produce: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): Promise<Response> {
  const gone = new AbortController()
  const lines = produce(AbortSignal.any([context.req.raw.signal, gone.signal]))
  let waiting: IteratorResult<T, void> | undefined = await lines.next()
  // A stream is pulled by whoever reads it: the action that it belongs to would be lost.
  const inAction = AsyncLocalStorage.snapshot()
  const encoder = new TextEncoder()
  const encode = (line: T | ErrorLine): Uint8Array => encoder.encode(`${JSON.stringify(line)}\n`)
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = waiting ?? (await inAction(() => lines.next()))
          waiting = undefined
          if (next.done === true) controller.close()
          else controller.enqueue(encode(next.value))
        } catch (error) {
          if (gone.signal.aborted) return
          controller.enqueue(encode({ error: toldProblem(error) }))
          controller.close()
        }
      },
      cancel() {
        gone.abort()
        // Not awaited: a generator that waits for something answers when that is over.
        lines.return().catch(() => undefined)
      },
    },
    { highWaterMark: 0 },
  )
  context.header('content-type', 'application/x-ndjson; charset=utf-8')
  context.header('cache-control', 'no-store')
  return context.body(body)
}
