/** Work on many items, some at once, with results in the order of the items. */

export interface InOrderOptions {
  readonly concurrency: number
  readonly signal: AbortSignal
}

/**
 * Items are pulled as there is room for them: so memory holds no more than `concurrency` of them.
 * When one fails, or whoever takes the results stops, those under way are told by their signal, and
 * end before this does.
 */
export async function* inOrder<Item, Result>(
  items: AsyncIterable<Item> | Iterable<Item>,
  { concurrency, signal }: InOrderOptions,
  work: (item: Item, signal: AbortSignal) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const underWay: Promise<Result>[] = []
  const ending = new AbortController()
  const either = AbortSignal.any([signal, ending.signal])
  try {
    for await (const item of items) {
      const result = work(item, either)
      // Looked at in its turn; until then a failure waits there.
      result.catch(() => undefined)
      underWay.push(result)
      if (underWay.length >= concurrency) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    ending.abort(new Error('nobody waits for it any more'))
    await Promise.allSettled(underWay)
  }
}
