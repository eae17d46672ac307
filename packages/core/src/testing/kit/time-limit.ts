/** The kit's own time limit: what hangs is told by case and seed rather than by the runner. */

/**
 * Rejects when the work takes longer. The work itself is told by `onLate`, and is left alone.
 *
 * @throws Error `did not end within ... ms`, or what the work throws.
 */
export async function withinTime<T>(
  work: Promise<T>,
  limitMs: number,
  onLate?: (error: Error) => void,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`did not end within ${Math.round(limitMs)} ms`)
      onLate?.(error)
      reject(error)
    }, limitMs)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
