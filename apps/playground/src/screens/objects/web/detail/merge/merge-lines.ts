/** Puts two descendants of one text together, line by line. */
import { diff3Merge } from 'node-diff3'
import { type Anchor, anchorsOf } from './anchors.ts'
import { areSameMembers } from './members.ts'

/** Three texts whose lines end with `\n`. */
export interface Versions {
  /** What both began with. */
  readonly base: string
  readonly mine: string
  readonly theirs: string
  /** They are JSON, one member a line: members that touch are places of their own. */
  readonly hasMembers?: boolean
}

/** A part of a text, in UTF-16 units. Empty where mine has no lines. */
export interface Part {
  readonly from: number
  readonly to: number
}

/** What came of it. */
export interface Merged {
  /** With mine where both changed the same lines. */
  readonly text: string
  /** Those places. */
  readonly conflicts: readonly Part[]
}

/** Merges three ways (Khanna, Kunal and Pierce, "A Formal Investigation of Diff3", 2007). */
export function mergeLines({ base, mine, theirs, hasMembers = false }: Versions): Merged {
  const [a, o, b] = [mine.split('\n'), base.split('\n'), theirs.split('\n')]
  const result = new Result(hasMembers)
  let from: Anchor = [0, 0, 0]
  for (const anchor of [...anchorsOf(a, o, b), [a.length, o.length, b.length] as const]) {
    const [x, y, z] = from
    mergePart(a.slice(x, anchor[0]), o.slice(y, anchor[1]), b.slice(z, anchor[2]), result)
    if (anchor[1] < o.length) result.add([o[anchor[1]]!])
    from = [anchor[0] + 1, anchor[1] + 1, anchor[2] + 1]
  }
  return result.merged()
}

function mergePart(a: string[], o: string[], b: string[], result: Result): void {
  if (a.length + o.length + b.length === 0) return
  for (const region of diff3Merge(a, o, b, { excludeFalseConflicts: true })) {
    if (region.ok !== undefined) result.add(region.ok)
    else if (region.conflict !== undefined) result.addBoth(region.conflict)
  }
}

class Result {
  readonly #hasMembers: boolean
  readonly #lines: string[] = []
  readonly #conflicts: Part[] = []
  /** Of the lines so far, each with a line break behind it. */
  #length = 0

  constructor(hasMembers: boolean) {
    this.#hasMembers = hasMembers
  }

  add(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line)
      this.#length += line.length + 1
    }
  }

  /** What both changed: a whole, or one member after the other. */
  addBoth({ a, o, b }: { readonly a: string[]; readonly o: string[]; readonly b: string[] }): void {
    if (!this.#hasMembers || !areSameMembers(a, o, b)) return this.#addConflict(a)
    for (const [index, line] of o.entries()) {
      const [mine, theirs] = [a[index]!, b[index]!]
      if (mine === theirs || theirs === line) this.add([mine])
      else if (mine === line) this.add([theirs])
      else this.#addConflict([mine])
    }
  }

  #addConflict(mine: readonly string[]): void {
    const from = this.#length
    this.add(mine)
    this.#conflicts.push({ from, to: mine.length === 0 ? from : this.#length - 1 })
  }

  merged(): Merged {
    const text = this.#lines.join('\n')
    // Behind the last line there is no line break: a place behind it is the end.
    const inside = (place: number): number => Math.min(place, text.length)
    const conflicts = this.#conflicts.map(({ from, to }) => ({
      from: inside(from),
      to: inside(to),
    }))
    return { text, conflicts }
  }
}
