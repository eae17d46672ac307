/** The person comes back to the tab. */

/** Calls `handle` when the tab is seen again after so long at least, until the result is called. */
export function onReturn(awayMsMin: number, handle: () => void): () => void {
  let leftAt: number | undefined
  const look = (): void => {
    if (document.visibilityState === 'hidden') {
      leftAt ??= performance.now()
      return
    }
    const isBack = leftAt !== undefined && performance.now() - leftAt >= awayMsMin
    leftAt = undefined
    if (isBack) handle()
  }
  document.addEventListener('visibilitychange', look)
  return () => document.removeEventListener('visibilitychange', look)
}
