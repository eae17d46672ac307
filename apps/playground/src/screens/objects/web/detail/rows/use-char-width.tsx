import { type ReactNode, useCallback, useState } from 'react'
import classes from './row-window.module.css'

const sample = '0'.repeat(50)

/**
 * How wide a character of the font around is, for columns of a monospaced one.
 *
 * @returns what has to be put where the font is, and the width in pixels; 0 before it is known.
 */
export function useCharWidth(): { readonly char: ReactNode; readonly charWidth: number } {
  const [charWidth, setCharWidth] = useState(0)
  const measure = useCallback((element: HTMLSpanElement | null) => {
    if (element !== null) setCharWidth(element.getBoundingClientRect().width / sample.length)
  }, [])
  const char = (
    <span ref={measure} className={classes['sample']} aria-hidden>
      {sample}
    </span>
  )
  return { char, charWidth }
}
