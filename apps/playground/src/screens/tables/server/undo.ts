/**
 * The last changes of entities, so that a person can take them back: under conditions, so that
 * nothing is undone which somebody else did.
 *
 * Invariant: bounded. At most `entriesMax` changes and `bytesMax` bytes of entities, the newest.
 */
import { randomUUID } from 'node:crypto'
import { type Entity, entityBytes, StorageError, type TableStore } from '@aos-storage/core'
import { toldProblem } from '../../../server/told-problem.ts'
import type { UndoOffer, UndoResult } from './wire.ts'

const entriesMaxDefault = 200
const bytesMaxDefault = 64 * 1024 ** 2
/** What a step costs beside its entity. */
const overheadBytes = 512

/** What takes one change back, in the words of the store. */
export type UndoStep =
  | { readonly type: 'insert'; readonly entity: Entity }
  | {
      readonly type: 'update'
      readonly mode: 'replace'
      readonly entity: Entity
      readonly ifMatch: string
    }
  | {
      readonly type: 'delete'
      readonly partitionKey: string
      readonly rowKey: string
      readonly ifMatch: string
    }

interface UndoEntry {
  readonly table: string
  readonly steps: readonly UndoStep[]
  readonly isTransaction: boolean
  readonly bytes: number
}

export interface TableJournalOptions {
  readonly entriesMax?: number | undefined
  readonly bytesMax?: number | undefined
}

export class TableJournal {
  /** The oldest first. */
  readonly #entries = new Map<string, UndoEntry>()
  readonly #entriesMax: number
  readonly #bytesMax: number
  #bytes = 0

  constructor({ entriesMax, bytesMax }: TableJournalOptions = {}) {
    this.#entriesMax = entriesMax ?? entriesMaxDefault
    this.#bytesMax = bytesMax ?? bytesMaxDefault
  }

  /** Keeps what takes changes back; null where there is nothing, or too much. */
  add(table: string, steps: readonly UndoStep[], isTransaction: boolean): UndoOffer | null {
    const bytes = steps.reduce((sum, step) => sum + bytesOf(step), 0)
    if (steps.length === 0 || bytes > this.#bytesMax) return null
    const id = randomUUID()
    this.#entries.set(id, { table, steps, isTransaction, bytes })
    this.#bytes += bytes
    for (const [oldest] of this.#entries) {
      if (this.#bytes <= this.#bytesMax && this.#entries.size <= this.#entriesMax) break
      this.#take(oldest)
    }
    return { id }
  }

  /**
   * Takes changes back, the last one first; once. What was made as a transaction is taken back as
   * one.
   *
   * @throws StorageError `NOT_FOUND` when it is not kept any more; of a transaction, why it failed.
   */
  async undo(tables: TableStore, id: string): Promise<UndoResult> {
    const entry = this.#take(id)
    if (entry === undefined) {
      throw new StorageError('NOT_FOUND', 'This cannot be taken back any more')
    }
    const { table, steps, isTransaction } = entry
    if (isTransaction) {
      await tables.transact(table, steps)
      return { done: steps.length, problems: [] }
    }
    const problems: UndoResult['problems'][number][] = []
    for (const step of steps.toReversed()) {
      await undone(tables, table, step).catch((error: unknown) =>
        problems.push(toldProblem(error, 'tables')),
      )
    }
    return { done: steps.length - problems.length, problems }
  }

  #take(id: string): UndoEntry | undefined {
    const entry = this.#entries.get(id)
    if (entry === undefined) return undefined
    this.#entries.delete(id)
    this.#bytes -= entry.bytes
    return entry
  }
}

async function undone(tables: TableStore, table: string, step: UndoStep): Promise<void> {
  switch (step.type) {
    case 'insert':
      await tables.insert(table, step.entity)
      return
    case 'update':
      await tables.update(table, step.entity, { mode: step.mode, ifMatch: step.ifMatch })
      return
    case 'delete':
      await tables.delete(table, step.partitionKey, step.rowKey, { ifMatch: step.ifMatch })
  }
}

function bytesOf(step: UndoStep): number {
  return overheadBytes + (step.type === 'delete' ? 0 : entityBytes(step.entity))
}
