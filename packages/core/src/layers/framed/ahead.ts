/** Work on one item while the ones after it are worked on already, in order and bounded. */

/**
 * The results in the order of the items, with at most `atOnceMax` of them under way.
 *
 * A failure ends it where its item stands; what is under way behind it is waited for by nobody.
 */
export async function* workAhead<T, R>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnceMax: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  for await (const item of items) {
    const result = work(item)
    // Told when its turn comes, if it comes.
    result.catch(() => undefined)
    underWay.push(result)
    if (underWay.length >= atOnceMax) yield await underWay.shift()!
  }
  while (underWay.length > 0) yield await underWay.shift()!
}
