import { lazy, type ReactNode, Suspense } from 'react'
import { Late } from '../../../../../web/late.tsx'
import type { CodeEditorProps } from './code-editor.tsx'

const CodeEditor = lazy(() => import('./code-editor.tsx'))

/** An editor for text, loaded when it is first needed. */
export function CodeArea(props: CodeEditorProps): ReactNode {
  return (
    <Suspense fallback={<Late>Loading the editor…</Late>}>
      <CodeEditor {...props} />
    </Suspense>
  )
}
