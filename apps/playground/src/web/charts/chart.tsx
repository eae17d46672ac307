/** One chart of what each second was like, by uPlot. */
import { Box, Group, Text, Title, useComputedColorScheme } from '@mantine/core'
import { type ReactNode, useEffect, useEffectEvent, useMemo, useRef, useState } from 'react'
import uPlot from 'uplot'
import { chartOptions, type Line, type Unit } from './chart-options.ts'
import classes from './chart.module.css'
import { type Moment, type Point, secondText, withGaps } from './moments.ts'
import './uplot.css'

/** A line of a chart. */
export interface Series<P extends Point> extends Line {
  /** Null where there is nothing to draw. */
  readonly valueOf: (point: P) => number | null
}

export interface ChartProps<P extends Point> {
  readonly title: string
  /** Of the heading. Default 2. */
  readonly order?: 2 | 3 | 4 | undefined
  readonly series: readonly Series<P>[]
  readonly format: (value: number) => string
  readonly unit: Unit
  readonly points: readonly P[]
  /** Charts with one key share their cursor. */
  readonly cursorKey: string
}

const heightPx = 140

export function Chart<P extends Point>({
  title,
  order = 2,
  series,
  format,
  unit,
  points,
  cursorKey,
}: ChartProps<P>): ReactNode {
  const scheme = useComputedColorScheme('light')
  const place = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot>(undefined)
  const [marked, setMarked] = useState<number>()
  const moments = useMemo(() => withGaps(points), [points])
  const setCurrentData = useEffectEvent((plot: uPlot) => plot.setData(dataOf(series, moments)))

  useEffect(() => {
    const element = place.current!
    const options = chartOptions(
      { series, format, unit, heightPx, cursorKey, onMark: setMarked },
      element,
    )
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
  }, [series, format, unit, cursorKey, scheme])

  useEffect(() => chart.current?.setData(dataOf(series, moments)), [series, moments])

  const shown = (marked === undefined ? undefined : moments[marked]) ?? moments.at(-1)
  return (
    <Box component="figure" m={0} miw={0}>
      <Box component="figcaption">
        <Group justify="space-between" gap="xs" wrap="nowrap">
          <Title order={order} size="h6">
            {title}
          </Title>
          <Text size="xs" c="dimmed" className={`tabular ${classes['time']}`}>
            {shown === undefined ? '' : secondText(shown.at)}
          </Text>
        </Group>
        <Legend series={series} format={format} point={shown?.point} />
      </Box>
      <div ref={place} className={classes['plot']} aria-hidden />
    </Box>
  )
}

function Legend<P extends Point>({
  series,
  format,
  point,
}: Pick<ChartProps<P>, 'series' | 'format'> & { readonly point: P | undefined }): ReactNode {
  return (
    <ul className={classes['legend']}>
      {series.map(({ name, colour, dash, valueOf }) => {
        const value = point === undefined ? null : valueOf(point)
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
function dataOf<P extends Point>(
  series: readonly Series<P>[],
  moments: readonly Moment<P>[],
): uPlot.AlignedData {
  return [
    moments.map(({ at }) => at / 1000),
    ...series.map(({ valueOf }) => moments.map(({ point }) => (point ? valueOf(point) : null))),
  ]
}
