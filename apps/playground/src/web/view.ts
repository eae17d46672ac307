/** The state of a view stands in the address: reload, back and a shared link show the same. */
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback } from 'react'
import type { GenericSchema, InferOutput } from 'valibot'
import type { WebScreen } from './screen.ts'

/** Changes parts of the view; `undefined` removes one. `isReplaced`: no new step for "back". */
export type SetView<T> = (change: Partial<T>, options?: { readonly isReplaced?: boolean }) => void

/** What the address says of this screen's view, and how to change it. */
export function useView<S extends GenericSchema>(
  screen: WebScreen<S>,
): [InferOutput<S>, SetView<InferOutput<S>>] {
  const view = useSearch({ strict: false }) as InferOutput<S>
  const navigate = useNavigate()
  const { name } = screen
  const setView = useCallback<SetView<InferOutput<S>>>(
    (change, { isReplaced = false } = {}) => {
      void navigate({
        to: `/${name}`,
        search: (before: object) => ({ ...before, ...change }),
        replace: isReplaced,
      } as never)
    },
    [navigate, name],
  )
  return [view, setView]
}
