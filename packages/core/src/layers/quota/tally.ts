/**
 * What a store holds, as far as is known without asking: the last measure, and the growth since by
 * what this process wrote.
 *
 * ```
 * measured        what a listing told
 * + written       own writes that ended since that listing began, each counted whole unless it is
 *                 known what it replaced
 * + reserved      own writes under way
 * ```
 *
 * Invariant: of what this process does, never too little is counted. What it does not know it
 * counts as growth: an overwrite as if the old object stayed, a delete not at all, unless it wrote
 * the object itself since the measure, or looked at it, and nothing else of its own was under way
 * at that key. The next measure puts it right.
 */

/** Bytes and objects. */
export interface Size {
  readonly bytes: number
  readonly objects: number
}

/** What a write does to what was there: nothing was, something was, or nobody knows. */
export type Replacing = 'nothing' | 'something' | 'unknown'

/** Objects written since the measure whose size is remembered; others count as unknown. */
const knownMax = 10_000

interface Sum {
  bytes: number
  objects: number
}

export class Tally {
  #measured: Size = { bytes: 0, objects: 0 }
  #written: Sum = { bytes: 0, objects: 0 }
  readonly #reserved: Sum = { bytes: 0, objects: 0 }
  /** Sizes of objects that were written since the measure began, by key. */
  #known = new Map<string, number>()
  /** What ended since the measure that is under way began; undefined while there is none. */
  #since: (Sum & { readonly known: Map<string, number> }) | undefined
  /** Own changes under way, by key; mixed when more than one met there. */
  readonly #running = new Map<string, { count: number; isMixed: boolean }>()
  #isGuess = false

  /** Without what is under way. */
  get held(): Size {
    const { bytes, objects } = this.#measured
    return { bytes: bytes + this.#written.bytes, objects: objects + this.#written.objects }
  }

  /** With what is under way. */
  get total(): Size {
    const { bytes, objects } = this.held
    return { bytes: bytes + this.#reserved.bytes, objects: objects + this.#reserved.objects }
  }

  /** True when a measure may tell less than is counted. */
  get isGuess(): boolean {
    return this.#isGuess
  }

  reserve({ bytes, objects }: Size): void {
    this.#reserved.bytes += bytes
    this.#reserved.objects += objects
  }

  release({ bytes, objects }: Size): void {
    this.#reserved.bytes -= bytes
    this.#reserved.objects -= objects
  }

  /** What a write of this size would add to what is counted. */
  growthOf(key: string, bytes: number, replacing: Replacing): Size {
    const old = replacing === 'nothing' ? undefined : this.#known.get(key)
    if (old !== undefined) return { bytes: bytes - old, objects: 0 }
    return { bytes, objects: replacing === 'something' ? 0 : 1 }
  }

  isKnown(key: string): boolean {
    return this.#known.has(key)
  }

  /**
   * A look at an object ended that was begun as a change is, so that changes beside it are seen. It
   * is as large, and counted already; undefined: nobody knows.
   */
  looked(key: string, bytes: number | undefined): void {
    const isMixed = this.#end(key)
    if (!isMixed && bytes !== undefined) remember(this.#known, key, bytes)
  }

  /** As {@link looked}, in the middle of a change that goes on. */
  lookedWithin(key: string, bytes: number | undefined): void {
    const isMixed = this.#running.get(key)?.isMixed ?? true
    if (!isMixed && bytes !== undefined) remember(this.#known, key, bytes)
  }

  /** A change of a key begins; each one ends with one of the methods below. */
  begin(key: string): void {
    const running = this.#running.get(key)
    if (running === undefined) this.#running.set(key, { count: 1, isMixed: false })
    else {
      running.count++
      running.isMixed = true
    }
  }

  /** A write ended well. */
  wrote(key: string, bytes: number, replacing: Replacing): void {
    const isMixed = this.#end(key)
    if (isMixed) {
      // Whose bytes stand there is not known.
      this.#forget(key)
      this.#isGuess = true
      this.#grow(bytes, 1)
      return
    }
    const growth = this.growthOf(key, bytes, replacing)
    if (replacing !== 'nothing' && !this.#known.has(key)) this.#isGuess = true
    this.#grow(growth.bytes, growth.objects)
    remember(this.#known, key, bytes)
    if (this.#since !== undefined) remember(this.#since.known, key, bytes)
  }

  /** A write failed, and nobody knows whether it was made all the same. */
  mayHaveWritten(key: string, bytes: number): void {
    this.#end(key)
    this.#isGuess = true
    this.#grow(bytes, 1)
    this.#forget(key)
  }

  deleted(key: string): void {
    const isMixed = this.#end(key)
    const bytes = isMixed ? undefined : this.#known.get(key)
    this.#isGuess = true
    this.#forget(key)
    if (bytes === undefined) return
    // Not for a measure under way: it may have listed the object before.
    this.#written.bytes -= bytes
    this.#written.objects -= 1
  }

  /** A change ended without having been made. */
  unchanged(key: string): void {
    this.#end(key)
  }

  /** Something may be gone that is counted. */
  doubt(): void {
    this.#isGuess = true
  }

  /** A listing begins. */
  beginMeasure(): void {
    this.#since = { bytes: 0, objects: 0, known: new Map() }
  }

  /** The listing ended. Undefined: it failed. */
  endMeasure(measured: Size | undefined): void {
    const since = this.#since
    this.#since = undefined
    if (measured === undefined || since === undefined) return
    this.#measured = measured
    this.#written = { bytes: since.bytes, objects: since.objects }
    this.#known = since.known
    // Writes that ended while it went on may be in it, and are counted as well.
    this.#isGuess = since.bytes > 0 || since.objects > 0
  }

  #grow(bytes: number, objects: number): void {
    this.#written.bytes += bytes
    this.#written.objects += objects
    if (this.#since === undefined) return
    // What shrinks meanwhile may have been listed as it was before, or after.
    this.#since.bytes += Math.max(0, bytes)
    this.#since.objects += objects
  }

  /** True when another change of the key was under way. */
  #end(key: string): boolean {
    const running = this.#running.get(key)
    if (running === undefined) return false
    if (--running.count === 0) this.#running.delete(key)
    return running.isMixed
  }

  #forget(key: string): void {
    this.#known.delete(key)
    this.#since?.known.delete(key)
  }
}

function remember(known: Map<string, number>, key: string, bytes: number): void {
  known.delete(key)
  known.set(key, bytes)
  if (known.size <= knownMax) return
  for (const oldest of known.keys()) {
    known.delete(oldest)
    return
  }
}
