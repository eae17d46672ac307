/**
 * A caller's iterable, made safe to consume: an abort is seen even while the source is silent, the
 * source is closed in every case, and its failure is told apart from the store's.
 */
import type { WriteBody } from './backend.ts'
import { assertChunk } from './body.ts'
import { StorageError } from './errors.ts'
import { abortError } from './options.ts'

/** Iterators whose methods answer at once are accepted, as `for await` accepts them. */
type AnyIterator<T> = Iterator<T> | AsyncIterator<T>

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
  if (signal?.aborted === true) {
    discardSource(source)
    throw abortError(signal)
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
      const next = await unlessAborted(pull, signal)
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

/** Closes a body that is not going to be read. A body that is bytes has nothing to close. */
export function discardSource(body: WriteBody): void {
  if (body instanceof Uint8Array) return
  // What it throws concerns nobody: whoever discards it has another error to tell.
  closeSource(body).catch(() => undefined)
}

async function closeSource(source: AsyncIterable<Uint8Array>): Promise<void> {
  // return() of an iterator that was not started runs nothing: streams are told by themselves.
  const { destroy, cancel } = source as { destroy?: unknown; cancel?: unknown }
  if (typeof destroy === 'function') destroy.call(source)
  else if (typeof cancel === 'function') await cancel.call(source)
  else await closeIterator(source[Symbol.asyncIterator]())
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
