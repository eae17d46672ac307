import { type ReactNode, type RefObject, useEffect, useRef } from 'react'
import classes from './tree-pane.module.css'
import { Tree } from './tree.tsx'

/**
 * The tree beside the list; where there is no room for it, over the list when it is asked for. What
 * is open then takes the keyboard, and gives it back to the button that opened it.
 */
export function TreePane({
  id,
  isOpen,
  prefix,
  onOpen,
  onClose,
}: {
  readonly id: string
  readonly isOpen: boolean
  readonly prefix: string
  readonly onOpen: (prefix: string) => void
  readonly onClose: () => void
}): ReactNode {
  const pane = useRef<HTMLDivElement>(null)
  useOutside(pane, id, isOpen, onClose)
  return (
    <div
      ref={pane}
      id={id}
      className={classes['pane']}
      data-open={isOpen || undefined}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return
        event.stopPropagation()
        onClose()
        opener(id)?.focus()
      }}
    >
      <Tree current={prefix} takesFocus={isOpen} onOpen={onOpen} />
    </div>
  )
}

function opener(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[aria-controls="${CSS.escape(id)}"]`)
}

function useOutside(
  pane: RefObject<HTMLElement | null>,
  id: string,
  isOpen: boolean,
  onOutside: () => void,
): void {
  useEffect(() => {
    if (!isOpen) return undefined
    const look = ({ target }: PointerEvent): void => {
      const isInside = [pane.current, opener(id)].some((each) => each?.contains(target as Node))
      if (!isInside) onOutside()
    }
    document.addEventListener('pointerdown', look)
    return () => document.removeEventListener('pointerdown', look)
  }, [pane, id, isOpen, onOutside])
}
