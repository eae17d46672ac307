/** Waiting for nothing to happen. */
import type { Clock } from '@aos-storage/core'

/**
 * Resolves when nothing was active for `idleMs`. One timer at a time, however often it is active.
 *
 * @param activeMs When it was last active, by the monotonic clock.
 * @throws the signal's reason when it fires first.
 */
export async function whenIdle(
  clock: Clock,
  idleMs: number,
  activeMs: () => number,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const leftMs = activeMs() + idleMs - clock.monotonicMs()
    if (leftMs <= 0) return
    await clock.sleep(leftMs, signal)
  }
}
