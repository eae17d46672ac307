/** What the page knows of the lab, put together from answers and from what is told. Pure. */
import type { LabState, MeterTotals, Second, Totals, WholeLab } from '../server/wire.ts'
import { countText } from '../../../web/amounts.ts'

const keptSecondsMax = 300

/** The newest state of all that were heard of; of two the one of the higher revision. */
export function newer(known: LabState | undefined, heard: LabState): LabState {
  return known === undefined || heard.revision > known.revision ? heard : known
}

/** Both lists of seconds, each second once, oldest first. */
export function withSeconds(known: readonly Second[], more: readonly Second[]): readonly Second[] {
  const byMoment = new Map([...known, ...more].map((second) => [second.at, second]))
  return [...byMoment.values()].toSorted((a, b) => a.at - b.at).slice(-keptSecondsMax)
}

/** The lab with one more thing heard of it. */
export function withNews(
  known: WholeLab | undefined,
  state: LabState,
  seconds: readonly Second[],
): WholeLab {
  return {
    state: newer(known?.state, state),
    seconds: withSeconds(known?.seconds ?? [], seconds),
  }
}

/** `99.95 %`: never 100 % where anything failed. */
export function percentText(share: number | undefined): string {
  if (share === undefined) return '–'
  if (share === 1) return '100 %'
  return `${(Math.floor(share * 10_000) / 100).toFixed(2)} %`
}

/** What the layers made of it, in words: for those who see no charts, and for all others. */
export function summaryOf({ program, store, damaged, leftOut }: Totals): string {
  if (program.answered + program.failed === 0) return 'No calls since the last change.'
  return [
    `Your program made ${callsText(program)}; the store had ${callsText(store)}.`,
    ...(damaged === 0 ? [] : [`${countText(damaged)} bodies were not whole, and nobody said so.`]),
    ...(leftOut === 0
      ? []
      : [`${countText(leftOut)} steps found no room: the calls before them took too long.`]),
  ].join(' ')
}

function callsText({ answered, failed }: MeterTotals): string {
  const all = answered + failed
  const failures = failed === 0 ? 'none failed' : `${countText(failed)} failed`
  return `${countText(all)} ${all === 1 ? 'call' : 'calls'}, ${failures}`
}
