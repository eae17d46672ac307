/** The rows that a person chose to do something with. */
import type { Selection } from '../selection.ts'
import type { Columns } from './columns.ts'
import type { Listed } from './listing.ts'
import type { Order } from './order.ts'

/**
 * Chosen objects and prefixes, by key: they stay chosen when the list is sorted, filtered or read
 * again. Outside React, because all of a long list may be chosen.
 */
export class Chosen {
  /** Where the next range begins; undefined: where the keyboard is, or the pointer. */
  first: string | undefined
  #keys = new Set<string>()
  readonly #watchers = new Set<() => void>()
  #version = 0

  /** For `useSyncExternalStore`. */
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  /** For `useSyncExternalStore`: a number that goes up with every change. */
  readonly version = (): number => this.#version

  get size(): number {
    return this.#keys.size
  }

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  /** Chooses rows, or no longer. */
  set(keys: Iterable<string>, isChosen: boolean): void {
    for (const key of keys) {
      if (isChosen) this.#keys.add(key)
      else this.#keys.delete(key)
    }
    this.#tell()
  }

  /** Chooses nothing; a range after that does not begin where the person does not look any more. */
  clear(): void {
    this.first = undefined
    if (this.#keys.size === 0) return
    this.#keys.clear()
    this.#tell()
  }

  /** Lets go of what is not listed any more. */
  keepListed({ columns, byKey }: Listed): void {
    if (this.#keys.size === 0) return
    const listed = keysOf(columns, byKey).filter((key) => this.#keys.has(key))
    if (listed.length === this.#keys.size) return
    this.#keys = new Set(listed)
    this.#tell()
  }

  /** How many of them are not shown: the filter hides them. */
  hiddenIn({ columns, order }: Listed): number {
    if (this.#keys.size === 0) return 0
    let shown = 0
    for (const slot of order) if (this.#keys.has(columns.keys[slot]!)) shown += 1
    return this.#keys.size - shown
  }

  /** Whether they are all that there is under the prefix. */
  isAllOf({ byKey, status, isTruncated }: Listed): boolean {
    return status === 'ready' && !isTruncated && this.#keys.size === byKey.length
  }

  /** What is to be done something with: each object in the version that is shown. */
  selection({ columns, byKey }: Listed): Selection {
    const slots = [...byKey.filter((slot) => this.#keys.has(columns.keys[slot]!))]
    const objects = slots.filter((slot) => !columns.isPrefix(slot))
    const prefixes = slots.filter((slot) => columns.isPrefix(slot))
    return {
      objects: objects.map((slot) => ({ key: columns.keys[slot]!, etag: columns.etagOf(slot) })),
      prefixes: prefixes.map((slot) => columns.keys[slot]!),
    }
  }

  #tell(): void {
    this.#version += 1
    for (const watcher of this.#watchers) watcher()
  }
}

function keysOf(columns: Columns, order: Order): string[] {
  return Array.from(order, (slot) => columns.keys[slot]!)
}
