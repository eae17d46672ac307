/** A body on its way out, of which is told how it ended. */
import { type BodyStream, type ReadResult, StorageError } from '@aos-storage/core/backend'
import { nothing, type Verdict, verdictOfError, well } from './verdict.ts'

/** What a read gives of a long object. */
export type StreamedRead = ReadResult & { readonly body: BodyStream }

/** The result with a body that tells `onEnd`, once, what its end says of the store. */
export function watchedRead(result: StreamedRead, onEnd: (end: Verdict) => void): StreamedRead {
  return { ...result, body: new WatchedBody(result.body, result, onEnd) }
}

class WatchedBody implements BodyStream {
  readonly #inner: BodyStream
  readonly #result: ReadResult
  #onEnd: ((verdict: Verdict) => void) | undefined

  constructor(inner: BodyStream, result: ReadResult, onEnd: (verdict: Verdict) => void) {
    this.#inner = inner
    this.#result = result
    this.#onEnd = onEnd
  }

  /** An object: `return()` of a generator that was not started would not reach the one inside. */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const iterator = this.#inner[Symbol.asyncIterator]()
    let bytes = 0
    return {
      next: async () => {
        try {
          const next = await iterator.next()
          if (next.done === true) this.#end(this.#verdictOfEnd(bytes))
          else bytes += next.value.byteLength
          return next
        } catch (error) {
          this.#end(verdictOfError(error))
          throw error
        }
      },
      return: async () => {
        this.#end(nothing)
        await iterator.return?.()
        return { done: true, value: undefined }
      },
    }
  }

  cancel(): Promise<void> {
    this.#end(nothing)
    return this.#inner.cancel()
  }

  /** One that ends too early without an error was cut as well; core tells the reader. */
  #verdictOfEnd(bytes: number): Verdict {
    const { start, end, info } = this.#result
    if (bytes >= end - start) return well
    const message = `The body ended after ${bytes} of ${end - start} bytes`
    const error = new StorageError('UNAVAILABLE', message, { key: info.key, operation: 'read' })
    return { kind: 'trouble', error }
  }

  #end(verdict: Verdict): void {
    this.#onEnd?.(verdict)
    this.#onEnd = undefined
  }
}
