/**
 * Two listings side by side, joined by their keys in the one order that both have:
 *
 * ```
 * first     a  b     d
 * second       b  c  d  e      a: first only; b, d: both; c, e: second only
 * ```
 */
import { compareKeys, type ListedObject } from '@aos-storage/core'

/** An object, and the key by which it is joined. */
interface KeyedObject {
  readonly key: string
  readonly object: ListedObject
}

export interface Pair {
  readonly key: string
  readonly first: ListedObject | undefined
  readonly second: ListedObject | undefined
}

export type KeyedObjects = AsyncGenerator<KeyedObject, void, undefined>

/** Ends both listings, also when nobody wants more. @throws what either throws. */
export async function* pairsOf(
  left: KeyedObjects,
  right: KeyedObjects,
): AsyncGenerator<Pair, void, undefined> {
  const next = async (objects: KeyedObjects): Promise<KeyedObject | undefined> =>
    (await objects.next()).value ?? undefined
  try {
    let [first, second] = await Promise.all([next(left), next(right)])
    while (first !== undefined || second !== undefined) {
      const order =
        first === undefined ? 1 : second === undefined ? -1 : compareKeys(first.key, second.key)
      yield {
        key: (order <= 0 ? first : second)!.key,
        first: order <= 0 ? first!.object : undefined,
        second: order >= 0 ? second!.object : undefined,
      }
      if (order <= 0) first = await next(left)
      if (order >= 0) second = await next(right)
    }
  } finally {
    await left.return()
    await right.return()
  }
}
