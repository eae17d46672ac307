import { type ReactNode, useRef, useState } from 'react'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import type { SavedText } from '../editor/use-saving.ts'
import { isJsonType } from '../views.ts'
import type { Conflict } from './conflict.ts'
import { ConflictButtons } from './conflict-buttons.tsx'
import { ConflictWords } from './conflict-words.tsx'
import { MergeArea } from './merge-area.tsx'
import type { MergeHandle } from './merge-editor.tsx'
import type { Merged } from './merge-lines.ts'
import classes from './merge.module.css'
import type { KeptMerge } from './put-together.ts'
import { type Next, type OwnText, theirDetails, useResolving } from './use-resolving.ts'

/** One conflict: the words, the texts, and the ways out. */
export function Resolving({
  objectKey,
  conflict,
  own,
  keep,
  onSaving,
  onSaved,
  onBack,
  onDiscard,
  onAgain,
}: {
  readonly objectKey: string
  readonly conflict: Conflict
  readonly own: OwnText
  /** What is kept of a merge that is left as it stands; without one, what was kept before. */
  readonly keep: (written: Merged | undefined) => KeptMerge | undefined
  readonly onSaving: (saving: Promise<void>) => void
  readonly onSaved: (saved: Saved, text: SavedText) => void
  readonly onBack: (kept: KeptMerge | undefined) => void
  readonly onDiscard: (theirs: ObjectDetails | undefined) => void
  readonly onAgain: (next: Next) => void
}): ReactNode {
  const [editor, setEditor] = useState<'loading' | 'ready' | 'broken'>('loading')
  const merge = useRef<MergeHandle>(null)
  const saveButton = useRef<HTMLButtonElement>(null)
  const [undecided, setUndecided] = useState(
    conflict.kind === 'text' ? conflict.result.conflicts.length : 0,
  )
  const written = (): Merged | undefined => merge.current?.written()
  const { isSaving, problem, save } = useResolving(conflict, objectKey, {
    onSaving,
    onSaved,
    onOvertaken: (text) => onAgain({ kept: keep(written()), own: text }),
  })
  const saveMerge = (): void => {
    const result = written()
    if (result === undefined || conflict.kind !== 'text') return
    // Mine would undo theirs there, and nobody said so.
    if (result.conflicts.length > 0) return merge.current?.goToUndecided()
    const { shape, details } = conflict.theirs
    save({ plain: result.text, shape, contentType: details.contentType })
  }
  const back = (): void => {
    const result = written()
    // One that was only looked at is made anew.
    const isTouched =
      conflict.kind === 'text' &&
      (result?.text !== conflict.result.text ||
        result.conflicts.length !== conflict.result.conflicts.length)
    onBack(keep(isTouched ? result : undefined))
  }
  return (
    <>
      <div className={classes['words']}>
        <div role="alert">
          <ConflictWords conflict={conflict} />
        </div>
        <ConflictButtons
          isGone={conflict.kind === 'gone'}
          isSaving={isSaving}
          isReady={editor === 'ready'}
          onSaveMerge={conflict.kind === 'text' && editor !== 'broken' ? saveMerge : undefined}
          saveButton={saveButton}
          undecided={undecided}
          onShowUndecided={() => merge.current?.goToUndecided()}
          onKeepMine={() => {
            merge.current?.keepMine()
            // The button that was pressed is gone.
            saveButton.current?.focus()
          }}
          onSaveMine={() => save(own)}
          onDiscard={() => onDiscard(theirDetails(conflict))}
          onBack={back}
        />
      </div>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {conflict.kind === 'text' ? (
        <MergeArea
          handle={merge}
          theirs={conflict.compared}
          result={conflict.result}
          language={isJsonType(conflict.theirs.details.contentType) ? 'json' : 'text'}
          isLocked={isSaving}
          onSave={saveMerge}
          onUndecided={setUndecided}
          onReady={() => setEditor('ready')}
          onBroken={() => setEditor('broken')}
        />
      ) : null}
    </>
  )
}
