/** How CodeMirror is set up here. A chunk of its own: whoever only looks does not load it. */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language'
import { type Diagnostic, lintGutter, linter, lintKeymap } from '@codemirror/lint'
import { EditorState, type Extension } from '@codemirror/state'
import {
  drawSelection,
  dropCursor,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import { nonce } from '../../../../../web/nonce.ts'
import { scanBeside } from '../tree/scan-beside.ts'
import { isFault, type JsonFault } from '../tree/scan-json.ts'
import classes from './code-editor.module.css'

export type Language = 'json' | 'text'

export interface EditorSetup {
  /** What is edited, for who does not see it. */
  readonly label: string
  readonly language: Language
  readonly isReadOnly?: boolean
  /** Returns are characters: only `\n` ends a line. */
  readonly hasReturns?: boolean
  readonly onSave?: () => void
  readonly onEdit?: () => void
  /** Where the text is no JSON; undefined when it is. */
  readonly onFault?: (fault: JsonFault | undefined) => void
}

/** After the last key; a large text is not read for each. */
const lintDelayMs = 400

/** Everything of an editor but its text. */
export function editorExtensions(setup: EditorSetup): Extension[] {
  const { label, language, isReadOnly = false, hasReturns = false, onSave, onEdit } = setup
  return [
    EditorView.cspNonce.of(nonce),
    theme,
    lineNumbers(),
    highlightSpecialChars(),
    history(),
    drawSelection(),
    dropCursor(),
    bracketMatching(),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false' }),
    isReadOnly ? [EditorState.readOnly.of(true)] : [indentOnInput(), highlightActiveLine()],
    hasReturns ? EditorState.lineSeparator.of('\n') : [],
    language === 'json' ? [json(), syntaxHighlighting(highlighter)] : [],
    language === 'json' && !isReadOnly ? jsonLint(setup) : [],
    onSave === undefined
      ? []
      : keymap.of([{ key: 'Mod-s', preventDefault: true, run: saved(onSave) }]),
    keymap.of([...defaultKeymap, ...historyKeymap, ...lintKeymap]),
    EditorView.updateListener.of(({ docChanged }) => {
      if (docChanged) onEdit?.()
    }),
  ]
}

function saved(onSave: () => void): () => boolean {
  return () => {
    onSave()
    return true
  }
}

function jsonLint({ onFault }: EditorSetup): Extension {
  let reading = new AbortController()
  const source = async (view: EditorView): Promise<Diagnostic[]> => {
    const { doc } = view.state
    reading.abort()
    reading = new AbortController()
    const { signal } = reading
    const result = await scanBeside(doc.toString(), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error
    })
    // Typed meanwhile: it is read again.
    if (result === undefined || view.state.doc !== doc) return []
    const fault = isFault(result) ? result : undefined
    onFault?.(fault)
    return fault === undefined ? [] : [diagnosticOf(fault, doc.length)]
  }
  return [linter(source, { delay: lintDelayMs }), lintGutter()]
}

function diagnosticOf({ at, message }: JsonFault, length: number): Diagnostic {
  // A place behind the end cannot be marked.
  const from = Math.min(at, Math.max(0, length - 1))
  return { from, to: Math.min(from + 1, length), severity: 'error', message }
}

/** The tags of the JSON grammar, by their names, to classes of our own. */
const tagClasses: Readonly<Record<string, string | undefined>> = {
  propertyName: classes['name'],
  string: classes['string'],
  number: classes['number'],
  bool: classes['literal'],
  null: classes['literal'],
}

const highlighter: Parameters<typeof syntaxHighlighting>[0] = {
  style: (tags) => tagClasses[String(tags[0])] ?? null,
}

/** CodeMirror's own rule is as long, and would win over a shorter one. */
const selected = '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground'

/** Colours come from the kit's variables, which change with the scheme. */
const theme = EditorView.theme({
  '&': { height: '100%', fontSize: 'var(--mantine-font-size-xs)' },
  '&.cm-focused': { outline: 'none' },
  // On what scrolls, over the line with the cursor.
  '&.cm-focused > .cm-scroller': {
    outline: '2px solid var(--mantine-primary-color-filled)',
    outlineOffset: '-2px',
  },
  '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)', lineHeight: '20px' },
  '.cm-content': { caretColor: 'var(--mantine-color-text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--mantine-color-text)' },
  '.cm-gutters': {
    color: 'var(--mantine-color-dimmed)',
    // The focus ring goes through it.
    backgroundColor: 'transparent',
    borderRight: '1px solid var(--mantine-color-default-border)',
  },
  '.cm-activeLine': { backgroundColor: 'var(--mantine-color-default-hover)' },
  [`${selected}, .cm-selectionBackground`]: { backgroundColor: 'var(--content-selected)' },
  '.cm-tooltip': {
    color: 'var(--mantine-color-text)',
    backgroundColor: 'var(--mantine-color-body)',
    border: '1px solid var(--mantine-color-default-border)',
  },
  // A paler red than its own: strings are to be read on it.
  '&.cm-merge-b .cm-deletedText': { background: '#ff00001c' },
  '.cm-collapsedLines': { '&:before, &:after': { content: '"···"' } },
  '.cm-panels': {
    color: 'var(--mantine-color-text)',
    backgroundColor: 'var(--mantine-color-body)',
  },
})

/** What of CodeMirror's own colours depends on the scheme. */
export function schemeOf(isDark: boolean): Extension {
  return EditorView.theme({}, { dark: isDark })
}
