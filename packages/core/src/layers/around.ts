/**
 * A layer that does the same around every call: time limits, retries, permits, counts. It is given
 * as one function, and cannot forget a method, nor what a backend has beside the contract.
 *
 * ```
 * caller -> around(call, run) -> run(signal?) -> inner backend
 * ```
 *
 * `close` goes straight to the backend inside; a layer that keeps callers waiting is told of it.
 */
import type {
  CopyOptions,
  DeleteOptions,
  DeleteOutcome,
  Health,
  ListOptions,
  ListPage,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  StatOptions,
  StorageBackend,
  WriteBody,
  WriteOptions,
} from '../backend.ts'
import type { Capabilities } from '../capabilities.ts'
import { extraMembers, extraOptionsAt, iterableExtras } from '../extras.ts'
import { discardSource } from '../source.ts'
import { ItemsOnDemand, type OpenedItems, openItems } from './opened-items.ts'

/** A method of the contract that a layer is around. */
export type ContractOperation = Exclude<keyof StorageBackend, 'name' | 'capabilities' | 'close'>

/** One call on its way in. */
export interface LayerCall {
  /** A method of the contract, or the name of an extra, such as `presign`. */
  readonly operation: ContractOperation | (string & {})
  /** Of a copy the source's; undefined for `list`, `deleteMany`, `health`. */
  readonly key: string | undefined
  /** Of a copy the destination's key, of `deleteMany` all keys; else nothing more. */
  readonly keys: readonly string[]
  /** As the caller gave them. Conditions and ranges are in here. */
  readonly options: OperationOptions | undefined
  /** Of a write: as the caller gave it. */
  readonly body: WriteBody | undefined
}

/**
 * What is done around a call. `run` does it on the backend inside, with this signal in place of the
 * caller's when one is given, and of a write with this body, which stands for the caller's; it may
 * be called again, except for a body that can be read only once. A body whose `run` was never
 * called is closed.
 *
 * Of what gives a body or a listing of an extra the call is its opening: it answers with an open
 * body, or with the first item at hand. Who gives such a call a signal of its own has to see to the
 * caller's for the rest.
 */
export type Around = <T>(
  call: LayerCall,
  run: (signal?: AbortSignal, body?: WriteBody) => Promise<T>,
) => Promise<T>

/** Operations that give a body. */
export const bodyOpenings: ReadonlySet<string> = new Set(['read', 'readVersion', 'readSnapshot'])

const noKeys: readonly string[] = []

/** What {@link aroundCalls} takes besides. */
export interface AroundTools {
  /** Called at each `close`, before the backend inside is closed: no caller may wait on. */
  readonly onClose?: (() => void) | undefined
}

/** The backend with `around` around every call. */
export function aroundCalls(
  inner: StorageBackend,
  around: Around,
  tools: AroundTools = {},
): StorageBackend {
  return new AroundBackend(inner, around, tools)
}

class AroundBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #around: Around
  readonly #onClose: (() => void) | undefined

  constructor(inner: StorageBackend, around: Around, tools: AroundTools) {
    this.name = inner.name
    this.capabilities = inner.capabilities
    this.#inner = inner
    this.#around = around
    this.#onClose = tools.onClose
    this.#handOnExtras()
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#call('read', key, noKeys, options, (given) => this.#inner.read(key, given))
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    let isRun = false
    const call: LayerCall = { operation: 'write', key, keys: noKeys, options, body }
    try {
      return await this.#around(call, (signal, other = body) => {
        isRun = true
        const own = signal === undefined ? options : { ...options, signal }
        return this.#inner.write(key, other, own)
      })
    } finally {
      if (!isRun) discardSource(body)
    }
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#call('stat', key, noKeys, options, (given) => this.#inner.stat(key, given))
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    return this.#call('delete', key, noKeys, options, (given) => this.#inner.delete(key, given))
  }

  list(options?: ListOptions): Promise<ListPage> {
    return this.#call('list', undefined, noKeys, options, (given) => this.#inner.list(given))
  }

  copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    return this.#call('copy', from, [to], options, (given) => this.#inner.copy(from, to, given))
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    const run = (given?: OperationOptions): Promise<DeleteOutcome[]> =>
      this.#inner.deleteMany(keys, given)
    return this.#call('deleteMany', undefined, keys, options, run)
  }

  health(options?: OperationOptions): Promise<Health> {
    return this.#call('health', undefined, noKeys, options, (given) => this.#inner.health(given))
  }

  async close(): Promise<void> {
    this.#onClose?.()
    return this.#inner.close()
  }

  /** Not async: a promise around that of `around` would cost as much as all the rest here. */
  #call<T, O extends OperationOptions>(
    operation: ContractOperation,
    key: string | undefined,
    keys: readonly string[],
    options: O | undefined,
    run: (options: O | undefined) => Promise<T>,
  ): Promise<T> {
    const call: LayerCall = { operation, key, keys, options, body: undefined }
    try {
      return this.#around(call, (signal) =>
        run(signal === undefined ? options : ({ ...options, signal } as O)),
      )
    } catch (error) {
      // Of an `around` that is not async itself: callers get their promise all the same.
      return rejected(error)
    }
  }

  /** Members that only some backends have, so that they are found on this one too. */
  #handOnExtras(): void {
    const inner = this.#inner as unknown as Members
    const known = new Set<string>(Object.values(extraMembers).flat().map(String))
    for (const name of this.capabilities.extras) {
      const member = (...given: unknown[]): unknown => {
        if (!known.has(name)) return inner[name]!(...given)
        if (!iterableExtras.has(name)) return this.#callExtra(name, given, callOf(inner, name))
        return new ItemsOnDemand(() => this.#callExtra(name, given, itemsOf(inner, name)))
      }
      Object.defineProperty(this, name, { value: member, enumerable: false })
    }
  }

  async #callExtra<T>(name: string, given: readonly unknown[], run: RunExtra<T>): Promise<T> {
    const key = given[0] as string
    const place = extraOptionsAt(name)
    const options = given[place] as OperationOptions | undefined
    const call: LayerCall = { operation: name, key, keys: noKeys, options, body: undefined }
    return this.#around(call, (signal) => {
      const own = [...given]
      if (signal !== undefined) own[place] = { ...options, signal }
      return run(own)
    })
  }
}

type Members = Record<string, (...given: unknown[]) => unknown>
type RunExtra<T> = (given: readonly unknown[]) => Promise<T>

function callOf(inner: Members, name: string): RunExtra<unknown> {
  return (given) => inner[name]!(...given) as Promise<unknown>
}

function itemsOf(inner: Members, name: string): RunExtra<OpenedItems> {
  return (given) => openItems(inner[name]!(...given) as AsyncIterable<unknown>)
}

async function rejected(error: unknown): Promise<never> {
  throw error
}
