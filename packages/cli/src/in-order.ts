/** Work on many items, some at once, with results in the order of the items. */

/**
 * Items are pulled as there is room for them: so memory holds no more than `concurrency` of them.
 * When one fails, those under way end before the failure is thrown.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  concurrency: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      // Looked at in its turn; until then a failure waits there.
      result.catch(() => undefined)
      underWay.push(result)
      if (underWay.length >= concurrency) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    await Promise.allSettled(underWay)
  }
}
