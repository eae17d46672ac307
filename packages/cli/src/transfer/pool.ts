/** Work on many items, so many at once. */

/**
 * Takes items as there is room for them. Once `signal` fires, or a `work` throws, no more are
 * taken, those under way are waited for, and what was thrown first is thrown.
 */
export async function forEachAtOnce<T>(
  items: Iterable<T> | AsyncIterable<T>,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
  work: (item: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>()
  let failure: { readonly cause: unknown } | undefined
  const start = (item: T): void => {
    const one = work(item)
      .catch((cause: unknown) => {
        failure ??= { cause }
      })
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }
  try {
    for await (const item of items) {
      if (signal.aborted || failure !== undefined) break
      start(item)
      if (underWay.size >= concurrency) await Promise.race(underWay)
    }
  } catch (cause) {
    failure ??= { cause }
  }
  await Promise.all(underWay)
  if (failure !== undefined) throw failure.cause
}
