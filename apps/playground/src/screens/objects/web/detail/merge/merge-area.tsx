import { useElementSize } from '@mantine/hooks'
import { CatchBoundary, type ErrorComponentProps } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense } from 'react'
import { Late } from '../../../../../web/late.tsx'
import { problemOf } from '../../../../../web/problem.ts'
import { ProblemNotice } from '../../../../../web/problem-text.tsx'
import classes from './merge.module.css'
import type { MergeEditorProps } from './merge-editor.tsx'

const MergeEditor = lazy(() => import('./merge-editor.tsx'))

/** Two texts side by side need so much. */
const besideWidthPx = 640

/** Theirs beside the result; in one column where there is no room for two. */
export function MergeArea({
  onBroken,
  ...props
}: Omit<MergeEditorProps, 'isNarrow'> & {
  /** Called when they cannot be shown; the other ways out of the conflict stay. */
  readonly onBroken: () => void
}): ReactNode {
  const { ref, width } = useElementSize()
  return (
    <div ref={ref} className={classes['area']}>
      {width === 0 ? null : (
        <CatchBoundary getResetKey={() => 0} onCatch={onBroken} errorComponent={Broken}>
          <Suspense fallback={<Late>Loading the editor…</Late>}>
            <MergeEditor {...props} isNarrow={width < besideWidthPx} />
          </Suspense>
        </CatchBoundary>
      )}
    </div>
  )
}

function Broken({ error }: ErrorComponentProps): ReactNode {
  const fix = 'Go back to editing: your text is still there. Copy it before you reload the page.'
  return <ProblemNotice problem={{ ...problemOf(error), fix }} />
}
