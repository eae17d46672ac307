/**
 * Pairs of versions, one of each end, that were seen to be the same. Whoever migrates the same way
 * again and keeps them saves a request for each object, where listings tell no metadata.
 */
import { hash } from 'node:crypto'
import type { ListedObject } from '../backend.ts'

/**
 * A cache, of one source and one destination: it may forget whatever it likes. A `Set<string>` is
 * one.
 */
export interface KnownPairs {
  /** @param pair 32 hexadecimal digits: a hash of both keys and both versions. */
  has(pair: string): boolean
  /** @param pair As of `has`. */
  add(pair: string): unknown
}

/**
 * The size of a copy is no part of it: listings of a store may tell another one than whoever wrote
 * the copy. Its time is: an etag that is made of the bytes stays when the metadata is replaced.
 */
export function pairOf(from: ListedObject, copy: ListedObject): string {
  const source = [from.key, from.etag, from.modifiedAt.getTime(), from.size]
  const text = JSON.stringify([...source, copy.key, copy.etag, copy.modifiedAt.getTime()])
  return hash('sha256', text, 'hex').slice(0, 32)
}
