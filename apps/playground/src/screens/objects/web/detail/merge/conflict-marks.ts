/**
 * Marks the lines that both changed while they are undecided. A place is decided when what is in it
 * changes: theirs was taken, or something was typed. Or when one says to keep it.
 */
import { invertedEffects } from '@codemirror/commands'
import {
  type ChangeDesc,
  type EditorState,
  type Extension,
  type Range,
  StateEffect,
  StateField,
  type Transaction,
  type TransactionSpec,
} from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import classes from './merge.module.css'
import type { Part } from './merge-lines.ts'

const line = Decoration.line({ class: classes['conflict']! })

/** The parts, which move with what is written, and the lines that they are on. */
interface Marks {
  readonly parts: readonly Part[]
  readonly lines: DecorationSet
}

const setParts = StateEffect.define<readonly Part[]>({
  map: (parts, changes) => parts.map((part) => moved(part, changes)),
})

const field = StateField.define<Marks>({
  create: () => ({ parts: [], lines: Decoration.none }),
  update: (marks, change) => {
    const set = change.effects.findLast((effect) => effect.is(setParts))
    if (set === undefined && !change.docChanged) return marks
    const parts = set?.value ?? marks.parts.flatMap((part) => undecidedAfter(part, change))
    return { parts, lines: linesOf(change.state, parts) }
  },
  provide: (marks) => EditorView.decorations.from(marks, ({ lines }) => lines),
})

/** Whoever takes a step back has to decide again. */
const undone = invertedEffects.of(({ startState, state }) => {
  const { parts } = startState.field(field)
  return parts.length === 0 && marksOf(state).length === 0 ? [] : [setParts.of(parts)]
})

/** Shows these places as changed by both, until each is decided. */
export function conflictMarks(conflicts: readonly Part[]): Extension {
  const marks = field.init((state) => {
    // What does not fit the text is shown at its end, rather than nothing at all.
    const inside = (place: number): number => Math.min(place, state.doc.length)
    const parts = conflicts.map(({ from, to }) => ({ from: inside(from), to: inside(to) }))
    return { parts, lines: linesOf(state, parts) }
  })
  return [marks, undone]
}

/** Where the places that are not decided are now. */
export function marksOf(state: EditorState): readonly Part[] {
  return state.field(field).parts
}

/** Decides places for what stands there: all but those that are still to be decided. */
export function keepingMine(undecided: readonly Part[] = []): TransactionSpec {
  return { effects: setParts.of(undecided) }
}

/** The place after a change that is not of what is in it. */
function undecidedAfter(part: Part, { changes, startState, state }: Transaction): Part[] {
  const { from, to } = moved(part, changes)
  const isSame = startState.doc.slice(part.from, part.to).eq(state.doc.slice(from, to))
  return isSame && !isFilled(part, changes) ? [{ from, to }] : []
}

/** Something came to where mine has no lines: the place may be as empty as before. */
function isFilled({ from, to }: Part, changes: ChangeDesc): boolean {
  let isFound = false
  changes.iterChangedRanges((start, end, newStart, newEnd) => {
    isFound ||= start <= from && end >= from && newEnd > newStart
  })
  return from === to && isFound
}

function moved({ from, to }: Part, changes: ChangeDesc): Part {
  return { from: changes.mapPos(from, -1), to: changes.mapPos(to, 1) }
}

/** Where mine has no lines, the line that follows stands for them. */
function linesOf(state: EditorState, parts: readonly Part[]): DecorationSet {
  const ranges: Range<Decoration>[] = []
  let marked = -1
  for (const { from, to } of parts) {
    for (let at = from; at <= to;) {
      const { from: start, to: end } = state.doc.lineAt(at)
      if (start > marked) ranges.push(line.range(start))
      marked = Math.max(marked, start)
      at = end + 1
    }
  }
  return Decoration.set(ranges)
}
