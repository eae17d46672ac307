/**
 * Something that is opened when it is first asked for, once for all who ask.
 *
 *     closed ──► opening ──► open ──► closed, for good
 *        └── fails ◄─┘
 *
 * Invariant: a failure is not kept: the next one who asks tries again.
 */
export class Opening<T extends { stop(): Promise<void> }> {
  readonly #open: () => Promise<T>
  #opening: Promise<T> | undefined
  #opened: T | undefined
  #isClosed = false

  constructor(open: () => Promise<T>) {
    this.#open = open
  }

  get state(): 'open' | 'closed' | 'opening' {
    if (this.#opened !== undefined) return 'open'
    return this.#opening === undefined ? 'closed' : 'opening'
  }

  /** Undefined until it is open. */
  get opened(): T | undefined {
    return this.#opened
  }

  async open(): Promise<T> {
    if (this.#opened !== undefined) return this.#opened
    this.#opening ??= this.#begin()
    return this.#opening
  }

  /** What is being opened is stopped when it is. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#opening?.catch(() => undefined)
    const opened = this.#opened
    // Nobody is given what has ended.
    this.#opened = undefined
    await opened?.stop()
  }

  async #begin(): Promise<T> {
    try {
      if (this.#isClosed) throw new Error('It was closed')
      const opened = await this.#open()
      this.#opened = opened
      return opened
    } finally {
      this.#opening = undefined
    }
  }
}
