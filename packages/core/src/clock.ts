/**
 * Time, injected: what needs a clock or a timer takes a {@link Clock}, so that tests turn the hands
 * (`virtualClock` in `@aos-storage/core/testing`).
 */

/** A source of time and of pauses. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC, whole. May step when the host's clock is set. */
  now(): number
  /** Milliseconds with fractions since some start; never goes backwards. For durations. */
  monotonicMs(): number
  /** Resolves after `delayMs`; rejects with the signal's reason when it fires first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>
}

/** The host's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error)
        return
      }
      const onAbort = (): void => {
        clearTimeout(timer)
        reject(signal?.reason as Error)
      }
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort)
        resolve()
      }, delayMs)
      signal?.addEventListener('abort', onAbort, { once: true })
    }),
}
