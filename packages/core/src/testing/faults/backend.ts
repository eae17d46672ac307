/** The backend that the fault injector puts around another one. */
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
} from '../../backend.ts'
import type { Capabilities } from '../../capabilities.ts'
import { StorageError, type StorageErrorCode } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'
import { discardSource, unlessAborted } from '../../source.ts'
import { cutRead, tearBody } from './body.ts'
import type { FaultState } from './injector.ts'
import type { Fault, FaultOperation } from './rule.ts'

interface Call<T> {
  readonly operation: FaultOperation
  readonly keys: readonly string[]
  readonly signal: AbortSignal | undefined
  /** Does it on the backend inside, given the faults that concern the body. */
  readonly run: (faults: readonly Fault[]) => Promise<T>
  /** Called in place of `run`: nobody else closes what the backend inside never saw. */
  readonly refused?: () => void
}

/** Every method meets the rules first, then the backend inside. */
export class FaultyBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend
  readonly #state: FaultState

  constructor(inner: StorageBackend, state: FaultState) {
    this.name = inner.name
    this.#inner = inner
    this.#state = state
    // What a backend has beside the contract would go around the faults.
    this.capabilities = Object.freeze({ ...inner.capabilities, extras: [] })
  }

  read(key: string, options?: ReadOptions): Promise<ReadResult> {
    return this.#meet({
      operation: 'read',
      keys: [key],
      signal: options?.signal,
      run: async (faults) => {
        const result = await this.#inner.read(key, options)
        const cut = faults.find(isCut)
        return cut === undefined ? result : cutRead(result, cut.kind, cut.afterBytes)
      },
    })
  }

  write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    return this.#meet({
      operation: 'write',
      keys: [key],
      signal: options.signal,
      run: (faults) => {
        const torn = faults.find((fault) => fault.kind === 'torn-write')
        const sent = torn === undefined ? body : tearBody(body, torn.afterBytes)
        return this.#inner.write(key, sent, options)
      },
      refused: () => discardSource(body),
    })
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    const run = (): Promise<ObjectInfo> => this.#inner.stat(key, options)
    return this.#meet({ operation: 'stat', keys: [key], signal: options?.signal, run })
  }

  delete(key: string, options?: DeleteOptions): Promise<boolean> {
    const run = (): Promise<boolean> => this.#inner.delete(key, options)
    return this.#meet({ operation: 'delete', keys: [key], signal: options?.signal, run })
  }

  list(options?: ListOptions): Promise<ListPage> {
    const run = (): Promise<ListPage> => this.#inner.list(options)
    const keys = [options?.prefix ?? '']
    return this.#meet({ operation: 'list', keys, signal: options?.signal, run })
  }

  copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    const run = (): Promise<ObjectInfo> => this.#inner.copy(from, to, options)
    return this.#meet({ operation: 'copy', keys: [from, to], signal: options?.signal, run })
  }

  deleteMany(keys: readonly string[], options?: OperationOptions): Promise<DeleteOutcome[]> {
    const run = (): Promise<DeleteOutcome[]> => this.#inner.deleteMany(keys, options)
    return this.#meet({ operation: 'deleteMany', keys, signal: options?.signal, run })
  }

  health(options?: OperationOptions): Promise<Health> {
    const run = (): Promise<Health> => this.#inner.health(options)
    return this.#meet({ operation: 'health', keys: [], signal: options?.signal, run })
  }

  close(): Promise<void> {
    const run = (): Promise<void> => this.#inner.close()
    return this.#meet({ operation: 'close', keys: [], signal: undefined, run })
  }

  async #meet<T>(call: Call<T>): Promise<T> {
    const { operation, keys, signal } = call
    const faults = this.#state.strike(operation, keys)
    // Nothing strikes: not even a turn is spent, so that an idle injector changes no timing.
    if (faults.length === 0) return call.run(faults)
    try {
      throwIfAborted(signal)
      for (const fault of faults) await this.#before(fault, call)
    } catch (error) {
      call.refused?.()
      throw error
    }
    const result = await call.run(faults)
    for (const fault of faults) this.#after(fault, call)
    return result
  }

  async #before(fault: Fault, { operation, keys, signal }: Call<unknown>): Promise<void> {
    if (fault.kind === 'latency') {
      const delayMs = fault.delayMs + (fault.jitterMs ?? 0) * this.#state.random.next()
      await this.#state.clock.sleep(delayMs, signal).catch(() => throwIfAborted(signal))
    }
    if (fault.kind === 'hang') await hang(signal)
    if (fault.kind === 'error') throw errorOf(fault.error, 'refused', operation, keys)
    if (fault.kind === 'crash' && fault.point === 'before') {
      this.#state.crash({ operation, keys, point: 'before' })
    }
  }

  #after(fault: Fault, { operation, keys }: Call<unknown>): void {
    if (fault.kind === 'crash' && fault.point === 'after') {
      this.#state.crash({ operation, keys, point: 'after' })
    }
    if (fault.kind === 'lost-answer') throw errorOf(fault.error, 'answer lost', operation, keys)
  }
}

type Cut = Extract<Fault, { kind: 'short-read' | 'silent-end' }>

function isCut(fault: Fault): fault is Cut {
  return fault.kind === 'short-read' || fault.kind === 'silent-end'
}

function errorOf(
  error: StorageError | StorageErrorCode = 'UNAVAILABLE',
  what: string,
  operation: FaultOperation,
  keys: readonly string[],
): StorageError {
  if (typeof error !== 'string') return error
  const key = keys.length === 1 ? keys[0] : undefined
  return new StorageError(error, `Injected fault: ${operation} ${what}`, { operation, key })
}

function hang(signal: AbortSignal | undefined): Promise<never> {
  return unlessAborted(() => new Promise<never>(() => undefined), signal)
}
