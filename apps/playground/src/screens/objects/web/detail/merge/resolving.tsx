import { type ReactNode, useRef, useState } from 'react'
import { type Problem, problemOf } from '../../../../../web/problem.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import type { EditedVersion } from '../editor/edited-version.ts'
import { restoredText } from '../editor/exact-text.ts'
import { saveText, type TextToSave } from '../editor/save-text.ts'
import type { SavedText } from '../editor/use-saving.ts'
import { isJsonType } from '../views.ts'
import type { Conflict } from './conflict.ts'
import { ConflictButtons } from './conflict-buttons.tsx'
import { ConflictWords } from './conflict-words.tsx'
import { MergeArea } from './merge-area.tsx'
import type { MergeHandle } from './merge-editor.tsx'
import type { Merged } from './merge-lines.ts'
import classes from './merge.module.css'

/** A merge that is not done. */
export interface KeptMerge {
  /** Of the version of theirs. */
  readonly etag: string
  /** What stood in the editor. */
  readonly typed: string
  readonly result: Merged
}

/** One conflict: the words, the texts, and the ways out. */
export function Resolving({
  base,
  mine,
  typed,
  conflict,
  kept,
  onSaved,
  onBack,
  onDiscard,
  onAgain,
}: {
  readonly base: EditedVersion
  readonly mine: string
  readonly typed: string
  readonly conflict: Conflict
  readonly kept: KeptMerge | undefined
  readonly onSaved: (saved: Saved, text: SavedText) => void
  readonly onBack: (kept: KeptMerge | undefined) => void
  readonly onDiscard: (theirs: ObjectDetails | undefined) => void
  /** Somebody saved once more. */
  readonly onAgain: (mine: string) => void
}): ReactNode {
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const merge = useRef<MergeHandle>(null)
  const { key, contentType } = base.details
  const theirs = theirDetails(conflict)
  const shape = conflict.kind === 'text' ? conflict.theirs.shape : base.shape
  const save = async (plain: string): Promise<void> => {
    setSaving(true)
    setProblem(undefined)
    try {
      const text = restoredText(plain, shape)
      const condition = conditionOf(theirs)
      onSaved(await saveText({ key, text, contentType, condition }), { plain, shape })
    } catch (error) {
      setSaving(false)
      const failure = problemOf(error)
      if (overtakenCodes.includes(failure.code)) onAgain(plain)
      else setProblem(failure)
    }
  }
  const saveMerge = (): void => {
    const result = merge.current?.written()
    if (result !== undefined && !isSaving) void save(result.text)
  }
  const back = (): void => {
    const result = merge.current?.written()
    onBack(theirs && result && { etag: theirs.etag, typed, result })
  }
  const begun = kept?.etag === theirs?.etag && kept?.typed === typed ? kept?.result : undefined
  return (
    <>
      <div className={classes['words']}>
        <div role="alert">
          <ConflictWords conflict={conflict} />
        </div>
        <ConflictButtons
          kind={conflict.kind}
          isSaving={isSaving}
          onSaveMerge={saveMerge}
          onSaveMine={() => void save(mine)}
          onDiscard={() => onDiscard(theirs)}
          onBack={back}
        />
      </div>
      {problem === undefined ? null : <ProblemNotice problem={problem} />}
      {conflict.kind === 'text' ? (
        <MergeArea
          handle={merge}
          theirs={conflict.theirs.plain}
          result={begun ?? conflict.merged ?? { text: mine, conflicts: [] }}
          language={isJsonType(contentType) ? 'json' : 'text'}
          hasReturns={shape.lineBreak === undefined}
          onSave={saveMerge}
        />
      ) : null}
    </>
  )
}

/** Codes that say that the version one wanted to replace is not there any more. */
const overtakenCodes: readonly Problem['code'][] = [
  'PRECONDITION_FAILED',
  'ALREADY_EXISTS',
  'NOT_FOUND',
]

function theirDetails(conflict: Conflict): ObjectDetails | undefined {
  if (conflict.kind === 'gone') return undefined
  return conflict.kind === 'text' ? conflict.theirs.details : conflict.details
}

/** Nothing that was not seen is replaced. */
function conditionOf(theirs: ObjectDetails | undefined): TextToSave['condition'] {
  return theirs === undefined ? { ifNoneMatch: '*' } : { ifMatch: theirs.etag }
}
