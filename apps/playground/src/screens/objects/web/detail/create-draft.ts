/** A new object that is being typed, and what becomes of it. */
import type { RefObject } from 'react'
import type { EditorHandle } from './editor/code-editor.tsx'
import { startingText } from './starting-text.ts'

export interface Draft {
  readonly editor: RefObject<EditorHandle | null>
  /** Resolves when the object is made, or is not; never rejects. */
  readonly creating: RefObject<Promise<void>>
  /** It is stored: nothing is lost any more. */
  readonly isCreated: RefObject<boolean>
}

/** True when something else stands there than at the start. */
export function isTyped(editor: EditorHandle | null): editor is EditorHandle {
  return editor !== null && !Object.values(startingText).includes(editor.snapshot().text)
}
