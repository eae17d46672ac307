/** Waiting for a server that does not answer. */
import { onLive } from '../../../../../web/live.ts'

const firstMs = 500
const longestMs = 15_000

/** `0` -> about 0.5 s, doubled each time up to 15 s; spread, so that not all ask at once. */
export function backoffMs(failures: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** failures)
  return full * (0.5 + Math.random() / 2)
}

/**
 * Resolves after the time, or as soon as the live feed says that the server is back.
 *
 * @throws the signal's reason when it fires.
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onAbort = (): void => reject(signal.reason as Error)
  const timer = setTimeout(resolve, ms)
  const unlisten = onLive('hello', () => resolve())
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort)
  return promise.finally(() => {
    clearTimeout(timer)
    unlisten()
    signal.removeEventListener('abort', onAbort)
  })
}
