import { useElementSize } from '@mantine/hooks'
import { lazy, type ReactNode, Suspense } from 'react'
import { Late } from '../late.tsx'
import classes from './merge.module.css'
import type { MergeEditorProps } from './merge-editor.tsx'

const MergeEditor = lazy(() => import('./merge-editor.tsx'))

/** Two texts side by side need so much. */
const besideWidthPx = 640

/** Theirs beside the result; in one column where there is no room for two. */
export function MergeArea(props: Omit<MergeEditorProps, 'isNarrow'>): ReactNode {
  const { ref, width } = useElementSize()
  return (
    <div ref={ref} className={classes['area']}>
      {width === 0 ? null : (
        <Suspense fallback={<Late>Loading the editor…</Late>}>
          <MergeEditor {...props} isNarrow={width < besideWidthPx} />
        </Suspense>
      )}
    </div>
  )
}
