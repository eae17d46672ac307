/** Takes the keyboard back to the list when what had it is gone: a row, a button, a dialog. */
import { type RefObject, useCallback, useEffect, useEffectEvent, useRef } from 'react'
import { onDialogGone, openDialog } from '../transfer/dialog.ts'
import type { Listed } from './listing.ts'

/** The kit gives the keyboard back to what opened a dialog, if that is still there, after 10 ms. */
const givenBackMs = 50

/** The browser gives the keyboard of what is taken away to nothing. */
export function isKeyboardLost(): boolean {
  return document.activeElement === document.body
}

/**
 * Keeps the keyboard in the list; returns what takes it there. `onList` takes it to a row, `place`
 * has it when there is none.
 */
export function useKeyboardKept(
  { order }: Listed,
  place: RefObject<HTMLElement | null>,
  onList: () => void,
): () => void {
  const toList = useCallback(() => {
    onList()
    if (isKeyboardLost()) place.current?.focus({ preventScroll: true })
  }, [onList, place])
  const hadRows = useRef(false)
  useEffect(() => {
    if (order.length === 0 && hadRows.current && isKeyboardLost()) toList()
    hadRows.current = order.length > 0
  }, [order, toList])
  useKeyboardAfterDialog(toList)
  return toList
}

/** What was deleted was perhaps what the dialog would give the keyboard back to. */
function useKeyboardAfterDialog(toList: () => void): void {
  const look = useEffectEvent(() => {
    if (openDialog() === undefined && isKeyboardLost()) toList()
  })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const off = onDialogGone(() => {
      timer = setTimeout(() => look(), givenBackMs)
    })
    return () => {
      clearTimeout(timer)
      off()
    }
  }, [])
}
