import type { ReactNode } from 'react'
import { countText, durationText } from '../../../web/amounts.ts'
import { Chart, type Series } from '../../../web/charts/chart.tsx'
import type { MeterSecond, Second } from '../server/wire.ts'

type Place = 'program' | 'store'

interface PlaceSeries {
  readonly throughput: readonly Series<Second>[]
  readonly latency: readonly Series<Second>[]
}

/** Nothing is shorter on a logarithmic scale. */
const shortestMs = 0.001

function seriesOf(place: Place): PlaceSeries {
  const latency = (value: (meter: MeterSecond) => number) => (second: Second) => {
    const meter = second[place]
    return meter.answered + meter.failed === 0 ? null : Math.max(value(meter), shortestMs)
  }
  return {
    throughput: [
      {
        ...{ name: 'answered', colour: 'main', isFilled: true },
        valueOf: (second) => second[place].answered,
      },
      { name: 'failed', colour: 'failure', valueOf: (second) => second[place].failed },
    ],
    latency: [
      { name: 'p50', colour: 'main', valueOf: latency(({ p50Ms }) => p50Ms) },
      { name: 'p95', colour: 'second', dash: [6, 3], valueOf: latency(({ p95Ms }) => p95Ms) },
      { name: 'p99', colour: 'third', dash: [2, 3], valueOf: latency(({ p99Ms }) => p99Ms) },
    ],
  }
}

/** Made once: a chart is drawn anew for other lines. */
const series: Readonly<Record<Place, PlaceSeries>> = {
  program: seriesOf('program'),
  store: seriesOf('store'),
}

/** Throughput and latency at one place of the stack; all charts of the page share a cursor. */
export default function LabCharts({
  place,
  seconds,
}: {
  readonly place: Place
  readonly seconds: readonly Second[]
}): ReactNode {
  const { throughput, latency } = series[place]
  const shared = { order: 4, points: seconds, cursorKey: 'operations' } as const
  return (
    <>
      <Chart
        {...shared}
        title="Calls per second"
        unit="count"
        format={countText}
        series={throughput}
      />
      <Chart {...shared} title="Latency" unit="ms" format={durationText} series={latency} />
    </>
  )
}
