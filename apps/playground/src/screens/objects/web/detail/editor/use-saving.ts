/**
 * What is saved of a text that is edited, and what stands against it.
 *
 *     typing ── save ──▶ saved; typing goes on
 *                  └──▶ somebody was faster ──▶ conflict ──▶ saved
 *                                                       ├──▶ back to typing
 *                                                       └──▶ mine discarded
 *
 * The editor may be left while a save is under way: what comes of it is told all the same.
 */
import { type RefObject, useRef, useState } from 'react'
import { type Problem, problemOf, tellProblem } from '../../../../../web/problem.ts'
import type { ObjectDetails, Saved } from '../../../server/wire.ts'
import { offerUndo } from '../../transfer/transfers.ts'
import { type Opened, readDetails } from '../use-opened.ts'
import type { EditorHandle } from './code-editor.tsx'
import type { EditedVersion } from './edited-version.ts'
import { restoredText } from './exact-text.ts'
import { saveText } from './save-text.ts'

/** A text that was saved, without what the store knows of it. */
export type SavedText = Omit<EditedVersion, 'details'>

export interface Saving {
  /** The version that the text in the editor began with. */
  readonly base: EditedVersion
  readonly isChanged: boolean
  readonly isSaving: boolean
  /** Why it was not saved. */
  readonly problem: Problem | undefined
  /** The text that is to be merged with somebody else's; undefined without a conflict. */
  readonly mine: string | undefined
  /** To be called after every edit. */
  readonly noteEdit: () => void
  readonly save: () => Promise<void>
  /** Resolves when no save is under way; never rejects. */
  readonly settled: () => Promise<void>
  /** A save of another's: it is under way, too. Must not reject. */
  readonly waitFor: (saving: Promise<void>) => void
  /** Merges before it comes to a conflict. */
  readonly merge: () => void
  /** Back from the conflict: what was saved there, or nothing. */
  readonly endConflict: (outcome?: { readonly saved: Saved; readonly text: SavedText }) => void
  /** Nothing of the text is wanted any more. */
  readonly discard: () => void
}

/** Saves only over the version that was loaded or saved last. */
export function useSaving(
  loaded: EditedVersion,
  opened: Opened,
  editor: RefObject<EditorHandle | null>,
  /** Loads another version over this one. */
  onLoad: (version: ObjectDetails) => void,
): Saving {
  const [base, setBase] = useState(loaded)
  const [mine, setMine] = useState<string>()
  const [isChanged, setChanged] = useState(false)
  const [isSaving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const underWay = useRef(Promise.resolve())
  const { key, contentType, etag } = base.details

  const accept = ({ info, undo }: Saved, text: SavedText): void => {
    offerUndo(undo, { onUndone: () => void loadUndone() })
    opened.accept(info)
    setBase({ ...text, details: info })
    setChanged(editor.current?.isChanged() ?? false)
    setProblem(undefined)
  }
  /** One's own undo is nobody else's change: it is loaded, unless something was typed since. */
  const loadUndone = async (): Promise<void> => {
    const isUnchanged = (): boolean => editor.current?.isChanged() === false
    if (!isUnchanged()) return
    const { signal } = new AbortController()
    const now = await readDetails(key, 'page', signal).catch(() => undefined)
    if (now !== undefined && isUnchanged()) onLoad(now)
  }
  const refuse = (error: unknown): void => {
    const failure = problemOf(error)
    if (editor.current === null) tellProblem(error)
    // With what was typed since.
    else if (overtakenCodes.includes(failure.code)) setMine(editor.current.snapshot().text)
    else setProblem(failure)
  }
  const saveNow = async (): Promise<void> => {
    const snapshot = editor.current!.snapshot()
    setSaving(true)
    try {
      const text = restoredText(snapshot.text, base.shape)
      const saved = await saveText({ key, text, contentType, condition: { ifMatch: etag } })
      snapshot.markSaved()
      accept(saved, { plain: snapshot.text, shape: base.shape })
    } catch (error) {
      refuse(error)
    } finally {
      setSaving(false)
    }
  }
  const markSaved = (): void => {
    editor.current?.snapshot().markSaved()
    setChanged(false)
    setMine(undefined)
  }
  return {
    ...{ base, isChanged, isSaving, problem, mine },
    noteEdit: () => {
      setChanged(editor.current?.isChanged() ?? false)
      setProblem(undefined)
    },
    save: async () => {
      if (isSaving || editor.current?.isChanged() !== true) return
      underWay.current = saveNow()
      await underWay.current
    },
    settled: () => underWay.current,
    waitFor: (saving) => void (underWay.current = saving),
    merge: () => setMine(editor.current?.snapshot().text),
    endConflict: (outcome) => {
      if (outcome === undefined) return setMine(undefined)
      editor.current?.replace(outcome.text.plain)
      markSaved()
      accept(outcome.saved, outcome.text)
    },
    discard: markSaved,
  }
}

/** The version that was to be replaced is not there any more. */
const overtakenCodes: readonly Problem['code'][] = ['PRECONDITION_FAILED', 'NOT_FOUND']
