/** Going through a listing, and through anything else several at a time. */
import type { ListedObject, OperationOptions, StorageBackend } from '../../backend.ts'
import { CircleWatch } from '../../listing.ts'

/** All objects under a prefix, page by page. */
export async function* listAll(
  backend: StorageBackend,
  prefix: string,
  options: OperationOptions,
): AsyncGenerator<ListedObject> {
  const watch = new CircleWatch()
  let cursor: string | undefined
  do {
    const page = await backend.list({ ...options, prefix, ...(cursor !== undefined && { cursor }) })
    yield* page.objects
    cursor = page.cursor
    if (cursor !== undefined) watch.pass(cursor)
  } while (cursor !== undefined)
}

/** Does each, at most `atOnce` at a time. The first failure ends it, once those under way ended. */
export async function eachOf<T>(
  items: AsyncIterable<T> | Iterable<T>,
  atOnce: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>()
  let failure: { readonly error: unknown } | undefined
  try {
    for await (const item of items) {
      if (failure !== undefined) break
      const run = task(item)
        .catch((error: unknown) => {
          failure ??= { error }
        })
        .finally(() => running.delete(run))
      running.add(run)
      if (running.size >= atOnce) await Promise.race(running)
    }
  } finally {
    await Promise.all(running)
  }
  if (failure !== undefined) throw failure.error
}
