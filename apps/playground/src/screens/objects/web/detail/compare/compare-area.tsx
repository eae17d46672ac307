import { useElementSize } from '@mantine/hooks'
import { lazy, type ReactNode, Suspense } from 'react'
import { Late } from '../../../../../web/late.tsx'
import mergeClasses from '../merge/merge.module.css'
import type { CompareEditorProps } from './compare-editor.tsx'

const CompareEditor = lazy(() => import('./compare-editor.tsx'))

/** Two texts side by side need so much. */
const besideWidthPx = 640

/** Two texts beside each other; in one column where there is no room for two. */
export function CompareArea(props: Omit<CompareEditorProps, 'isNarrow'>): ReactNode {
  const { ref, width } = useElementSize()
  return (
    <div ref={ref} className={mergeClasses['area']}>
      {width === 0 ? null : (
        <Suspense fallback={<Late>Loading the comparison…</Late>}>
          <CompareEditor {...props} isNarrow={width < besideWidthPx} />
        </Suspense>
      )}
    </div>
  )
}
