/** Places of one text in another that was made of it. */
import { anchorsOf } from './anchors.ts'
import type { Part } from './merge-lines.ts'

/**
 * Where places of a text are in a later one: they reach from a line that both have to the next, so
 * that they may become larger, but are never lost.
 */
export function carriedOver(places: readonly Part[], text: string, later: string): Part[] {
  if (places.length === 0) return []
  const [before, after] = [new Lines(text), new Lines(later)]
  const anchors = anchorsOf(before.texts, before.texts, after.texts)
  const anchorLines = anchors.map(([line]) => line)
  return places.map(({ from, to }) => {
    const [first, last] = [before.lineAt(from), before.lineAt(to)]
    const above = anchors[lastUpTo(anchorLines, first)]
    const below = anchors[lastUpTo(anchorLines, last - 1) + 1]
    const start = above === undefined ? 0 : above[2] + (above[0] === first ? 0 : 1)
    const end =
      below === undefined ? after.texts.length - 1 : below[2] - (below[0] === last ? 0 : 1)
    // Nothing is left of it: the line that follows stands for it.
    if (end < start) return { from: after.startOf(start), to: after.startOf(start) }
    const isEmpty = from === to && start === end
    return { from: after.startOf(start), to: isEmpty ? after.startOf(start) : after.endOf(end) }
  })
}

/** Places in their order; those that overlap are one. */
export function united(places: readonly Part[]): Part[] {
  const all: Part[] = []
  for (const place of places.toSorted((one, other) => one.from - other.from)) {
    const before = all.at(-1)
    const isApart = before === undefined || place.from > before.to
    if (isApart) all.push(place)
    else all[all.length - 1] = { from: before.from, to: Math.max(before.to, place.to) }
  }
  return all
}

/** The index of the last of rising numbers that is not over a limit; -1 when all are. */
function lastUpTo(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (numbers[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** The lines of a text, whatever they end with. */
class Lines {
  readonly #text: string
  /** Without the space around them: texts are laid out in different ways. */
  readonly texts: string[] = []
  readonly #starts: number[] = []

  constructor(text: string) {
    this.#text = text
    let start = 0
    for (const line of text.split('\n')) {
      this.texts.push(line.trim())
      this.#starts.push(start)
      start += line.length + 1
    }
  }

  lineAt(place: number): number {
    return lastUpTo(this.#starts, place)
  }

  startOf(line: number): number {
    return this.#starts[line] ?? this.#text.length
  }

  endOf(line: number): number {
    return line + 1 < this.#starts.length ? this.#starts[line + 1]! - 1 : this.#text.length
  }
}
