/** Seconds on the axis of time, and the gaps between them. Pure. */

/** Points so far apart have a whole second between them of which nothing is known. */
const gapMs = 2000

/** What is drawn: one a second. */
export interface Point {
  /** Milliseconds since 1970. */
  readonly at: number
}

/** A place on the axis of time. Without a point: seconds are missing around it. */
export interface Moment<P extends Point> {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly point?: P | undefined
}

/** The points, and one moment without in each gap between them, where a line has to break. */
export function withGaps<P extends Point>(points: readonly P[]): readonly Moment<P>[] {
  return points.flatMap((point, index): Moment<P>[] => {
    const { at } = point
    const before = points[index - 1]?.at ?? at
    return at - before < gapMs ? [{ at, point }] : [{ at: (before + at) / 2 }, { at, point }]
  })
}

const hours = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** A second, as the axes write it. */
export function secondText(moment: number): string {
  return hours.format(moment)
}
