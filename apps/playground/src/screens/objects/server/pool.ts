/** Work on many items, some at once. */

/**
 * Calls `work` for each item, at most `atOnce` at a time. When the signal fires nothing more is
 * begun, and what is under way is waited for.
 *
 * @throws what `work` throws first, after what was under way has ended.
 */
export async function eachOf<T>(
  items: Iterable<T>,
  atOnce: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]()
  let failure: { readonly error: unknown } | undefined
  const worker = async (): Promise<void> => {
    while (failure === undefined && !signal.aborted) {
      const next = iterator.next()
      if (next.done === true) return
      try {
        await work(next.value)
      } catch (error) {
        failure ??= { error }
      }
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  if (failure !== undefined) throw failure.error
}
