/** The last ten minutes, a pulse a second. Pure. */
import type { Pulse } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import { secondText } from '../../../web/charts/moments.ts'

const shownMs = 600_000

/** Those of the ten minutes before the newest, oldest first; what two lists have is there once. */
export function lastMinutes(...lists: readonly (readonly Pulse[])[]): readonly Pulse[] {
  const byMoment = new Map(lists.flat().map((pulse) => [pulse.at, pulse]))
  const known = [...byMoment.values()].toSorted((a, b) => a.at - b.at)
  const newest = known.at(-1)?.at ?? 0
  return known.filter(({ at }) => at > newest - shownMs)
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
