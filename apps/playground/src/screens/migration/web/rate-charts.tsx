import type { ReactNode } from 'react'
import { bytesText, countText } from '../../../web/amounts.ts'
import { Chart, type Series } from '../../../web/charts/chart.tsx'
import type { Second } from '../server/wire.ts'

/** Made once: a chart is drawn anew for other lines. */
const objects: readonly Series<Second>[] = [
  { name: 'objects', colour: 'main', isFilled: true, valueOf: (second) => second.objects },
]
const bytes: readonly Series<Second>[] = [
  { name: 'bytes', colour: 'second', isFilled: true, valueOf: (second) => second.bytes },
]

/** How fast it was, second by second. */
export default function RateCharts({
  seconds,
}: {
  readonly seconds: readonly Second[]
}): ReactNode {
  const shared = { order: 4, points: seconds, cursorKey: 'migration' } as const
  return (
    <>
      <Chart
        {...shared}
        title="Objects per second"
        unit="count"
        format={countText}
        series={objects}
      />
      <Chart {...shared} title="Bytes per second" unit="bytes" format={bytesText} series={bytes} />
    </>
  )
}
