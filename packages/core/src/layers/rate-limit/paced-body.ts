/** Bodies that pass at a pace: each chunk waits before it is handed on. */
import type { BodyStream } from '../../backend.ts'
import { closeIterator, discardSource } from '../../source.ts'
import type { BytePace } from './byte-pace.ts'

/** A body whose first chunk may have been refused. */
export interface PacedBody extends BodyStream {
  readonly refusal: unknown
}

const ended = { done: true, value: undefined } as const

/** A body on its way out. */
export function pacedBody(
  source: BodyStream,
  pace: BytePace,
  signal: AbortSignal | undefined,
): BodyStream {
  return paced(source, () => source.cancel(), pace, signal)
}

/** A body on its way in. */
export function pacedSource(
  source: AsyncIterable<Uint8Array>,
  pace: BytePace,
  signal: AbortSignal | undefined,
): PacedBody {
  // A source that was not started is closed by itself.
  return paced(source, async () => discardSource(source), pace, signal)
}

function paced(
  source: AsyncIterable<Uint8Array>,
  cancel: () => Promise<void>,
  pace: BytePace,
  signal: AbortSignal | undefined,
): PacedBody {
  const ending = new AbortController()
  let isFirst = true
  let refusal: unknown
  const assertFirst = (): void => {
    if (!isFirst) return
    isFirst = false
    try {
      // Others that were let in beside it may have booked before.
      pace.assertBearable(false)
    } catch (error) {
      refusal = error
      throw error
    }
  }
  return {
    get refusal() {
      return refusal
    },
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      return {
        async next() {
          const next = await iterator.next()
          // Anything else than bytes is refused by the backend.
          if (next.done === true || !(next.value instanceof Uint8Array)) return next
          try {
            if (next.value.byteLength > 0) assertFirst()
            await pace.pass(next.value.byteLength, signal, ending.signal)
          } catch (error) {
            void closeIterator(iterator)
            throw error
          }
          return next
        },
        async return() {
          ending.abort()
          await iterator.return?.()
          return ended
        },
      }
    },
    async cancel() {
      ending.abort()
      await cancel()
    },
  }
}
