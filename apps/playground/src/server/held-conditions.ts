/**
 * A layer for servers that hold no conditions (Ceph's gateway, in a bucket with versions): it looks
 * first, and lets nobody of this process come between.
 *
 *     write   ──► look ──► bytes flow ──► turn of the key ──► look again ──► last byte ──► stored
 *     delete, copy     ──► turn of the key ──► look ──► done
 *
 * Invariant: what goes through this layer takes turns by key, so that between a look and the change
 * that relies on it nothing changes through it. What other processes do is not seen: it claims
 * `process`, and no more.
 */
import {
  isStorageError,
  type ConditionScope,
  type CopyOptions,
  type DeleteOptions,
  type DeleteOutcome,
  type ObjectInfo,
  type OperationOptions,
  type StorageBackend,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import {
  checkMatch,
  checkWriteConditions,
  defineLayer,
  discardSource,
  type Layer,
} from '@aos-storage/core/backend'
import { extrasOf } from './extras.ts'
import { Turns } from './turns.ts'

/** Whether a backend holds all conditions by itself. */
export function holdsConditions({ capabilities }: StorageBackend): boolean {
  const { conditionalWrite, conditionalDelete, conditionalCopy } = capabilities
  return ![conditionalWrite, conditionalDelete, conditionalCopy].includes('none')
}

/** The layer; around a backend that holds all conditions it does nothing. */
export function heldConditions(): Layer {
  return defineLayer({
    name: 'held-conditions',
    wrap: (inner) => (holdsConditions(inner) ? inner : withConditions(inner)),
  })
}

function withConditions(inner: StorageBackend): StorageBackend {
  const turns = new Turns()
  const { capabilities } = inner
  const claimed = (scope: ConditionScope): ConditionScope => (scope === 'none' ? 'process' : scope)
  const etagOf = async (key: string, { signal }: OperationOptions): Promise<string | undefined> => {
    try {
      return (await inner.stat(key, { signal })).etag
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
  return {
    ...extrasOf(inner, (key, act) => turns.run([key], act)),
    name: inner.name,
    capabilities: Object.freeze({
      ...capabilities,
      conditionalWrite: claimed(capabilities.conditionalWrite),
      conditionalDelete: claimed(capabilities.conditionalDelete),
      conditionalCopy: claimed(capabilities.conditionalCopy),
    }),
    read: (key, options) => inner.read(key, options),
    stat: (key, options) => inner.stat(key, options),
    list: (options) => inner.list(options),
    health: (options) => inner.health(options),
    close: () => inner.close(),
    async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
      const { ifMatch, ifNoneMatch, ...plain } = options
      const isOurs = capabilities.conditionalWrite === 'none'
      const isAsked = ifMatch !== undefined || ifNoneMatch !== undefined
      const look = async (): Promise<void> => {
        if (isOurs && isAsked) checkWriteConditions(key, await etagOf(key, options), options)
      }
      return lastOfAll(turns, key, body, look, (rest) =>
        inner.write(key, rest, isOurs ? plain : options),
      )
    },
    delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
      const { ifMatch, ...plain } = options
      return turns.run([key], async () => {
        if (capabilities.conditionalDelete !== 'none') return inner.delete(key, options)
        if (ifMatch !== undefined) checkMatch(key, await etagOf(key, options), ifMatch)
        return inner.delete(key, plain)
      })
    },
    copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
      const { sourceIfMatch, ifMatch, ifNoneMatch, ...plain } = options
      return turns.run([from, to], async () => {
        if (capabilities.conditionalCopy !== 'none') return inner.copy(from, to, options)
        const { etag } = await inner.stat(from, plain)
        checkMatch(from, etag, sourceIfMatch)
        if (ifMatch !== undefined || ifNoneMatch !== undefined) {
          checkWriteConditions(to, await etagOf(to, options), { ifMatch, ifNoneMatch })
        }
        return inner.copy(from, to, plain)
      })
    },
    deleteMany(
      keys: readonly string[],
      options: OperationOptions | undefined,
    ): Promise<DeleteOutcome[]> {
      return turns.run(keys, () => inner.deleteMany(keys, options))
    },
  }
}

/**
 * Writes so that the turn of the key is taken behind its last byte only: an upload that takes its
 * time makes nobody wait.
 */
async function lastOfAll(
  turns: Turns,
  key: string,
  body: WriteBody,
  look: () => Promise<void>,
  write: (body: WriteBody) => Promise<ObjectInfo>,
): Promise<ObjectInfo> {
  if (body instanceof Uint8Array) {
    return turns.run([key], async () => {
      await look()
      return write(body)
    })
  }
  const turn = new LateTurn(turns, key)
  let refusal: { readonly error: unknown } | undefined
  const lookAgain = async (): Promise<void> => {
    await turn.take()
    try {
      await look()
    } catch (error) {
      refusal = { error }
      throw error
    }
  }
  try {
    await look()
  } catch (error) {
    discardSource(body)
    throw error
  }
  try {
    return await write(endingWith(body, lookAgain))
  } catch (error) {
    // To the backend it was a body that threw.
    throw refusal === undefined ? error : refusal.error
  } finally {
    turn.end()
  }
}

/** A turn that may come when nobody wants it any more. */
class LateTurn {
  readonly #turns: Turns
  readonly #key: string
  #isOver = false
  #end: (() => void) | undefined

  constructor(turns: Turns, key: string) {
    this.#turns = turns
    this.#key = key
  }

  async take(): Promise<void> {
    const end = await this.#turns.take([this.#key])
    if (this.#isOver) end()
    else this.#end = end
  }

  end(): void {
    this.#isOver = true
    this.#end?.()
  }
}

/** The same bytes; `last` is awaited behind them. No generator: its end would wait for a chunk. */
function endingWith(
  source: AsyncIterable<Uint8Array>,
  last: () => Promise<void>,
): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
      const iterator = source[Symbol.asyncIterator]()
      return {
        async next() {
          const next = await iterator.next()
          if (next.done === true) await last()
          return next
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}
