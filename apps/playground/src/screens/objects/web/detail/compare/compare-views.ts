/** Two texts that are only read: side by side, or one with what the other has in between. */
import { MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorState } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { editorExtensions, type Language, schemeOf } from '../editor/code-mirror.ts'
import { collapseUnchanged, diffConfig } from '../merge/merge-views.ts'

interface Compared {
  readonly parent: HTMLElement
  readonly left: string
  readonly right: string
  readonly names: readonly [left: string, right: string]
  readonly language: Language
  /** Returns are characters: only `\n` ends a line. */
  readonly hasReturns: boolean
  readonly isDark: boolean
}

export interface ComparedViews {
  /** The one through which one goes from difference to difference. */
  readonly right: EditorView
  showCursor(): void
  destroy(): void
}

export function besideViews({ parent, left, right, names, ...look }: Compared): ComparedViews {
  const view = new MergeView({
    parent,
    a: { doc: left, extensions: extensionsOf(names[0], look) },
    b: { doc: right, extensions: extensionsOf(names[1], look) },
    collapseUnchanged,
    diffConfig,
  })
  return viewsOf(view.b, () => view.destroy())
}

export function unifiedViews({ parent, left, right, names, ...look }: Compared): ComparedViews {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: right,
      extensions: [
        extensionsOf(names[1], look),
        unifiedMergeView({ original: left, mergeControls: false, collapseUnchanged, diffConfig }),
      ],
    }),
  })
  return viewsOf(view, () => view.destroy())
}

function extensionsOf(
  label: string,
  { isDark, language, hasReturns }: Pick<Compared, 'isDark' | 'language' | 'hasReturns'>,
): ReturnType<typeof editorExtensions> {
  return [schemeOf(isDark), editorExtensions({ label, language, hasReturns, isReadOnly: true })]
}

function viewsOf(right: EditorView, destroy: () => void): ComparedViews {
  return {
    right,
    showCursor: () => {
      const { main } = right.state.selection
      right.dispatch({ effects: EditorView.scrollIntoView(main, { y: 'center' }) })
      right.focus()
    },
    destroy,
  }
}
