import { type RefObject, useEffect, useRef, useState } from 'react'
import { type Problem, problemOf, tellProblem } from '../../../../../web/problem.ts'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import { restoredText, withoutShape } from '../editor/exact-text.ts'
import { saveText, type TextToSave } from '../editor/save-text.ts'
import type { SavedText } from '../editor/use-saving.ts'
import { isJsonType } from '../views.ts'
import type { Conflict } from './conflict.ts'
import type { KeptMerge } from './put-together.ts'

/** A text, and what it is saved as. */
export interface OwnText extends SavedText {
  readonly contentType: string
}

/** What goes on when somebody saved once more. */
export interface Next {
  readonly kept: KeptMerge | undefined
  readonly own: OwnText
}

export interface Resolving {
  readonly isSaving: boolean
  /** Why it was not saved. */
  readonly problem: Problem | undefined
  readonly save: (text: OwnText) => void
}

/** Saves over theirs, in the version that is seen; who left meanwhile is told what fails. */
export function useResolving(
  conflict: Conflict,
  objectKey: string,
  on: {
    /** Called with every save that begins; it does not reject. */
    readonly onSaving: (saving: Promise<void>) => void
    readonly onSaved: (saved: Saved, text: SavedText) => void
    /** Somebody saved once more. */
    readonly onOvertaken: (own: OwnText) => void
  },
): Resolving {
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const isShown = useIsShown()
  const save = async (text: OwnText): Promise<void> => {
    setSaving(true)
    setProblem(undefined)
    try {
      const { saved, exact } = await saveExactly(objectKey, text, conditionOf(conflict))
      on.onSaved(saved, exact)
    } catch (error) {
      setSaving(false)
      const failure = problemOf(error)
      if (!isShown.current) tellProblem(error)
      else if (overtakenCodes.includes(failure.code)) on.onOvertaken(text)
      else setProblem(failure)
    }
  }
  return {
    isSaving,
    problem,
    save: (text) => {
      if (!isSaving) on.onSaving(save(text))
    },
  }
}

function useIsShown(): RefObject<boolean> {
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => void (isShown.current = false)
  }, [])
  return isShown
}

/** Saves a text; the one that was saved may have ends of lines of another shape. */
async function saveExactly(
  key: string,
  { plain, shape, contentType }: OwnText,
  condition: TextToSave['condition'],
): Promise<{ readonly saved: Saved; readonly exact: SavedText }> {
  const text = restoredText(plain, shape)
  const saved = await saveText({ key, text, contentType, condition })
  return { saved, exact: withoutShape(text, isJsonType(contentType)) }
}

/** Codes that say that the version one wanted to replace is not there any more. */
const overtakenCodes: readonly Problem['code'][] = [
  'PRECONDITION_FAILED',
  'ALREADY_EXISTS',
  'NOT_FOUND',
]

/** What there is of theirs. */
export function theirDetails(conflict: Conflict): ObjectDetails | undefined {
  if (conflict.kind === 'gone') return undefined
  return conflict.kind === 'text' ? conflict.theirs.details : conflict.details
}

/** Nothing that was not seen is replaced. */
function conditionOf(conflict: Conflict): TextToSave['condition'] {
  const theirs = theirDetails(conflict)
  return theirs === undefined ? { ifNoneMatch: '*' } : { ifMatch: theirs.etag }
}
