import { goToNextChunk, goToPreviousChunk } from '@codemirror/merge'
import { EditorView } from '@codemirror/view'
import { Button, Text, useComputedColorScheme } from '@mantine/core'
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
import detailClasses from '../detail.module.css'
import type { Language } from '../editor/code-mirror.ts'
import classes from './merge.module.css'
import { keepingMine, marksOf } from './conflict-marks.ts'
import type { Merged } from './merge-lines.ts'
import { besideViews, type MergeViews, unifiedViews } from './merge-views.ts'

/** How others read a merge. */
export interface MergeHandle {
  /** The result as it stands, and what is not decided. */
  written(): Merged
  /** Goes to the next place that is to be decided. */
  goToUndecided(): void
  /** Decides all places for what stands there. */
  keepMine(): void
}

export interface MergeEditorProps {
  readonly theirs: string
  /** What the result is at first. */
  readonly result: Merged
  readonly language: Language
  readonly isNarrow: boolean
  /** It is being saved as it stands. */
  readonly isLocked: boolean
  readonly handle: Ref<MergeHandle>
  readonly onSave: () => void
  /** Called with how many places are undecided whenever that changes. */
  readonly onUndecided: (count: number) => void
  /** Called when the handle is there. */
  readonly onReady: () => void
}

/**
 * Theirs and the result, and what differs. Everything but `isNarrow` and `isLocked` is taken when
 * it is made.
 */
export default function MergeEditor({
  theirs,
  result,
  language,
  isNarrow,
  isLocked,
  handle,
  onSave,
  onUndecided,
  onReady,
}: MergeEditorProps): ReactNode {
  const host = useRef<HTMLDivElement>(null)
  const views = useRef<MergeViews>(undefined)
  /** What was written stays when there is more room, or less, or another scheme. */
  const written = useRef(result)
  const isDark = useComputedColorScheme('light') === 'dark'
  const isLockedNow = useEffectEvent(() => isLocked)
  const save = useEffectEvent(onSave)
  const tellUndecided = useEffectEvent(onUndecided)
  const create = useEffectEvent((parent: HTMLElement): MergeViews => {
    const { text, conflicts } = written.current
    const make = isNarrow ? unifiedViews : besideViews
    // In either text they are characters, or the places of conflicts would not fit.
    const hasReturns = theirs.includes('\r') || text.includes('\r')
    return make({
      ...{ parent, theirs, result: text, conflicts, language, hasReturns, isDark },
      isLocked: () => isLockedNow(),
      onSave: () => save(),
      onUndecided: (count) => tellUndecided(count),
    })
  })
  // Before anybody's effects: whoever has the handle may use it.
  useLayoutEffect(() => {
    const made = create(host.current!)
    views.current = made
    return () => {
      written.current = made.written()
      made.destroy()
    }
  }, [isNarrow, isDark])
  useImperativeHandle(handle, () => ({
    written: () => views.current!.written(),
    goToUndecided: () => goToUndecided(views.current!.result),
    keepMine: () => views.current!.result.dispatch(keepingMine()),
  }))
  const tellReady = useEffectEvent(onReady)
  useEffect(() => tellReady(), [])
  const go = (command: typeof goToNextChunk): void => {
    const { result: editor } = views.current!
    command(editor)
    showCursor(editor)
  }
  return (
    <>
      <div className={detailClasses['line']} data-place="above">
        <Text size="sm" fw={500} className={detailClasses['grow']}>
          {isNarrow ? 'Result; theirs is above' : 'Left: theirs. Right: the result.'}
        </Text>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => go(goToPreviousChunk)}
          aria-label="Previous difference"
        >
          Previous
        </Button>
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => go(goToNextChunk)}
          aria-label="Next difference"
        >
          Next
        </Button>
      </div>
      <div ref={host} className={`${colours['colours']} ${classes['host']}`} />
    </>
  )
}

/** Behind the cursor, or the first one. */
function goToUndecided(editor: EditorView): void {
  const places = marksOf(editor.state)
  const { head } = editor.state.selection.main
  const place = places.find(({ from }) => from > head) ?? places[0]
  if (place === undefined) return
  editor.dispatch({ selection: { anchor: place.from } })
  showCursor(editor)
}

function showCursor(editor: EditorView): void {
  editor.dispatch({
    effects: EditorView.scrollIntoView(editor.state.selection.main, { y: 'center' }),
  })
  editor.focus()
}
