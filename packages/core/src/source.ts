/**
 * A caller's iterable, made safe to consume: an abort is seen even while the source is silent, the
 * source is closed in every case, and its failure is told apart from the store's.
 */
import { assertChunk, type BodyInput } from './body.ts'
import { StorageError } from './errors.ts'
import { abortError } from './options.ts'

/** Iterators whose methods answer at once are accepted, as `for await` accepts them. */
type AnyIterator<T> = Iterator<T> | AsyncIterator<T>

/**
 * Yields the chunks of `source`.
 *
 * @param closing Fires when the store closes: it does not wait for a source that is silent.
 * @throws StorageError `ABORTED`: a signal fired, or the source threw (its error is the `cause`).
 * @throws TypeError for a chunk that is no `Uint8Array`.
 */
export async function* guardSource(
  source: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
  closing?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const aborted = [signal, closing].find((each) => each?.aborted)
  if (aborted !== undefined) {
    discardSource(source)
    throw abortError(aborted)
  }
  const iterator = openSource(source)
  const pull = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      return await iterator.next()
    } catch (error) {
      throw sourceError(error)
    }
  }
  let isOpen = true
  try {
    for (;;) {
      const next = await unlessAborted(() => unlessAborted(pull, signal), closing)
      if (next.done === true) {
        isOpen = false
        return
      }
      assertChunk(next.value)
      yield next.value
    }
  } finally {
    // Not awaited: a generator that is stuck in its own await would never answer.
    if (isOpen) void closeIterator(iterator)
  }
}

/** Closes a body that is not going to be read. Bytes, text and Blobs have nothing to close. */
export function discardSource(body: BodyInput): void {
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof Blob) return
  // What it throws concerns nobody: whoever discards it has another error to tell.
  closeSource(body).catch(() => undefined)
}

async function closeSource(source: Exclude<BodyInput, string | Blob>): Promise<void> {
  // return() of an iterator that was not started runs nothing: streams are told by themselves.
  const { destroy, cancel } = source as { destroy?: unknown; cancel?: unknown }
  if (typeof destroy === 'function') destroy.call(source)
  else if (typeof cancel === 'function') await cancel.call(source)
  else if (Symbol.asyncIterator in source) await closeIterator(source[Symbol.asyncIterator]())
  else await closeIterator(source[Symbol.iterator]())
}

/** Ends with `ABORTED` once the signal fires, although the answer of `pull` may never come. */
export function unlessAborted<T>(
  pull: () => Promise<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  if (signal === undefined) return pull()
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal))
      return
    }
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    pull()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** Tells an iterator that nobody reads on. What it throws then concerns nobody. */
export async function closeIterator(iterator: AnyIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.()
  } catch {
    // Somebody else's error is being told, or none.
  }
}

function openSource(source: AsyncIterable<Uint8Array>): AnyIterator<Uint8Array> {
  try {
    return source[Symbol.asyncIterator]()
  } catch (error) {
    throw sourceError(error)
  }
}

function sourceError(cause: unknown): StorageError {
  return new StorageError(
    'ABORTED',
    'The body stream failed before its end; nothing was stored. See cause for its error',
    { cause, retryable: 'no' },
  )
}
