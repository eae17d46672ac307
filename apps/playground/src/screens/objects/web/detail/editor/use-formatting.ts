import { type RefObject, useState } from 'react'
import { tellProblem } from '../../../../../web/problem.ts'
import type { EditorHandle } from './code-editor.tsx'
import { formatBeside } from './format-beside.ts'

export interface Formatting {
  readonly isUnderWay: boolean
  /** Lays the JSON in the editor out anew, or goes to where it is none. */
  readonly format: () => Promise<void>
}

/** Formats what is in an editor; what is typed meanwhile stays, and then nothing is laid out. */
export function useFormatting(editor: RefObject<EditorHandle | null>): Formatting {
  const [isUnderWay, setUnderWay] = useState(false)
  const format = async (): Promise<void> => {
    const snapshot = editor.current?.snapshot()
    if (snapshot === undefined || isUnderWay) return
    setUnderWay(true)
    try {
      const result = await formatBeside(snapshot.text)
      if (editor.current === null || !snapshot.isCurrent()) return
      if (typeof result === 'string') editor.current.replace(result)
      else editor.current.focus(result.at)
    } catch (error) {
      tellProblem(error)
    } finally {
      setUnderWay(false)
    }
  }
  return { isUnderWay, format }
}
