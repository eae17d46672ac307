/** One line of progress, as wide as the terminal. */
import { formatBytes, formatSeconds } from './amounts.ts'

export interface ProgressState {
  /** What is done, for instance `objects`. */
  readonly noun: string
  readonly objects: number
  readonly bytes: number
  /** Undefined while they are not known. */
  readonly objectsTotal: number | undefined
  readonly bytesTotal: number | undefined
  readonly bytesPerSecond: number
  readonly objectsPerSecond: number
  readonly secondsLeft: number | undefined
}

const barCells = 20

/** The parts that fit, the most telling first. Never wider than `columns`. */
export function progressLine(state: ProgressState, columns: number): string {
  const { noun, bytes, objects, bytesTotal, objectsTotal, secondsLeft } = state
  const fraction = fractionOf(state)
  const count = (value: number): string => value.toLocaleString('en-US')
  const of = (total: number | undefined, format: (amount: number) => string): string =>
    total === undefined ? '' : ` of ${format(total)}`
  const parts = [
    ...(fraction === undefined ? [] : [`${bar(fraction)} ${percent(fraction)}`]),
    `${count(objects)}${of(objectsTotal, count)} ${noun}`,
    ...(bytes === 0 && bytesTotal === undefined
      ? []
      : [`${formatBytes(bytes)}${of(bytesTotal, formatBytes)}`]),
    ...rates(state),
    ...(secondsLeft === undefined ? [] : [`${formatSeconds(secondsLeft)} left`]),
  ]
  let line = ''
  for (const part of parts) {
    const longer = line === '' ? part : `${line}  ${part}`
    // The last column stays free: some terminals wrap when it is written.
    if (longer.length >= columns) continue
    line = longer
  }
  return line
}

/** Of bytes where there are any, for one large object says more than a thousand small ones. */
function fractionOf(state: ProgressState): number | undefined {
  const { bytes, bytesTotal, objects, objectsTotal } = state
  if (bytesTotal !== undefined && bytesTotal > 0) return Math.min(1, bytes / bytesTotal)
  if (objectsTotal !== undefined && objectsTotal > 0) return Math.min(1, objects / objectsTotal)
  return undefined
}

function rates({ bytesPerSecond, objectsPerSecond }: ProgressState): string[] {
  if (bytesPerSecond > 0) return [`${formatBytes(bytesPerSecond)}/s`]
  return objectsPerSecond > 0 ? [`${objectsPerSecond.toFixed(0)}/s`] : []
}

function bar(fraction: number): string {
  const full = Math.floor(fraction * barCells)
  return `[${'#'.repeat(full)}${'-'.repeat(barCells - full)}]`
}

function percent(fraction: number): string {
  // 100 only when it is done.
  return `${Math.floor(fraction * 100)}%`.padStart(4)
}
