/** Marks the lines that both changed. */
import { type EditorState, type Extension, type Range, StateField } from '@codemirror/state'
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view'
import classes from './merge.module.css'
import type { Part } from './merge-lines.ts'

const line = Decoration.line({ class: classes['conflict']! })
const part = Decoration.mark({ isPart: true, inclusive: true })

/** The lines of the parts, and the parts themselves, which move with what is written. */
interface Marks {
  readonly parts: DecorationSet
  readonly lines: DecorationSet
}

const field = StateField.define<Marks>({
  create: () => ({ parts: Decoration.none, lines: Decoration.none }),
  update: (marks, { changes, docChanged, state }) => {
    if (!docChanged) return marks
    const parts = marks.parts.map(changes)
    return { parts, lines: linesOf(state, parts) }
  },
  provide: (marks) => EditorView.decorations.from(marks, ({ lines }) => lines),
})

/** Shows these places as changed by both. */
export function conflictMarks(conflicts: readonly Part[]): Extension {
  return field.init((state) => {
    const ranges = conflicts.map(({ from, to }) => rangeOf(state, from, to))
    const parts = Decoration.set(ranges.filter((range) => range !== undefined))
    return { parts, lines: linesOf(state, parts) }
  })
}

/** The places that are still there. */
export function marksOf(state: EditorState): Part[] {
  const parts: Part[] = []
  for (const cursor = state.field(field).parts.iter(); cursor.value !== null; cursor.next()) {
    parts.push({ from: cursor.from, to: cursor.to })
  }
  return parts
}

/** A mark cannot be empty: where mine has no lines, the line that follows stands for them. */
function rangeOf(state: EditorState, from: number, to: number): Range<Decoration> | undefined {
  const end = to > from ? to : state.doc.lineAt(from).to
  return end > from ? part.range(from, end) : undefined
}

function linesOf(state: EditorState, parts: DecorationSet): DecorationSet {
  const ranges: Range<Decoration>[] = []
  for (const cursor = parts.iter(); cursor.value !== null; cursor.next()) {
    for (let at = cursor.from; at <= cursor.to;) {
      const { from, to } = state.doc.lineAt(at)
      ranges.push(line.range(from))
      at = to + 1
    }
  }
  return Decoration.set(ranges)
}
