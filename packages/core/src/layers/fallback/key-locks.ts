/** One at a time for each key, in the order of arrival. */
import { unlessAborted } from '../../source.ts'

export class KeyLocks {
  /** The end of each key's queue. */
  readonly #tails = new Map<string, Promise<void>>()

  /** @throws StorageError `ABORTED` when the signal fires while others are before it. */
  async run<T>(key: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const before = this.#tails.get(key)
    let release!: () => void
    const own = new Promise<void>((resolve) => {
      release = resolve
    })
    // Also of one that gives up its place: whoever comes next still waits for those before it.
    const tail = before === undefined ? own : before.then(() => own)
    this.#tails.set(key, tail)
    void this.#forget(key, tail)
    try {
      if (before !== undefined) await unlessAborted(() => before, signal)
      return await task()
    } finally {
      release()
    }
  }

  async #forget(key: string, tail: Promise<void>): Promise<void> {
    await tail
    if (this.#tails.get(key) === tail) this.#tails.delete(key)
  }
}
