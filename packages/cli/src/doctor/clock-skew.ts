/** The server's clock beside this host's: requests are signed by it, and refused when it is off. */
import type { Clock } from '@aos-storage/core'
import { type Check, fail, ok, skipped, warn } from './check.ts'

/** Amazon refuses requests that are further off; Azure as well. */
const refusedMs = 15 * 60_000
const doubtfulMs = 60_000

const name = 'clock'

/**
 * Asks for no object and with no credentials: any answer has the time, a refusal too.
 *
 * @param endpoint Undefined where nothing is asked, as for files.
 */
export async function clockCheck(
  endpoint: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<Check> {
  if (endpoint === undefined) return skipped(name, 'There is no server whose clock matters')
  let date: string | null
  const sentMs = clock.now()
  try {
    const answer = await fetch(endpoint, { method: 'HEAD', redirect: 'manual', signal })
    date = answer.headers.get('date')
  } catch {
    return skipped(name, 'The server did not tell its time')
  }
  const toldMs = Date.parse(date ?? '')
  if (Number.isNaN(toldMs)) return skipped(name, 'The server did not tell its time')
  // The header has whole seconds, and was written between sending and answer.
  return skewCheck(toldMs - (sentMs + clock.now()) / 2)
}

export function skewCheck(skewMs: number): Check {
  const seconds = Math.round(Math.abs(skewMs) / 1000)
  const side = skewMs < 0 ? 'behind' : 'ahead of'
  const told =
    seconds <= 1
      ? "The server's clock and this host's agree"
      : `The server's clock is ${seconds} s ${side} this host's`
  const fix = 'Set the clock of this host, or have it kept by NTP'
  if (Math.abs(skewMs) >= refusedMs) return fail(name, `${told}; requests are refused`, fix)
  if (Math.abs(skewMs) >= doubtfulMs) return warn(name, told, fix)
  return ok(name, told)
}
