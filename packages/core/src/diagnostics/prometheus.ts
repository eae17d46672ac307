/**
 * Snapshots in the text format of Prometheus, version 0.0.4: what a scrape of `/metrics` gets.
 *
 * ```
 * # HELP aos_storage_faults_total Calls that the store failed.
 * # TYPE aos_storage_faults_total counter
 * aos_storage_faults_total{store="primary",operation="read"} 3
 * ```
 *
 * Seconds and bytes, as the naming rules of Prometheus have it. All samples of one name stand
 * together, which is why several stores are formatted at once.
 */
import type { DurationSummary } from './durations.ts'
import type { CircuitState } from './layer-channels.ts'
import type { MeterSnapshot, OperationReading } from './meter.ts'
import type { MeterReading } from './operation-meter.ts'

/** The content type of {@link formatPrometheus}'s text. */
export const prometheusContentType = 'text/plain; version=0.0.4; charset=utf-8'

type Labels = Readonly<Record<string, string>>

/** One line: labels and value, and what stands behind the family's name. */
interface Sample {
  readonly suffix?: string
  readonly labels: Labels
  readonly value: number
}

interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samplesOf: (snapshot: MeterSnapshot) => readonly Sample[]
}

/**
 * The snapshots as one text, with the labels `store` and `operation`.
 *
 * @throws TypeError for two stores of one name: their series could not be told apart.
 */
export function formatPrometheus(snapshots: MeterSnapshot | readonly MeterSnapshot[]): string {
  const stores = 'name' in snapshots ? [snapshots] : snapshots
  const names = new Set(stores.map(({ name }) => name))
  if (names.size < stores.length) {
    throw new TypeError("Two meters have the same name; give each its own: metrics({ name: 'b' })")
  }
  const lines: string[] = []
  for (const family of families) {
    const samples = stores.flatMap((snapshot) =>
      family.samplesOf(snapshot).map((sample) => sampleLine(family, snapshot.name, sample)),
    )
    if (samples.length === 0) continue
    const name = `aos_storage_${family.name}`
    lines.push(`# HELP ${name} ${family.help}`, `# TYPE ${name} ${family.type}`, ...samples)
  }
  return lines.map((line) => `${line}\n`).join('')
}

function sampleLine(
  { name }: Family,
  store: string,
  { suffix = '', labels, value }: Sample,
): string {
  const pairs = Object.entries({ store, ...labels })
  const text = pairs.map(([label, given]) => `${label}="${escaped(given)}"`).join(',')
  return `aos_storage_${name}${suffix}{${text}} ${numeral(value)}`
}

function numeral(value: number): string {
  if (Math.abs(value) !== Infinity) return String(value)
  return value > 0 ? '+Inf' : '-Inf'
}

/** Backslash, quote and line feed are all that the format escapes in the value of a label. */
function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

/** One sample for each operation. */
function each(
  value: (reading: OperationReading) => number,
): (snapshot: MeterSnapshot) => readonly Sample[] {
  return ({ operations }) =>
    operations.map((reading) => ({
      labels: { operation: reading.operation },
      value: value(reading),
    }))
}

function histogram(
  durations: (reading: OperationReading) => DurationSummary | undefined,
): (snapshot: MeterSnapshot) => readonly Sample[] {
  return ({ operations }) =>
    operations.flatMap((reading) => {
      const summary = durations(reading)
      if (summary === undefined) return []
      const { operation } = reading
      const { buckets, count, sumMs } = summary
      const bounded = buckets.map((bucket) => ({
        suffix: '_bucket',
        labels: { operation, le: String(bucket.leMs / 1000) },
        value: bucket.count,
      }))
      return [
        ...bounded,
        { suffix: '_bucket', labels: { operation, le: '+Inf' }, value: count },
        { suffix: '_sum', labels: { operation }, value: sumMs / 1000 },
        { suffix: '_count', labels: { operation }, value: count },
      ]
    })
}

/** `OK` is what did not fail. */
function outcomes({ operations }: MeterSnapshot): Sample[] {
  return operations.flatMap(({ operation, calls, errors }) => {
    const failed = Object.values(errors).reduce((sum, count) => sum + count, 0)
    const all = Object.entries({ OK: calls - failed, ...errors })
    return all.map(([outcome, value]) => ({ labels: { operation, outcome }, value }))
  })
}

/** Most operations have none. */
function hasBodies({ bodies: { openMax, consumed, cancelled, errors } }: MeterReading): boolean {
  return openMax + consumed + cancelled + Object.keys(errors).length > 0
}

function bodies({ operations }: MeterSnapshot): Sample[] {
  return operations.filter(hasBodies).flatMap((reading) => {
    const { consumed, cancelled, errors } = reading.bodies
    const all = Object.entries({ consumed, cancelled, ...errors })
    return all.map(([end, value]) => ({ labels: { operation: reading.operation, end }, value }))
  })
}

function openBodies({ operations }: MeterSnapshot): Sample[] {
  return operations.filter(hasBodies).map(({ operation, bodies: { open } }) => ({
    labels: { operation },
    value: open,
  }))
}

const circuitStates: readonly CircuitState[] = ['closed', 'half-open', 'open']

function circuits({ circuit }: MeterSnapshot): Sample[] {
  if (circuit === undefined) return []
  return circuitStates.map((state) => ({ labels: { state }, value: state === circuit ? 1 : 0 }))
}

function layerNumbers({ layers }: MeterSnapshot): Sample[] {
  return layers.flatMap(({ name, place, details }) =>
    Object.entries(details)
      .filter((detail): detail is [string, number] => typeof detail[1] === 'number')
      .map(([detail, value]) => ({ labels: { layer: name, place, detail }, value })),
  )
}

const families: readonly Family[] = [
  {
    name: 'operation_duration_seconds',
    type: 'histogram',
    help: 'Duration of calls, well or not; of a read until its body was opened.',
    samplesOf: histogram(({ latency }) => latency),
  },
  {
    name: 'operations_total',
    type: 'counter',
    help: 'Calls that are over, by outcome.',
    samplesOf: outcomes,
  },
  {
    name: 'operations_in_flight',
    type: 'gauge',
    help: 'Calls under way.',
    samplesOf: each(({ inFlight }) => inFlight),
  },
  {
    name: 'operations_in_flight_max',
    type: 'gauge',
    help: 'Most calls that were under way at once.',
    samplesOf: each(({ inFlightMax }) => inFlightMax),
  },
  {
    name: 'answered_total',
    type: 'counter',
    help: 'Calls that the store answered, also by saying that there is no such object.',
    samplesOf: each(({ answered }) => answered),
  },
  {
    name: 'faults_total',
    type: 'counter',
    help: 'Calls that the store failed.',
    samplesOf: each(({ faults }) => faults),
  },
  {
    name: 'read_bytes_total',
    type: 'counter',
    help: 'Bytes of bodies that were read.',
    samplesOf: each(({ bytesRead }) => bytesRead),
  },
  {
    name: 'written_bytes_total',
    type: 'counter',
    help: 'Bytes of bodies that were stored.',
    samplesOf: each(({ bytesWritten }) => bytesWritten),
  },
  {
    name: 'body_duration_seconds',
    type: 'histogram',
    help: 'Time from the call to the last byte of bodies that came as streams.',
    samplesOf: histogram((reading) =>
      hasBodies(reading) ? reading.bodies.untilConsumed : undefined,
    ),
  },
  {
    name: 'bodies_total',
    type: 'counter',
    help: 'Bodies that came as streams and are over, by how they ended.',
    samplesOf: bodies,
  },
  {
    name: 'bodies_open',
    type: 'gauge',
    help: 'Bodies that came as streams and are still read.',
    samplesOf: openBodies,
  },
  {
    name: 'retries_total',
    type: 'counter',
    help: 'Retries by the layers inside.',
    samplesOf: ({ retries }) => (retries === undefined ? [] : [{ labels: {}, value: retries }]),
  },
  {
    name: 'circuit_state',
    type: 'gauge',
    help: 'The worst of the circuits inside: 1 for the state that it is in.',
    samplesOf: circuits,
  },
  {
    name: 'layer_ok',
    type: 'gauge',
    help: '0 for a layer that holds operations up.',
    samplesOf: ({ layers }) =>
      layers.map(({ name, place, ok }) => ({ labels: { layer: name, place }, value: ok ? 1 : 0 })),
  },
  {
    name: 'layer_number',
    type: 'gauge',
    help: 'Numbers that the layers inside tell, such as the length of a queue.',
    samplesOf: layerNumbers,
  },
]
