/** One chart of pulses, by uPlot. */
import { Box, Group, Text, Title, useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import type { Pulse } from '../../../server/operations.ts'
import { type ChartColour, chartOptions, type Unit } from './chart-options.ts'
import { secondText } from './operation-text.ts'
import classes from './pulse-chart.module.css'
import { type Moment, withGaps } from './pulses.ts'
import './uplot.css'

/** A line of a chart. */
export interface Series {
  readonly name: string
  readonly colour: ChartColour
  /** Lines differ in more than their colour. */
  readonly dash?: readonly number[] | undefined
  readonly isFilled?: boolean | undefined
  /** Null where there is nothing to draw. */
  readonly valueOf: (pulse: Pulse) => number | null
}

export interface PulseChartProps {
  readonly title: string
  readonly series: readonly Series[]
  readonly format: (value: number) => string
  readonly unit: Unit
  readonly pulses: readonly Pulse[]
}

const heightPx = 140

export function PulseChart({ title, series, format, unit, pulses }: PulseChartProps): ReactNode {
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const [marked, setMarked] = useState<number>()
  const moments = useMemo(() => withGaps(pulses), [pulses])
  const setCurrentData = useEffectEvent((plot: uPlot) => plot.setData(dataOf(series, moments)))

  useEffect(() => {
    const element = place.current!
    const options = chartOptions({ series, format, unit, heightPx, onMark: setMarked }, element)
    const plot = new uPlot(options, undefined, element)
    chart.current = plot
    setCurrentData(plot)
    const resize = new ResizeObserver(() => {
      plot.setSize({ width: element.clientWidth, height: heightPx })
    })
    resize.observe(element)
    return () => {
      resize.disconnect()
      plot.destroy()
    }
    // Colours are drawn, not styled: another scheme is another chart.
  }, [series, format, unit, scheme])

  useEffect(() => chart.current?.setData(dataOf(series, moments)), [series, moments])

  const shown = (marked === undefined ? undefined : moments[marked]) ?? moments.at(-1)
  return (
    <Box component="figure" m={0} miw={0}>
      <Box component="figcaption">
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Title order={2} size="h6">
            {title}
          </Title>
          <Text size="xs" c="dimmed" className={`tabular ${classes['time']}`}>
            {shown === undefined ? '' : secondText(shown.at)}
          </Text>
        </Group>
        <Legend series={series} format={format} pulse={shown?.pulse} />
      </Box>
      <div ref={place} className={classes['plot']} aria-hidden />
    </Box>
  )
}

function Legend({
  series,
  format,
  pulse,
}: Pick<PulseChartProps, 'series' | 'format'> & { readonly pulse: Pulse | undefined }): ReactNode {
  return (
    <ul className={classes['legend']}>
      {series.map(({ name, colour, dash, valueOf }) => {
        const value = pulse === undefined ? null : valueOf(pulse)
        return (
          <li key={name} className="tabular">
            <svg width="16" height="4" aria-hidden className={classes[colour]}>
              <line
                x1="0"
                x2="16"
                y1="2"
                y2="2"
                strokeWidth="3"
                strokeDasharray={dash?.join(' ')}
              />
            </svg>
            {name} <b>{value === null ? '–' : format(value)}</b>
          </li>
        )
      })}
    </ul>
  )
}

/** Columns, as uPlot takes them: seconds since 1970, then a column a line. */
function dataOf(series: readonly Series[], moments: readonly Moment[]): uPlot.AlignedData {
  return [
    moments.map(({ at }) => at / 1000),
    ...series.map(({ valueOf }) => moments.map(({ pulse }) => (pulse ? valueOf(pulse) : null))),
  ]
}
