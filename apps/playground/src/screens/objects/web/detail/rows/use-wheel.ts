import { type RefObject, useEffect, useEffectEvent } from 'react'

/**
 * Moves by the wheel. At an end the wheel is left to what is around. The listener is our own,
 * because those of React cannot prevent.
 */
export function useWheel(
  element: RefObject<HTMLElement | null>,
  moveBy: (pixels: number) => boolean,
  linePx: number,
  pagePx: number,
): void {
  const onWheel = useEffectEvent((event: WheelEvent) => {
    // With Ctrl it zooms, with Shift or a tilt it goes sideways.
    if (event.ctrlKey || event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return
    const unit = [1, linePx, pagePx][event.deltaMode] ?? 1
    if (moveBy(event.deltaY * unit)) event.preventDefault()
  })
  useEffect(() => {
    const end = new AbortController()
    const listener = (event: WheelEvent): void => onWheel(event)
    element.current!.addEventListener('wheel', listener, { passive: false, signal: end.signal })
    return () => end.abort()
  }, [element])
}
