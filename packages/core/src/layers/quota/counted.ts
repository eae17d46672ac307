/** A body whose chunks ask before they pass. */
import type { BodyStream, WriteBody } from '../../backend.ts'
import { closeIterator, discardSource } from '../../source.ts'

export interface CountedSource extends BodyStream {
  /** True once all of it was read. */
  readonly isWhole: boolean
}

/**
 * An object rather than a generator: one that waits for a silent source could not be closed.
 *
 * @param admit Rejects when a chunk of this many bytes must not pass: the body ends with that.
 */
export function countBody(
  body: Exclude<WriteBody, Uint8Array>,
  admit: (bytes: number) => Promise<void>,
): CountedSource {
  let isWhole = false
  const chunks = (): AsyncIterator<Uint8Array> => {
    const source = body[Symbol.asyncIterator]()
    return {
      async next() {
        const next = await source.next()
        if (next.done === true) isWhole = true
        // What is no chunk is for the backend to refuse.
        if (next.done === true || !(next.value instanceof Uint8Array)) return next
        try {
          await admit(next.value.byteLength)
        } catch (error) {
          // Whoever is told of an error does not close what it came from.
          void closeIterator(source)
          throw error
        }
        return next
      },
      async return() {
        await closeIterator(source)
        return { done: true, value: undefined }
      },
    }
  }
  return {
    get isWhole() {
      return isWhole
    },
    [Symbol.asyncIterator]: chunks,
    cancel: async () => discardSource(body),
  }
}
