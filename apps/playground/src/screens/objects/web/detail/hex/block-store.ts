/**
 * The bytes of an object of any size, a few blocks at a time.
 *
 *     seen:      ········[ 7 ][ 8 ]········      read at once
 *     neighbours:    [ 6 ]        [ 9 ]          read when those are there
 *
 * Invariant: at most `blocksMax` blocks are kept, the least recently seen go first; at most
 * `readsMax` are read at once; what is neither seen nor a neighbour is not read any longer.
 */

export const blockBytes = 64 * 1024
const blocksMax = 64
const readsMax = 4
/** While one scrolls on, nothing is read that is passed sooner than this. */
const settleMs = 40

/** Reads a block. Rejects with an `AbortError` when the signal fires. */
export type ReadBlock = (offset: number, length: number, signal: AbortSignal) => Promise<Uint8Array>

/** Keeps and reads the blocks of one version. */
export class BlockStore {
  readonly #size: number
  readonly #read: ReadBlock
  readonly #blocks = new Map<number, Uint8Array>()
  readonly #reads = new Map<number, AbortController>()
  readonly #watchers = new Set<() => void>()
  #wanted: readonly number[] = []
  #timer: ReturnType<typeof setTimeout> | undefined
  #hasBegun = false
  #version = 0
  #failure: unknown

  constructor(size: number, read: ReadBlock) {
    this.#size = size
    this.#read = read
  }

  /** For `useSyncExternalStore`: tells of every block that came, and of a failure. */
  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  readonly version = (): number => this.#version

  /** What kept a block from being read; nothing more is read until {@link retry}. */
  get failure(): unknown {
    return this.#failure
  }

  /** The byte at an offset; undefined while it is not there. */
  byteAt(offset: number): number | undefined {
    return this.#blocks.get(Math.floor(offset / blockBytes))?.[offset % blockBytes]
  }

  /** What is seen now: from one offset up to, not including, another. */
  see(from: number, to: number): void {
    const first = Math.floor(from / blockBytes)
    const last = Math.floor(Math.max(from, to - 1) / blockBytes)
    const seen = Array.from({ length: last - first + 1 }, (_, index) => first + index)
    this.#wanted = [...seen, last + 1, first - 1].filter((block) => this.#isInside(block))
    for (const block of seen) this.#touch(block)
    for (const [block, abort] of this.#reads) {
      if (this.#wanted.includes(block)) continue
      this.#reads.delete(block)
      abort.abort()
    }
    clearTimeout(this.#timer)
    const isFirst = !this.#hasBegun
    this.#hasBegun = true
    if (isFirst) this.#readOn()
    else this.#timer = setTimeout(() => this.#readOn(), settleMs)
  }

  /** Reads again after a failure. */
  retry(): void {
    this.#failure = undefined
    this.#tell()
    this.#readOn()
  }

  /** Ends all reads. The store may be used again. */
  stop(): void {
    clearTimeout(this.#timer)
    for (const abort of this.#reads.values()) abort.abort()
    this.#reads.clear()
    this.#hasBegun = false
  }

  #isInside(block: number): boolean {
    return block >= 0 && block * blockBytes < this.#size
  }

  #readOn(): void {
    if (this.#failure !== undefined) return
    for (const block of this.#wanted) {
      if (this.#reads.size >= readsMax) return
      if (!this.#blocks.has(block) && !this.#reads.has(block)) void this.#fetch(block)
    }
  }

  async #fetch(block: number): Promise<void> {
    const abort = new AbortController()
    this.#reads.set(block, abort)
    const offset = block * blockBytes
    try {
      const length = Math.min(blockBytes, this.#size - offset)
      const bytes = await this.#read(offset, length, abort.signal)
      if (abort.signal.aborted) return
      this.#blocks.set(block, bytes)
      this.#forget()
    } catch (error) {
      if (abort.signal.aborted) return
      this.#failure = error
    }
    this.#reads.delete(block)
    this.#tell()
    this.#readOn()
  }

  /** Makes a block the most recently seen one. */
  #touch(block: number): void {
    const bytes = this.#blocks.get(block)
    if (bytes === undefined) return
    this.#blocks.delete(block)
    this.#blocks.set(block, bytes)
  }

  #forget(): void {
    for (const block of this.#blocks.keys()) {
      if (this.#blocks.size <= blocksMax) return
      if (!this.#wanted.includes(block)) this.#blocks.delete(block)
    }
  }

  #tell(): void {
    this.#version += 1
    for (const watcher of this.#watchers) watcher()
  }
}
