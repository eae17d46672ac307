import { useCallback, useEffect, useRef } from 'react'

/** Whether the component is still shown: a late answer moves nobody who has gone elsewhere. */
export function useStillShown(): () => boolean {
  const isShown = useRef(false)
  useEffect(() => {
    isShown.current = true
    return () => {
      isShown.current = false
    }
  }, [])
  return useCallback(() => isShown.current, [])
}
