/**
 * Answers of JSON lines: what a piece of work tells while it runs, and its result.
 *
 * Invariant: the work is told by the signal when nobody reads any more, and it cannot run ahead of
 * a slow reader when it awaits what it tells.
 */
import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import { toldProblem } from '../../../server/told-problem.ts'
import type { Line } from './wire.ts'

/** Work that tells its progress, and gives its result. */
export type Work<Progress, Result> = (
  tell: (progress: Progress) => Promise<void>,
  signal: AbortSignal,
) => Promise<Result>

/** Runs `work`; its progress, then its result or its failure, are the lines of the answer. */
export function lines<Progress, Result>(context: Context, work: Work<Progress, Result>): Response {
  const gone = new AbortController()
  const signal = AbortSignal.any([context.req.raw.signal, gone.signal])
  context.header('content-type', 'application/x-ndjson; charset=utf-8')
  context.header('cache-control', 'no-store')
  return stream(context, async (answer) => {
    answer.onAbort(() => gone.abort())
    const write = async (line: Line<Progress, Result>): Promise<void> => {
      await answer.writeln(JSON.stringify(line))
    }
    try {
      const result = await work((progress) => write({ progress }), signal)
      await write({ result })
    } catch (error) {
      await write({ error: toldProblem(error) })
    }
  })
}
