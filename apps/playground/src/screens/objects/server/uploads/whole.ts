/**
 * Uploads in one request, which a page can cancel by the id that it gave them.
 *
 * Invariant: after `cancel` has resolved, nothing is written under that id any more.
 */
import { StorageError } from '@aos-storage/core'
import type { Written } from '../save.ts'
import { Outcomes } from './outcomes.ts'

export class WholeUploads {
  readonly #ends = new Map<string, AbortController>()
  readonly #outcomes = new Outcomes()

  /**
   * Writes, until it is cancelled or its page is gone.
   *
   * @throws StorageError `ABORTED` for one that was cancelled before it came; that of the write.
   */
  async run(
    id: string,
    gone: AbortSignal,
    write: (signal: AbortSignal) => Promise<Written>,
  ): Promise<Written> {
    if (this.#outcomes.has(id)) throw cancelled()
    const end = new AbortController()
    this.#ends.set(id, end)
    try {
      const outcome = write(AbortSignal.any([gone, end.signal]))
      this.#outcomes.note(id, outcome)
      return await outcome
    } finally {
      this.#ends.delete(id)
    }
  }

  /**
   * Ends an upload, also one that is still on its way here; what it wrote, if that was too late.
   */
  async cancel(id: string): Promise<Written | undefined> {
    this.#ends.get(id)?.abort(cancelled())
    if (!this.#outcomes.has(id)) this.#outcomes.note(id, Promise.resolve(undefined))
    return this.#outcomes.of(id)
  }
}

function cancelled(): StorageError {
  return new StorageError('ABORTED', 'The upload was cancelled')
}
