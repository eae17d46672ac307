/** The last ten minutes, a pulse a second. Pure. */
import type { Pulse } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { secondText } from './operation-text.ts'

/** Ten minutes. */
export const pulsesMax = 600

/** The pulses with one that came, unless it is known already. */
export function withPulse(pulses: readonly Pulse[], pulse: Pulse): readonly Pulse[] {
  if (pulse.at <= (pulses.at(-1)?.at ?? 0)) return pulses
  return [...pulses, pulse].slice(-pulsesMax)
}

/** The last ten minutes in words. */
export function summaryOf(pulses: readonly Pulse[]): string {
  const count = sum(pulses, (pulse) => pulse.count)
  if (count === 0) return 'No operation in the last 10 minutes.'
  const failures = sum(pulses, (pulse) => pulse.failures)
  const bytes = sum(pulses, (pulse) => pulse.bytes)
  const busiest = pulses.reduce((a, b) => (b.count > a.count ? b : a))
  const slowestMs = Math.max(...pulses.map(({ maxMs }) => maxMs))
  return (
    `In the last 10 minutes: ${countText(count)} ${count === 1 ? 'operation' : 'operations'}, ` +
    `${failures === 0 ? 'none' : countText(failures)} of them failed; ${bytesText(bytes)}. ` +
    `Most in a second: ${countText(busiest.count)}, at ${secondText(busiest.at)}. ` +
    `Slowest: ${durationText(slowestMs)}.`
  )
}

function sum(pulses: readonly Pulse[], amount: (pulse: Pulse) => number): number {
  return pulses.reduce((total, pulse) => total + amount(pulse), 0)
}
