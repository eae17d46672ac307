import { useThrottledCallback } from '@mantine/hooks'
import { useEffect, useEffectEvent, useRef } from 'react'
import { useView } from '../../../../../web/view.ts'
import screen from '../../screen.ts'

/** Browsers refuse to change the address too often. */
const tellMs = 300

/**
 * The byte at the top, as it stands in the address.
 *
 * @param onAsked Called when the address names another byte than it was told: back, a link.
 */
export function useAt(onAsked: (at: number) => void): {
  /** The byte at the top now. */
  readonly topAt: () => number
  readonly tellAt: (at: number) => void
} {
  const [{ at = 0 }, setView] = useView(screen)
  const top = useRef(at)
  const told = useRef(at)
  const write = useThrottledCallback((next: number) => {
    if (told.current === next) return
    told.current = next
    setView({ at: next === 0 ? undefined : next }, { isReplaced: true })
  }, tellMs)
  const ask = useEffectEvent(onAsked)
  useEffect(() => {
    if (at === told.current) return
    told.current = at
    ask(at)
  }, [at])
  return {
    topAt: () => top.current,
    tellAt: (next) => {
      top.current = next
      write(next)
    },
  }
}
