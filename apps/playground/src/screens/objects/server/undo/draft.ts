/** An entry of the journal in the making: filled while its action runs. */
import type { ObjectInfo, StorageManager } from '@aos-storage/core'
import type { Undoable } from '../wire.ts'
import type { UndoJournal } from './journal.ts'
import { overheadOf, type UndoItem } from './step.ts'

const grownText = 'What it replaced grew meanwhile: it is more than is kept for undo.'

/** An object that is going to be replaced or deleted, in the version that is known of it. */
export type Version = Pick<ObjectInfo, 'key' | 'etag' | 'size'>

export class UndoDraft {
  readonly #journal: UndoJournal
  readonly #id: string
  readonly #items: UndoItem[] = []
  #reservedBytes: number
  #usedBytes = 0
  #copies = 0
  #isGivenUp = false

  constructor(journal: UndoJournal, id: string, reservedBytes: number) {
    this.#journal = journal
    this.#id = id
    this.#reservedBytes = reservedBytes
  }

  /**
   * Keeps a copy of this version; where it is. Undefined when there is no room for it.
   *
   * @throws StorageError `NOT_FOUND` or `PRECONDITION_FAILED` when it is another version by now.
   */
  async keep(storage: StorageManager, { key, etag, size }: Version): Promise<string | undefined> {
    if (!(await this.#use(size))) return undefined
    const as = `${this.#id}/${++this.#copies}`
    try {
      const options = { sourceIfMatch: etag, destination: this.#journal.kept, foreign: true }
      await storage.copy(key, as, options)
      return as
    } catch (error) {
      this.#usedBytes -= size
      throw error
    }
  }

  /** Drops a copy that turned out not to be what was replaced. */
  async drop(as: string | undefined, size: number): Promise<void> {
    if (as === undefined) return
    await this.#journal.kept.delete(as)
    this.#usedBytes -= size
  }

  async add(item: UndoItem): Promise<void> {
    const overhead = overheadOf(item.steps.map(({ key }) => key))
    if (await this.#use(overhead)) this.#items.push(item)
  }

  /**
   * Ends the draft. No undo when nothing was done, or not all of it could be kept. `run`: the `id`
   * of the transfer that it was.
   */
  async commit(label: string, run?: string): Promise<Undoable> {
    const [first, second] = this.#items
    if (first !== undefined && !this.#isGivenUp) {
      const offer = { id: this.#id, label, ...(second === undefined && { key: first.key }) }
      const entry = { ...offer, run, items: this.#items, bytes: this.#usedBytes }
      await this.#journal.add(entry, this.#reservedBytes)
      return { undo: offer }
    }
    const { kept } = this.#journal
    await kept.deleteMany(await kept.listKeys(`${this.#id}/`))
    this.#journal.release(this.#reservedBytes)
    return this.#isGivenUp ? { undo: null, undoRefusal: grownText } : { undo: null }
  }

  /** Takes room of what was reserved, or more where objects grew since. */
  async #use(bytes: number): Promise<boolean> {
    if (this.#isGivenUp) return false
    this.#usedBytes += bytes
    const missing = this.#usedBytes - this.#reservedBytes
    if (missing <= 0) return true
    // Counted at once: others ask meanwhile.
    this.#reservedBytes += missing
    if (await this.#journal.grow(missing)) return true
    this.#reservedBytes -= missing
    this.#usedBytes -= bytes
    this.#isGivenUp = true
    return false
  }
}
