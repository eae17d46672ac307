/** Whether two bodies hold the same bytes, in constant memory. */
import type { BodyStream, ReadResult } from '../../backend.ts'
import { closeIterator } from '../../source.ts'

/** Reads both to their end, or to the first difference; closes both. */
export async function hasSameBody(a: ReadResult, b: ReadResult): Promise<boolean> {
  const [left, right] = [new Chunks(a.body), new Chunks(b.body)]
  try {
    for (;;) {
      const [x, y] = [await left.peek(), await right.peek()]
      if (x === undefined || y === undefined) return x === y
      const bytes = Math.min(x.byteLength, y.byteLength)
      if (Buffer.compare(x.subarray(0, bytes), y.subarray(0, bytes)) !== 0) return false
      left.skip(bytes)
      right.skip(bytes)
    }
  } finally {
    await Promise.all([left.close(), right.close()])
  }
}

class Chunks {
  readonly #body: Uint8Array | BodyStream
  #iterator: AsyncIterator<Uint8Array> | undefined
  #rest: Uint8Array = new Uint8Array()
  #isOver = false

  constructor(body: Uint8Array | BodyStream) {
    this.#body = body
    if (!(body instanceof Uint8Array)) return
    this.#rest = body
    this.#isOver = true
  }

  /** What comes next, at least one byte of it; undefined at the end. */
  async peek(): Promise<Uint8Array | undefined> {
    while (this.#rest.byteLength === 0) {
      if (this.#isOver || this.#body instanceof Uint8Array) return undefined
      this.#iterator ??= this.#body[Symbol.asyncIterator]()
      const next = await this.#iterator.next()
      if (next.done === true) this.#isOver = true
      else this.#rest = next.value
    }
    return this.#rest
  }

  skip(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes)
  }

  async close(): Promise<void> {
    if (this.#body instanceof Uint8Array) return
    if (this.#iterator !== undefined && !this.#isOver) await closeIterator(this.#iterator)
    await this.#body.cancel().catch(() => undefined)
  }
}
