/** Marks the lines that both changed. */
import { type EditorState, type Extension, type Range, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import classes from './merge.module.css'
import type { Part } from './merge-lines.ts'

const line = Decoration.line({ class: classes['conflict']! })

/** The parts, which move with what is written, and the lines that they are on. */
interface Marks {
  readonly parts: readonly Part[]
  readonly lines: DecorationSet
}

const field = StateField.define<Marks>({
  create: () => ({ parts: [], lines: Decoration.none }),
  update: (marks, { changes, docChanged, state }) => {
    if (!docChanged) return marks
    const parts = marks.parts.map(({ from, to }) => ({
      from: changes.mapPos(from, -1),
      to: changes.mapPos(to, 1),
    }))
    return { parts, lines: linesOf(state, parts) }
  },
  provide: (marks) => EditorView.decorations.from(marks, ({ lines }) => lines),
})

/** Shows these places as changed by both. */
export function conflictMarks(conflicts: readonly Part[]): Extension {
  return field.init((state) => {
    // What does not fit the text is shown at its end, rather than nothing at all.
    const inside = (place: number): number => Math.min(place, state.doc.length)
    const parts = conflicts.map(({ from, to }) => ({ from: inside(from), to: inside(to) }))
    return { parts, lines: linesOf(state, parts) }
  })
}

/** Where the places are now. */
export function marksOf(state: EditorState): readonly Part[] {
  return state.field(field).parts
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
