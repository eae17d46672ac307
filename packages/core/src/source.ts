/**
 * A caller's body stream, made safe to consume: an abort is seen even while the source is silent,
 * the source is closed in every case, and its failure is told apart from the store's.
 */
import { assertChunk } from './body.ts'
import { StorageError } from './errors.ts'
import { abortError } from './options.ts'

/**
 * Yields the chunks of `source`.
 *
 * @throws StorageError `ABORTED`: the signal fired, or the source threw (its error is the `cause`).
 * @throws TypeError for a chunk that is no `Uint8Array`.
 */
export async function* guardSource(
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]()
  let isOpen = true
  try {
    for (;;) {
      const next = await nextUnlessAborted(iterator, signal)
      if (next.done === true) {
        isOpen = false
        return
      }
      assertChunk(next.value)
      yield next.value
    }
  } finally {
    // Not awaited: a generator that is stuck in its own await would never answer.
    if (isOpen) iterator.return?.().then(undefined, () => undefined)
  }
}

function nextUnlessAborted(
  iterator: AsyncIterator<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<IteratorResult<Uint8Array>> {
  if (signal === undefined) return iterator.next().catch(sourceFailed)
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal))
      return
    }
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    iterator
      .next()
      .catch(sourceFailed)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function sourceFailed(cause: unknown): never {
  throw new StorageError(
    'ABORTED',
    'The body stream failed before its end; nothing was stored. See cause for its error',
    { cause, retryable: 'no' },
  )
}
