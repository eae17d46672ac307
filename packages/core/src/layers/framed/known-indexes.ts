/** Indexes that were read or written of late: ranges and sizes do not ask for them again. */
import type { FrameIndex } from './form.ts'

/** What all of them may take, in bytes of memory, and how many they may be. */
const heldBytesMax = 4 * 1024 ** 2
const entriesMax = 1000
/** Of an entry, beside its rows. */
const entryBytes = 512

/** The index of one version. */
export interface KnownIndex {
  readonly etag: string
  /** An etag may stand for the bytes alone: another mark reads them otherwise. */
  readonly mark: string
  readonly index: FrameIndex
}

/** The index of the version of each key that was met last; the oldest are forgotten. */
export class KnownIndexes {
  readonly #entries = new Map<string, KnownIndex>()
  #heldBytes = 0

  get(key: string): KnownIndex | undefined {
    const known = this.#entries.get(key)
    if (known === undefined) return undefined
    // Used last: forgotten last.
    this.#entries.delete(key)
    this.#entries.set(key, known)
    return known
  }

  set(key: string, known: KnownIndex): void {
    this.delete(key)
    if (bytesOf(known) > heldBytesMax) return
    this.#entries.set(key, known)
    this.#heldBytes += bytesOf(known)
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= entriesMax && this.#heldBytes <= heldBytesMax) break
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const known = this.#entries.get(key)
    if (known === undefined) return
    this.#entries.delete(key)
    this.#heldBytes -= bytesOf(known)
  }
}

function bytesOf({ index }: KnownIndex): number {
  return entryBytes + index.rows.heldBytes
}
