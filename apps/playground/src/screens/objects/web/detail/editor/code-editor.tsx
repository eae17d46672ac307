import { useComputedColorScheme } from '@mantine/core'
import { Compartment, EditorState, Text } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import {
  type ReactNode,
  type Ref,
  useEffect,
  useEffectEvent,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
} from 'react'
import colours from '../colours.module.css'
import classes from './code-editor.module.css'
import { editorExtensions, type EditorSetup, schemeOf } from './code-mirror.ts'

/** The text of an editor at one moment. */
interface Snapshot {
  /** Lines end with `\n`. */
  readonly text: string
  /** From now on this text counts as unchanged. */
  markSaved(): void
  /** False once something else is in the editor. */
  isCurrent(): boolean
}

/** How others read and change an editor. */
export interface EditorHandle {
  snapshot(): Snapshot
  /** True when the text is another than the one that was saved last. */
  isChanged(): boolean
  /** Puts a text in place of all; can be undone in the editor. */
  replace(text: string): void
  /** Puts the cursor at a place, or where it was. */
  focus(at?: number): void
}

export interface CodeEditorProps extends EditorSetup {
  /** What is in it at first. Lines end with `\n`. */
  readonly text: string
  readonly handle?: Ref<EditorHandle>
  /** The cursor is in it when it is there. */
  readonly isFocused?: boolean
  /** Nothing can be typed as long as it is so. */
  readonly isLocked?: boolean
  /** Called when the handle is there. */
  readonly onReady?: () => void
}

/** CodeMirror as a component. All but the callbacks and `isLocked` is taken when it is made. */
export default function CodeEditor({
  text,
  handle,
  isFocused = false,
  isLocked = false,
  onReady,
  ...setup
}: CodeEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const saved = useRef<Text>(undefined)
  const scheme = useRef(new Compartment())
  const lock = useRef(new Compartment())
  const isDark = useComputedColorScheme('light') === 'dark'
  const onSave = useEffectEvent(() => setup.onSave?.())
  const onEdit = useEffectEvent(() => setup.onEdit?.())
  const onFault = useEffectEvent<NonNullable<EditorSetup['onFault']>>((fault) =>
    setup.onFault?.(fault),
  )
  const create = useEffectEvent((parent: HTMLElement) => {
    const callbacks = {
      onSave: () => onSave(),
      onEdit: () => onEdit(),
      onFault: (fault: Parameters<typeof onFault>[0]) => onFault(fault),
    }
    const extensions = [
      scheme.current.of(schemeOf(isDark)),
      lock.current.of(EditorState.readOnly.of(isLocked)),
      editorExtensions({ ...setup, ...callbacks }),
    ]
    const editor = new EditorView({ doc: text, parent, extensions })
    if (isFocused) editor.focus()
    return editor
  })
  // Before anybody's effects: whoever has the handle may use it.
  useLayoutEffect(() => {
    const editor = create(host.current!)
    view.current = editor
    saved.current = editor.state.doc
    return () => editor.destroy()
  }, [])
  useEffect(() => {
    view.current?.dispatch({ effects: scheme.current.reconfigure(schemeOf(isDark)) })
  }, [isDark])
  useEffect(() => {
    const effects = lock.current.reconfigure(EditorState.readOnly.of(isLocked))
    view.current?.dispatch({ effects })
  }, [isLocked])
  useImperativeHandle(handle, () => handleOf(view, saved))
  const tellReady = useEffectEvent(() => onReady?.())
  useEffect(() => tellReady(), [])
  return <div ref={host} className={`${colours['colours']} ${classes['host']}`} />
}

function handleOf(
  view: { readonly current: EditorView | undefined },
  saved: { current: Text | undefined },
): EditorHandle {
  return {
    snapshot: () => {
      const { doc } = view.current!.state
      return {
        text: doc.toString(),
        markSaved: () => {
          saved.current = doc
        },
        isCurrent: () => view.current?.state.doc === doc,
      }
    },
    isChanged: () => !view.current!.state.doc.eq(saved.current!),
    replace: (text) => {
      const { length } = view.current!.state.doc
      const insert = Text.of(text.split('\n'))
      view.current!.dispatch({ changes: { from: 0, to: length, insert } })
    },
    focus: (at) => {
      view.current!.focus()
      if (at === undefined) return
      const anchor = Math.min(at, view.current!.state.doc.length)
      view.current!.dispatch({ selection: { anchor }, scrollIntoView: true })
    },
  }
}
