/**
 * Lines that surely belong together in three texts: those that stand once in each, in the same
 * order (Cohen's patience diff). Between them a merge has little to do, so that texts of many
 * thousand lines do not take the square of that.
 */

/** A line's places: in mine, the base, theirs. */
export type Anchor = readonly [mine: number, base: number, theirs: number]

/** The anchors of three texts, in their order. */
export function anchorsOf(
  mine: readonly string[],
  base: readonly string[],
  theirs: readonly string[],
): Anchor[] {
  const [ofMine, ofTheirs] = [onlyPlaces(mine), onlyPlaces(theirs)]
  const anchors: Anchor[] = []
  for (const [line, place] of onlyPlaces(base)) {
    const [a, b] = [ofMine.get(line), ofTheirs.get(line)]
    if (place !== undefined && a !== undefined && b !== undefined) anchors.push([a, place, b])
  }
  return rising(rising(anchors, 0), 2)
}

/** Each line's place; undefined for lines that stand more than once. */
function onlyPlaces(lines: readonly string[]): Map<string, number | undefined> {
  const places = new Map<string, number | undefined>()
  for (const [place, line] of lines.entries()) {
    places.set(line, places.has(line) ? undefined : place)
  }
  return places
}

/** The most anchors whose places in one text rise (a longest increasing subsequence). */
function rising(anchors: readonly Anchor[], side: 0 | 2): Anchor[] {
  /** The anchor with the lowest place that ends a sequence of each length. */
  const ends: number[] = []
  const before: (number | undefined)[] = []
  for (const [index, anchor] of anchors.entries()) {
    let low = 0
    let high = ends.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (anchors[ends[middle]!]![side] < anchor[side]) low = middle + 1
      else high = middle
    }
    before[index] = ends[low - 1]
    ends[low] = index
  }
  const chosen: Anchor[] = []
  for (let at = ends.at(-1); at !== undefined; at = before[at]) chosen.push(anchors[at]!)
  return chosen.toReversed()
}
