/** Many requests of one kind, so many at once and no more: the parts of a long copy. */

/**
 * Runs the task for places 0 to `count - 1`, several at once, in order of their start.
 *
 * Invariant: nothing runs any more when this ends, however it ends. On the first failure the signal
 * of the others fires; theirs, which come of that, are not told.
 *
 * @param signal The caller's; a task ends when the one that it is given fires.
 * @returns What the tasks gave, in order of place.
 * @throws What the first task that failed threw.
 */
export async function eachPlace<T>(
  count: number,
  concurrency: number,
  signal: AbortSignal | undefined,
  task: (place: number, signal: AbortSignal) => Promise<T>,
): Promise<T[]> {
  const failed = new AbortController()
  const ended = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const given: T[] = Array.from({ length: count })
  let failure: unknown
  let next = 0
  const work = async (): Promise<void> => {
    try {
      while (next < count && !failed.signal.aborted) {
        const place = next++
        given[place] = await task(place, ended)
      }
    } catch (error) {
      // The others then end because of this one.
      if (!failed.signal.aborted) failure = error
      failed.abort()
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, count) }, work))
  if (failed.signal.aborted) throw failure as Error
  return given
}
