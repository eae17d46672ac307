/**
 * The last actions, so that a person can take them back.
 *
 *     open ──► draft: keeps copies, adds items ──► commit ──► entry ──► take: being undone ──► over
 *                 └──► commit without items: nothing stays    ▲         │
 *                                                             └─────────┘ what failed, but may not
 *                                                                         the next time
 *
 * Invariant: bounded. All that is kept, drafts and what is being undone included, is at most
 * `bytesMax`; room is reserved before an action begins, at the cost of the oldest entries. What can
 * never have room is done without undo, and says so beforehand.
 */
import { randomUUID } from 'node:crypto'
import { type Clock, MemoryStorageBackend, StorageManager, systemClock } from '@aos-storage/core'
import type { UndoOffer, UndoState } from '../wire.ts'
import { UndoDraft } from './draft.ts'
import { RestoredVersions } from './restored.ts'
import { sizeText } from './size-text.ts'
import type { UndoCost, UndoItem } from './step.ts'

const entriesMaxDefault = 1000
const bytesMaxDefault = 256 * 1024 ** 2

/** An action that can be taken back. */
interface UndoEntry extends UndoOffer {
  /** The `id` of the transfer that it was. */
  readonly run?: string | undefined
  readonly items: readonly UndoItem[]
  /** What it holds of the journal's room. */
  readonly bytes: number
}

export interface JournalOptions {
  /** All together. Default 256 MiB. */
  readonly bytesMax?: number | undefined
  /** Actions. Default 1,000. */
  readonly entriesMax?: number | undefined
  readonly clock?: Clock | undefined
}

export class UndoJournal {
  /** Copies, under `ENTRY/NUMBER`. */
  readonly kept: StorageManager
  /** What undo wrote, for the actions before. */
  readonly restored: RestoredVersions = new RestoredVersions()
  readonly #bytesMax: number
  readonly #entriesMax: number
  readonly #clock: Clock
  /** The oldest first. */
  readonly #entries = new Map<string, UndoEntry & { readonly addedMs: number }>()
  #bytes = 0

  constructor(options: JournalOptions = {}) {
    const { bytesMax = bytesMaxDefault, entriesMax = entriesMaxDefault } = options
    this.#clock = options.clock ?? systemClock
    this.#entriesMax = entriesMax
    this.#bytesMax = bytesMax
    const limits = { totalBytesMax: bytesMax, objectBytesMax: bytesMax }
    this.kept = new StorageManager(new MemoryStorageBackend(limits))
  }

  /** Why so much could not be kept, or undefined when it could. */
  refusal({ objects, bytes, overheadBytes }: UndoCost): string | undefined {
    if (bytes + overheadBytes <= this.#bytesMax) return undefined
    if (bytes <= this.#bytesMax) return `${objects} objects are too many to be kept for undo.`
    const what = objects === 1 ? 'An object' : `${objects} objects`
    const verb = objects === 1 ? 'is' : 'are'
    const most = sizeText(this.#bytesMax)
    return `${what} of ${sizeText(bytes)} ${verb} more than the ${most} kept for undo.`
  }

  /** What can be taken back now, and how much there can be. */
  get state(): UndoState {
    const now = this.#clock.monotonicMs()
    const entries = [...this.#entries.values()].toReversed()
    return {
      offers: entries.map(({ id, label, key, run, addedMs }) => {
        return { id, label, key, run, ageMs: Math.round(now - addedMs) }
      }),
      bytesMax: this.#bytesMax,
      entriesMax: this.#entriesMax,
    }
  }

  /** Room for an action that is about to begin; the reason when there is none. */
  async open(cost: UndoCost): Promise<UndoDraft | string> {
    const refusal = this.refusal(cost)
    if (refusal !== undefined) return refusal
    const bytes = cost.bytes + cost.overheadBytes
    if (await this.#reserve(bytes)) return new UndoDraft(this, randomUUID(), bytes)
    return 'What other actions keep for undo leaves no room.'
  }

  /** Makes a draft larger. False when there is no room. */
  grow(bytes: number): Promise<boolean> {
    return this.#reserve(bytes)
  }

  /** Takes a finished draft in; its room that is not used is free again. */
  async add(entry: UndoEntry, reservedBytes: number): Promise<void> {
    this.#bytes -= reservedBytes - entry.bytes
    await this.#put(entry)
  }

  /** Room that no entry came to use. */
  release(bytes: number): void {
    this.#bytes -= bytes
  }

  /** An entry to undo; nobody else gets it. Its room is in use until {@link forget}. */
  take(id: string): UndoEntry | undefined {
    const entry = this.#entries.get(id)
    this.#entries.delete(id)
    return entry
  }

  /** Ends an entry that was taken, and what it kept. */
  async forget(entry: UndoEntry): Promise<void> {
    await this.kept.deleteMany(copiesOf(entry.items))
    this.#bytes -= entry.bytes
    if (this.#entries.size === 0) this.restored.clear()
  }

  /** Gives an entry that was taken back, with what is `left` of it; its room stays in use. */
  async giveBack(entry: UndoEntry, left: readonly UndoItem[]): Promise<void> {
    const copies = new Set(copiesOf(left))
    await this.kept.deleteMany(copiesOf(entry.items).filter((as) => !copies.has(as)))
    await this.#put({ ...entry, items: left })
  }

  async close(): Promise<void> {
    this.#entries.clear()
    await this.kept.close()
  }

  async #put(entry: UndoEntry): Promise<void> {
    this.#entries.set(entry.id, { ...entry, addedMs: this.#clock.monotonicMs() })
    if (this.#entries.size > this.#entriesMax) await this.#forgetOldest()
  }

  async #reserve(bytes: number): Promise<boolean> {
    while (this.#bytes + bytes > this.#bytesMax) {
      if (this.#entries.size === 0) return false
      await this.#forgetOldest()
    }
    this.#bytes += bytes
    return true
  }

  async #forgetOldest(): Promise<void> {
    const [oldest] = this.#entries.keys()
    const entry = oldest === undefined ? undefined : this.take(oldest)
    if (entry !== undefined) await this.forget(entry)
  }
}

/** Where the copies of these items are. */
function copiesOf(items: readonly UndoItem[]): string[] {
  const steps = items.flatMap(({ steps }) => steps)
  return steps.flatMap(({ before }) => (before.kind === 'kept' ? [before.as] : []))
}
