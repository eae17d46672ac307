/** The two ways of showing what differs: side by side, and one text with theirs in between. */
import { getChunks, MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { editorExtensions, type Language, schemeOf } from '../editor/code-mirror.ts'
import { conflictMarks, keepingMine, marksOf } from './conflict-marks.ts'
import classes from './merge.module.css'
import type { Merged, Part } from './merge-lines.ts'

interface MergeParts {
  readonly parent: HTMLElement
  readonly theirs: string
  readonly result: string
  readonly conflicts: readonly Part[]
  readonly language: Language
  /** Returns are characters: only `\n` ends a line. */
  readonly hasReturns: boolean
  readonly isDark: boolean
  /** Whether the result may not be changed now. */
  readonly isLocked: () => boolean
  readonly onSave: () => void
  /** Called with how many places are undecided whenever that changes. */
  readonly onUndecided: (count: number) => void
}

/** Editors that compare. */
export interface MergeViews {
  /** The one that is written in. */
  readonly result: EditorView
  /** The result as it stands, and what is not decided. */
  written(): Merged
  destroy(): void
}

/** Very different texts are compared roughly rather than for long. */
export const diffConfig: { scanLimit: number; timeout: number } = { scanLimit: 1000, timeout: 500 }
/** Long stretches in which nothing differs are folded. */
export const collapseUnchanged: { margin: number; minSize: number } = { margin: 3, minSize: 6 }

/** Theirs at the left, the result at the right. */
export function besideViews(parts: MergeParts): MergeViews {
  const { parent, theirs, result, language, hasReturns, isDark } = parts
  const view = new MergeView({
    parent,
    a: {
      doc: theirs,
      extensions: [
        schemeOf(isDark),
        editorExtensions({ label: 'Theirs', language, hasReturns, isReadOnly: true }),
      ],
    },
    b: { doc: result, extensions: resultExtensions(parts) },
    revertControls: 'a-to-b',
    renderRevertControl: () => {
      const button = control('→', 'take')
      // It waits for a press of the mouse; a key makes a click alone.
      button.addEventListener('click', ({ detail }) => {
        if (detail === 0) button.dispatchEvent(new MouseEvent('mousedown', { bubbles: true }))
      })
      return button
    },
    collapseUnchanged,
    diffConfig,
  })
  return {
    result: view.b,
    written: () => written(view.b),
    destroy: () => view.destroy(),
  }
}

/** The result, with what theirs has instead above every difference. */
export function unifiedViews(parts: MergeParts): MergeViews {
  const view = new EditorView({
    parent: parts.parent,
    state: EditorState.create({
      doc: parts.result,
      extensions: [
        resultExtensions(parts),
        unifiedMergeView({
          original: parts.theirs,
          mergeControls: (type, action) => {
            const button =
              type === 'reject' ? control('Take theirs', 'choose') : control('Keep this', 'choose')
            const act = (event: MouseEvent): void => {
              action(event)
              if (type === 'accept') keepWhereEqual(view)
            }
            button.addEventListener('mousedown', act)
            button.addEventListener('click', (event) => event.detail === 0 && act(event))
            return button
          },
          collapseUnchanged,
          diffConfig,
        }),
      ],
    }),
  })
  return {
    result: view,
    written: () => written(view),
    destroy: () => view.destroy(),
  }
}

function written({ state }: EditorView): Merged {
  return { text: state.doc.toString(), conflicts: marksOf(state) }
}

/** What was kept differs no more from theirs, as they are compared: it is decided. */
function keepWhereEqual(view: EditorView): void {
  const chunks = getChunks(view.state)?.chunks ?? []
  let at = 0
  const undecided = marksOf(view.state).filter(({ from, to }) => {
    while (chunks[at] !== undefined && chunks[at]!.endB < from) at += 1
    return chunks[at] !== undefined && chunks[at]!.fromB <= to
  })
  view.dispatch(keepingMine(undecided))
}

function resultExtensions(parts: MergeParts): Extension[] {
  const { conflicts, language, hasReturns, isDark, isLocked, onSave, onUndecided } = parts
  return [
    schemeOf(isDark),
    editorExtensions({ label: 'The result', language, hasReturns, onSave }),
    conflictMarks(conflicts),
    EditorState.changeFilter.of(() => !isLocked()),
    EditorView.updateListener.of(({ startState, state }) => {
      const count = marksOf(state).length
      if (count !== marksOf(startState).length) onUndecided(count)
    }),
  ]
}

/** An arrow has a name; words are their own. */
function control(text: string, kind: 'take' | 'choose'): HTMLButtonElement {
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = text
  if (kind === 'take') {
    button.title = 'Take theirs'
    button.setAttribute('aria-label', button.title)
  }
  button.className = classes[kind]!
  return button
}
