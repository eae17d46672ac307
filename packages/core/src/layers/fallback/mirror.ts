/**
 * The mirror: what the primary holds under a key, copied to the first fallback after each change.
 *
 * It copies what the primary holds then, not what was written: of several writes at once the last
 * copy finds the last of them. A copy that fails takes nothing back: the key is noted, and copied
 * again by {@link Mirror.mend}. The notes are this process's; what it did not copy itself, it does
 * not claim to be in step.
 */
import type { OperationOptions, StorageBackend } from '../../backend.ts'
import { isStorageError } from '../../errors.ts'
import { KeyLocks } from './key-locks.ts'
import type { Store } from './options.ts'
import type { OutOfStep } from './out-of-step.ts'
import type { Primary } from './outages.ts'
import { eachOf } from './pages.ts'
import { type Base, sightOf } from './records.ts'
import type { Seen } from './seen.ts'
import { shown } from './tokens.ts'

const copiesAtOnce = 8

export class Mirror {
  readonly #primary: Primary
  readonly #store: StorageBackend
  readonly #seen: Seen
  readonly #outOfStep: OutOfStep
  readonly #locks = new KeyLocks()

  constructor(primary: Primary, store: Store, seen: Seen, outOfStep: OutOfStep) {
    this.#primary = primary
    this.#store = store.backend
    this.#seen = seen
    this.#outOfStep = outOfStep
  }

  /** Copies what the primary holds now; never throws for a store that fails. */
  async follow(key: string, options: OperationOptions): Promise<void> {
    this.noteOutOfStep(key)
    const copy = async (): Promise<void> => {
      const turn = this.#outOfStep.turnOf(key)
      const copied = await this.#copy(key, options)
      // A change that was noted meanwhile, its answer lost perhaps, may not be in this copy.
      if (turn === undefined || turn !== this.#outOfStep.turnOf(key)) return
      this.#seen.noteMirrored(key, copied)
      this.#outOfStep.delete(key)
    }
    try {
      await this.#locks.run(key, copy, options.signal)
    } catch (error) {
      if (!isStorageError(error)) throw error
      // Noted again: another copy, of a version before, may have taken the note away.
      this.noteOutOfStep(key)
    }
  }

  followAll(keys: readonly string[], options: OperationOptions): Promise<void> {
    return eachOf(keys, copiesAtOnce, (key) => this.follow(key, options))
  }

  /** The fallback may lack a change of this key. */
  noteOutOfStep(key: string): void {
    this.#seen.noteOutOfStep(key)
    this.#outOfStep.add(key)
  }

  /** Copies what is out of step. */
  mend(options: OperationOptions): Promise<void> {
    return this.followAll(this.#outOfStep.keys(), options)
  }

  /** Gives the version that was copied, and what the copy is: others may copy as well. */
  async #copy(key: string, { signal }: OperationOptions): Promise<{ base: Base; copy: Base }> {
    try {
      const { info, body } = await this.#primary.ask((backend) => backend.read(key, { signal }))
      const { contentType, metadata } = shown(info, info.etag)
      const { etag } = await this.#store.write(key, body, { contentType, metadata, signal })
      return { base: sightOf(info), copy: { etag } }
    } catch (error) {
      if (!isStorageError(error, 'NOT_FOUND')) throw error
      await this.#store.delete(key, { signal })
      return { base: 'absent', copy: 'absent' }
    }
  }
}
