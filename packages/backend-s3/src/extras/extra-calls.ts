/**
 * How the members beside the contract are called: as those of the contract are, with keys that
 * others may have written.
 *
 * Invariant: an error names the call that the user made, not the one that it took.
 */
import { isStorageError, type OperationOptions } from '@aos-storage/core'
import { assertForeignKey, ownOptions, throwIfAborted } from '@aos-storage/core/backend'

type Signalled = OperationOptions | undefined

const signalNames: ReadonlySet<string> = new Set<keyof OperationOptions>(['signal'])

/** @throws TypeError for options that are none, or hold another name. */
export function signalOf(options: OperationOptions, operation: string): AbortSignal | undefined {
  return ownOptions(options, signalNames, operation).signal
}

export abstract class ExtraCalls {
  /** Runs a call as those of the contract: not after `close`, its errors know their place. */
  protected abstract run<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
  ): Promise<T>

  /** A call about one key. */
  protected callOf<T>(
    operation: string,
    key: string,
    options: Signalled,
    call: () => Promise<T>,
  ): Promise<T> {
    const checked = (): Promise<T> => {
      assertForeignKey(key)
      return told(operation, call)
    }
    return this.run(operation, typeof key === 'string' ? key : undefined, options?.signal, checked)
  }

  /** A call about the bucket. */
  protected call<T>(operation: string, options: Signalled, call: () => Promise<T>): Promise<T> {
    return this.run(operation, undefined, options?.signal, () => told(operation, call))
  }

  /** A listing, each step of which is a call. */
  protected async *steps<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    list: () => AsyncGenerator<T>,
  ): AsyncGenerator<T> {
    const items = list()
    try {
      for (;;) {
        const next = await this.run(operation, key, signal, () =>
          told(operation, () => items.next()),
        )
        if (next.done === true) return
        throwIfAborted(signal)
        yield next.value
      }
    } finally {
      await items.return(undefined)
    }
  }
}

async function told<T>(operation: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw isStorageError(error) ? error.with({ operation }) : error
  }
}
