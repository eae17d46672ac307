/** A limit to how long a check waits. */
import type { Clock } from '@aos-storage/core'
import { CommandFailure } from '../failure.ts'
import { exitCodes } from '../exit-codes.ts'

/** @throws CommandFailure after `limitMs`; the work is told by its signal, and not waited for. */
export async function within<T>(
  { clock, limitMs, signal }: { clock: Clock; limitMs: number; signal: AbortSignal },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController()
  const done = new AbortController()
  const timeout = clock.sleep(limitMs, AbortSignal.any([done.signal, signal])).then((): never => {
    late.abort(new Error('it took too long'))
    throw new CommandFailure(exitCodes.failed, `There was no answer within ${limitMs / 1000} s`)
  })
  const result = work(AbortSignal.any([late.signal, signal]))
  // Whichever comes second has nobody to tell.
  result.catch(() => undefined)
  timeout.catch(() => undefined)
  try {
    return await Promise.race([result, timeout])
  } finally {
    done.abort(new Error('done'))
  }
}
