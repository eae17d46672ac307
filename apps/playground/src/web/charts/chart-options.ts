/** How the charts look and behave; see https://github.com/leeoniya/uPlot for the words. */
import type uPlot from 'uplot'

const shownSecondsMax = 600
/** A server that was just started has less to show; it is not drawn wider than this. */
const shownSecondsMin = 120
/** Steps of an axis of bytes. */
const byteSteps = Array.from({ length: 50 }, (_, power) => 2 ** power)
/** Steps of an axis of counts: there is no half operation. */
const countSteps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000]

/** Names of colours in the style sheet: `--chart-NAME`. */
type ChartColour = 'main' | 'second' | 'third' | 'failure' | 'text' | 'grid'

/** A colour of the page as `rgb(…)`: a canvas knows no variables, and not the scheme. */
function resolved(element: HTMLElement, name: ChartColour): string {
  element.style.color = `var(--chart-${name})`
  const { color } = getComputedStyle(element)
  element.style.color = ''
  return color
}

export type Unit = 'count' | 'bytes' | 'ms'

/** How a line is drawn. */
export interface Line {
  readonly name: string
  readonly colour: ChartColour
  /** Lines differ in more than their colour. */
  readonly dash?: readonly number[] | undefined
  readonly isFilled?: boolean | undefined
}

export interface ChartParts {
  readonly series: readonly Line[]
  readonly format: (value: number) => string
  /** Bytes have steps of their own; milliseconds go from micro to many, on a logarithmic scale. */
  readonly unit: Unit
  readonly heightPx: number
  /** Charts with one key share their cursor. */
  readonly cursorKey: string
  /** Called with the place of the point under the cursor. */
  readonly onMark: (index: number | undefined) => void
}

export function chartOptions(
  { series, format, unit, heightPx, cursorKey, onMark }: ChartParts,
  element: HTMLElement,
): uPlot.Options {
  const colourOf = (name: ChartColour): string => resolved(element, name)
  const axis: uPlot.Axis = {
    stroke: colourOf('text'),
    grid: { stroke: colourOf('grid'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui, sans-serif',
  }
  return {
    width: element.clientWidth,
    height: heightPx,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 7 },
      sync: { key: cursorKey, setSeries: false },
    },
    scales: {
      x: { range: lastMinutes },
      // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- it is a type only
      y: unit === 'ms' ? { distr: 3, range: decades } : { range: fromZero },
    },
    axes: [
      { ...axis, values: moments, space: 56, size: 28, gap: 6 },
      {
        ...axis,
        values: (_plot, splits) => splits.map(format),
        ...(unit === 'bytes' ? { incrs: byteSteps } : {}),
        ...(unit === 'count' ? { incrs: countSteps } : {}),
        ...(unit === 'ms' ? { splits: powersOfTen, filter: (_plot, splits) => splits } : {}),
        ...{ size: 60, gap: 4, space: 32 },
      },
    ],
    series: [
      {},
      ...series.map(({ name, colour, dash, isFilled }) => ({
        label: name,
        stroke: colourOf(colour),
        width: 1.5,
        points: { show: true, size: 4, filter: lonelyPoints },
        ...(dash === undefined ? {} : { dash: [...dash] }),
        ...(isFilled === true ? { fill: translucent(colourOf(colour)) } : {}),
      })),
    ],
    hooks: { setCursor: [({ cursor: { idx } }) => onMark(idx ?? undefined)] },
  }
}

/** A value between seconds without one makes no line: it is drawn as a point. */
function lonelyPoints(plot: uPlot, seriesIndex: number): number[] {
  const values = plot.data[seriesIndex]!
  const isMissing = (index: number): boolean => (values[index] ?? null) === null
  return Array.from(values, (_, index) => index).filter(
    (index) => !isMissing(index) && isMissing(index - 1) && isMissing(index + 1),
  )
}

/** The right end is the last second. Of a single one uPlot would make a day. */
function lastMinutes({ data: [moments] }: uPlot): uPlot.Range.MinMax {
  const end = moments?.at(-1) ?? Date.now() / 1000
  const first = moments?.[0] ?? end
  return [Math.max(end - shownSecondsMax, Math.min(first, end - shownSecondsMin)), end]
}

function fromZero(_plot: uPlot, _min: number | null, max: number | null): uPlot.Range.MinMax {
  return [0, (max ?? 0) * 1.1 || 1]
}

/** Whole powers of ten around all there is. */
function decades(_plot: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  const [least, most] = [min ?? 0.1, max ?? 10]
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.max(1, Math.ceil(Math.log10(most)))]
}

function powersOfTen(_plot: uPlot, _axis: number, min: number, max: number): number[] {
  const first = Math.round(Math.log10(min))
  const count = Math.round(Math.log10(max)) - first + 1
  return Array.from({ length: count }, (_, index) => 10 ** (first + index))
}

const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const seconds = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** The right edge has no room for a moment. */
const edgeShare = 0.08

function moments(
  { scales }: uPlot,
  splits: number[],
  _axis: number,
  _space: number,
  step: number,
): string[] {
  const format = step < 60 ? seconds : minutes
  const { min = 0, max = 0 } = scales['x'] ?? {}
  const last = max - edgeShare * (max - min)
  return splits.map((second) => (second > last ? '' : format.format(second * 1000)))
}

function translucent(colour: string): string {
  return colour.replace(/^rgb\((.*)\)$/, 'rgba($1, 0.16)')
}
