/** Copies, moves and deletes of many objects, and the undo of any action, while they run. */
import { type Clock, StorageError, type StorageManager } from '@aos-storage/core'
import { isOvertaken } from '../save.ts'
import type { UndoDraft } from '../undo/draft.ts'
import type { UndoJournal } from '../undo/journal.ts'
import { takeBack, type UndoItem } from '../undo/step.ts'
import type { TransferLine, TransferRequest, Undoable } from '../wire.ts'
import { changeOne } from './change.ts'
import { actionLabel } from './label.ts'
import { type Plan, type Planned, planTransfer } from './plan.ts'
import { Run, type Work } from './run.ts'

type Lines = AsyncGenerator<TransferLine, void, undefined>

export class Transfers {
  readonly #storage: StorageManager
  readonly #journal: UndoJournal
  readonly #clock: Clock
  readonly #running = new Set<Promise<unknown>>()
  /** Runs that can be stopped, by the id that the page gave them. */
  readonly #stops = new Map<string, AbortController>()
  readonly #end = new AbortController()

  constructor(storage: StorageManager, journal: UndoJournal, clock: Clock) {
    this.#storage = storage
    this.#journal = journal
    this.#clock = clock
  }

  /**
   * Transfers, or only counts. When the signal fires, what is under way is finished.
   *
   * @throws StorageError as {@link planTransfer}, before its first line.
   */
  async *transfer(request: TransferRequest, gone: AbortSignal): Lines {
    const stop = new AbortController()
    const { id } = request
    if (id !== undefined) this.#stops.set(id, stop)
    try {
      yield* this.#transfer(request, AbortSignal.any([gone, stop.signal]))
    } finally {
      if (id !== undefined) this.#stops.delete(id)
    }
  }

  /**
   * Stops a transfer after what is under way; its own answer tells what was done, and offers undo
   * for that. False when no such run is under way.
   */
  stop(id: string): boolean {
    const stop = this.#stops.get(id)
    stop?.abort()
    return stop !== undefined
  }

  async *#transfer(request: TransferRequest, signal: AbortSignal): Lines {
    const plan = await planTransfer(this.#storage, request, signal)
    const refusal = this.#refusal(plan)
    if (request.isDryRun === true) {
      const { objects, bytes } = plan
      const none = { failed: [], failedCount: 0, leftCount: 0, undo: null }
      const counted = { done: objects.length, bytes, ...none }
      yield { result: { ...counted, ...(refusal && { undoRefusal: refusal }) } }
      return
    }
    const opened = refusal ?? (await this.#journal.open(plan.cost))
    yield* this.#begin(this.#work(request, plan, opened, signal)).lines(this.#clock)
  }

  /**
   * Takes an action back; to its end, whoever goes away: half of it could not be asked for again.
   * What failed, but not because somebody else wrote, can be: what is kept may be the only copy.
   *
   * @throws StorageError `NOT_FOUND`, before its first line.
   */
  async *undo(id: string): Lines {
    const entry = this.#journal.take(id)
    if (entry === undefined) {
      const message = 'This cannot be undone any more: it was, or newer actions took its place'
      throw new StorageError('NOT_FOUND', message)
    }
    const { kept, restored } = this.#journal
    const stores = { storage: this.#storage, kept, restored }
    const left: UndoItem[] = []
    const run = this.#begin<UndoItem>({
      items: entry.items,
      keyOf: ({ key }) => key,
      act: async (item) => {
        for (const [place, step] of item.steps.entries()) {
          try {
            await takeBack(step, stores)
          } catch (error) {
            if (!isOvertaken(error)) left.push({ ...item, steps: item.steps.slice(place) })
            throw error
          }
        }
        return item.bytes
      },
      finish: async () => {
        if (left.length > 0) {
          await this.#journal.giveBack(entry, left)
          const { label, key } = entry
          return { undo: { id, label, ...(key !== undefined && { key }) } }
        }
        await this.#journal.forget(entry)
        return { undo: null }
      },
      signal: this.#end.signal,
    })
    yield* run.lines(this.#clock)
  }

  /** Stops what runs, after what is under way. */
  async close(): Promise<void> {
    this.#end.abort()
    await Promise.allSettled(this.#running)
  }

  #work(
    request: TransferRequest,
    plan: Plan,
    opened: UndoDraft | string,
    signal: AbortSignal,
  ): Work<Planned> {
    const { kind, isOverwrite = false } = request
    const draft = typeof opened === 'string' ? undefined : opened
    const change = { storage: this.#storage, kind, isOverwrite, draft }
    const finish = async (done: number): Promise<Undoable> => {
      if (typeof opened !== 'string') {
        return opened.commit(actionLabel(request, plan, done), request.id)
      }
      return { undo: null, ...(done > 0 && { undoRefusal: opened }) }
    }
    return {
      items: plan.objects,
      keyOf: ({ from }) => from,
      act: (planned) => changeOne(change, planned),
      finish,
      signal: AbortSignal.any([signal, this.#end.signal]),
    }
  }

  #begin<T>(work: Work<T>): Run<T> {
    const run = new Run(work)
    this.#running.add(run.result)
    void run.result.finally(() => this.#running.delete(run.result)).catch(() => undefined)
    return run
  }

  #refusal({ cost, foreignCount }: Plan): string | undefined {
    if (foreignCount === 0) return this.#journal.refusal(cost)
    const what = foreignCount === 1 ? 'A key breaks' : `${foreignCount} keys break`
    return `${what} the rules for keys: undo could not write there again.`
  }
}
