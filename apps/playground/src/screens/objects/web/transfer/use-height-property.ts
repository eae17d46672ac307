/**
 * The height of an element as a property of the page's styles, for what has to keep clear of it.
 */
import { type RefObject, useEffect } from 'react'

/** Sets `property`, in pixels, for as long as the element is shown. */
export function useHeightProperty(element: RefObject<HTMLElement | null>, property: string): void {
  useEffect(() => {
    const { style } = document.documentElement
    const observer = new ResizeObserver(([entry]) => {
      const height = entry?.borderBoxSize[0]?.blockSize ?? 0
      style.setProperty(property, `${Math.ceil(height)}px`)
    })
    if (element.current !== null) observer.observe(element.current)
    return () => {
      observer.disconnect()
      style.removeProperty(property)
    }
  }, [element, property])
}
