/** Sources for bodies that know how they were treated. */
import assert from 'node:assert/strict'
import { turn } from './objects.ts'

/** A source that counts what is asked of it, and can be told where to fail. */
export class WatchedSource implements AsyncIterable<Uint8Array> {
  readonly #chunks: readonly unknown[]
  readonly #failAt: number | undefined
  readonly failure: Error = new Error('the source broke')
  started = 0
  pulled = 0
  closed = 0

  constructor(chunks: readonly unknown[], failAt?: number) {
    this.#chunks = chunks
    this.#failAt = failAt
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.started++
    return {
      next: async () => {
        await turn()
        const at = this.pulled++
        if (at === this.#failAt) throw this.failure
        if (at >= this.#chunks.length) return { done: true, value: undefined }
        return { done: false, value: this.#chunks[at] as Uint8Array }
      },
      return: async () => {
        this.closed++
        return { done: true, value: undefined }
      },
    }
  }
}

/** A source that never says anything, and whose pending chunk never comes. */
export class SilentSource implements AsyncIterable<Uint8Array> {
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return {
      next: () => new Promise(() => undefined),
      return: async () => {
        this.closed++
        return { done: true, value: undefined }
      },
    }
  }

  closed = 0
}

/** The store told the source that nobody reads on; it may do so a little after its answer. */
export async function expectClosed(
  source: { readonly closed: number },
  when: string,
): Promise<void> {
  for (let at = 0; at < 50 && source.closed === 0; at++) await turn()
  assert.ok(source.closed > 0, `the source iterator was not closed ${when}; call its return()`)
}
