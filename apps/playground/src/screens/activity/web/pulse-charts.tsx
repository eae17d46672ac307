import type { ReactNode } from 'react'
import type { Pulse } from '../../../server/operations.ts'
import { bytesText, countText, durationText } from '../../../web/amounts.ts'
import type { Unit } from '../../../web/charts/chart-options.ts'
import { Chart, type Series } from '../../../web/charts/chart.tsx'

interface ChartParts {
  readonly title: string
  readonly series: readonly Series<Pulse>[]
  readonly format: (value: number) => string
  readonly unit: Unit
}

const charts: readonly ChartParts[] = [
  {
    title: 'Operations per second',
    unit: 'count',
    format: (value) => countText(Math.round(value * 10) / 10),
    series: [
      { name: 'all', colour: 'main', isFilled: true, valueOf: ({ count }) => count },
      { name: 'failed', colour: 'failure', valueOf: ({ failures }) => failures },
    ],
  },
  {
    title: 'Bytes per second',
    format: bytesText,
    unit: 'bytes',
    series: [
      {
        name: 'read, written, copied',
        colour: 'main',
        isFilled: true,
        valueOf: ({ bytes }) => bytes,
      },
    ],
  },
  {
    title: 'Latency',
    unit: 'ms',
    format: durationText,
    series: [
      { name: 'p50', colour: 'main', valueOf: latency(({ p50Ms }) => p50Ms) },
      { name: 'p95', colour: 'second', dash: [6, 3], valueOf: latency(({ p95Ms }) => p95Ms) },
      { name: 'max', colour: 'third', dash: [2, 3], valueOf: latency(({ maxMs }) => maxMs) },
    ],
  },
]

/** Nothing is shorter on a logarithmic scale. */
const shortestMs = 0.001

/** A second without operations has no latency. */
function latency(value: (pulse: Pulse) => number): (pulse: Pulse) => number | null {
  return (pulse) => (pulse.count === 0 ? null : Math.max(value(pulse), shortestMs))
}

/** Throughput and latency of the last ten minutes, with one cursor for all. */
export default function PulseCharts({ pulses }: { readonly pulses: readonly Pulse[] }): ReactNode {
  return charts.map((parts) => (
    <Chart key={parts.title} {...parts} points={pulses} cursorKey="activity" />
  ))
}
