/** What situations, faults and layers are called, and what each does. */
import type { Bounds } from '../../../server/bounds.ts'
import { type faultBounds, layerBounds } from '../server/limits.ts'
import type { FaultSettings, LayerName, LayerSettings, PresetName } from '../server/wire.ts'

interface PresetWords {
  readonly title: string
  readonly purpose: string
}

export const presetWords: Readonly<Record<PresetName, PresetWords>> = {
  fine: { title: 'Everything fine', purpose: 'A store that answers. Layers cost next to nothing.' },
  flaky: {
    title: 'A flaky network',
    purpose:
      'Errors, lost answers, bodies that break off or end early. With retry and checksum the ' +
      'program sees next to none of it.',
  },
  overload: {
    title: 'An overloaded service',
    purpose:
      'Slow, and RATE_LIMITED now and then. Fewer calls at once, slower and in turn, and each is ' +
      'answered.',
  },
  outage: {
    title: 'An outage of 20 s',
    purpose:
      'Nothing answers. The circuit opens and spares the store; the fallback answers, and brings ' +
      'the writes back afterwards. Conditional writes fail: only the store itself can judge them.',
  },
}

/** An amount of a layer that can be turned. */
export interface LayerOption {
  readonly name: string
  readonly label: string
  readonly unit: string
  readonly bounds: Bounds
}

interface LayerWords {
  readonly purpose: string
  readonly options: readonly LayerOption[]
}

function ms(name: string, label: string, bounds: Bounds): LayerOption {
  return { name, label, unit: 'ms', bounds }
}

/** In the order of the stack, outermost first. */
export const layerWords: Readonly<Record<LayerName, LayerWords>> = {
  deadline: {
    purpose: 'No call takes longer, with all its attempts and pauses.',
    options: [ms('totalMs', 'Whole call', layerBounds.deadline.totalMs)],
  },
  fallback: { purpose: 'A second store answers while the first one is away.', options: [] },
  retry: {
    purpose: 'What failed and may succeed is tried again, after a random pause.',
    options: [
      { name: 'attemptsMax', label: 'Attempts', unit: '', bounds: layerBounds.retry.attemptsMax },
      ms('delayMs', 'Pause up to', layerBounds.retry.delayMs),
    ],
  },
  circuitBreaker: {
    purpose: 'While the store is in trouble calls fail at once, and it is left alone.',
    options: [
      {
        name: 'failurePercent',
        label: 'Opens at',
        unit: '% failures',
        bounds: layerBounds.circuitBreaker.failurePercent,
      },
      ms('openMs', 'Open for', layerBounds.circuitBreaker.openMs),
    ],
  },
  rateLimit: {
    purpose: 'Only so many calls a second; the others wait for their turn.',
    options: [
      {
        name: 'operationsPerSecond',
        label: 'Calls',
        unit: 'a second',
        bounds: layerBounds.rateLimit.operationsPerSecond,
      },
    ],
  },
  concurrency: {
    purpose: 'Only so many calls at once; the others wait for a permit.',
    options: [{ name: 'max', label: 'At once', unit: '', bounds: layerBounds.concurrency.max }],
  },
  timeout: {
    purpose: 'An attempt that takes longer is given up, and may be tried again.',
    options: [ms('attemptMs', 'Attempt', layerBounds.timeout.attemptMs)],
  },
  checksum: { purpose: 'A body that is not what was written is found out.', options: [] },
  compress: { purpose: 'Bodies are stored smaller, and still read in parts.', options: [] },
}

export const layerNames = Object.keys(layerWords) as readonly LayerName[]

/** The number of an option that can be turned. */
export function optionOf(settings: LayerSettings[LayerName], name: string): number {
  return (settings as unknown as Readonly<Record<string, number>>)[name] ?? 0
}

type FaultAmount = keyof typeof faultBounds

interface FaultWords {
  readonly name: Exclude<FaultAmount, 'outageSeconds'>
  readonly label: string
  readonly purpose: string
  readonly unit: '%' | 'ms'
}

export const faultWords: readonly FaultWords[] = [
  { name: 'latencyMs', label: 'Latency', purpose: 'Each call waits first', unit: 'ms' },
  { name: 'jitterMs', label: 'Jitter', purpose: 'Up to so much more', unit: 'ms' },
  { name: 'errorPercent', label: 'Errors', purpose: 'Refused as UNAVAILABLE', unit: '%' },
  { name: 'limitedPercent', label: 'Rate limited', purpose: 'Refused as RATE_LIMITED', unit: '%' },
  { name: 'lostPercent', label: 'Lost answers', purpose: 'Changed, but not told so', unit: '%' },
  { name: 'tornPercent', label: 'Torn writes', purpose: 'The body breaks off', unit: '%' },
  { name: 'shortPercent', label: 'Short reads', purpose: 'The body breaks off', unit: '%' },
  { name: 'silentPercent', label: 'Silent ends', purpose: 'Short, and nobody says so', unit: '%' },
]

/** Whether anything is injected. */
export function areFaultsOn(faults: FaultSettings): boolean {
  return faults.isOutage || faultWords.some(({ name }) => faults[name] > 0)
}
