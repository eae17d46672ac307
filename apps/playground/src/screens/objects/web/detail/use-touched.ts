/** When the object that is open may be another one than is shown. */
import { useEffect, useEffectEvent } from 'react'
import type { Change } from '../../../../server/changes.ts'
import { onLive } from '../../../../web/live.ts'
import { doubtful, isLeaving, onOver } from '../transfer/over.ts'

/** How soon it is looked again at what this page itself takes away. */
const leavingMs = 500

/** Calls `onTouched` after the key was written or deleted, or a transfer met another version. */
export function useTouched(key: string, onTouched: () => void): void {
  const touched = useEffectEvent(onTouched)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = (): void => {
      clearTimeout(timer)
      // The view follows what is moved here; if it cannot, it looks again.
      if (isLeaving(key)) timer = setTimeout(look, leavingMs)
      else touched()
    }
    const offChanges = onLive<readonly Change[]>('changes', (changes) => {
      if (changes.some((change) => change.key === key)) look()
    })
    const offOver = onOver((over) => {
      if (doubtful(over).includes(key)) touched()
    })
    return () => {
      clearTimeout(timer)
      offChanges()
      offOver()
    }
  }, [key])
}
