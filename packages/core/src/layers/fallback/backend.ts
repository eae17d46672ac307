/** The backend that the fallback layer puts around the primary. */
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
import { isStorageError, StorageError } from '../../errors.ts'
import { throwIfAborted } from '../../options.ts'
import { discardSource } from '../../source.ts'
import { tellState } from '../stack.ts'
import { Answers } from './answers.ts'
import { assertCanTakeWrites, canTakeWrites, capabilitiesOf } from './capabilities.ts'
import {
  assertResolveOptions,
  type Conflict,
  conflictOf,
  type ResolveConflictOptions,
} from './conflicts.ts'
import { healthOf } from './health.ts'
import { Journal } from './journal.ts'
import { Judgements } from './judgements.ts'
import { KeyLocks } from './key-locks.ts'
import { Lister } from './lister.ts'
import { Mirror } from './mirror.ts'
import type { Settings } from './options.ts'
import { OutOfStep } from './out-of-step.ts'
import { OutageWrites } from './outage-writes.ts'
import { Primary } from './outages.ts'
import type { Parts } from './parts.ts'
import { Reader } from './reader.ts'
import { Reconciler } from './reconciler.ts'
import { isSameSight, type JournalRecord, sightOf } from './records.ts'
import { assertNotReserved } from './reserved.ts'
import { type ReconcileOptions, type ReconcileSummary, Runs } from './runs.ts'
import { Seen } from './seen.ts'
import { stateOf } from './state.ts'
import { outageToken, shown } from './tokens.ts'
import { Writer } from './writer.ts'

export class FallbackBackend implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #parts: Parts
  readonly #outOfStep: OutOfStep
  readonly #reader: Reader
  readonly #lister: Lister
  readonly #writer: Writer
  readonly #reconciler: Reconciler | undefined
  readonly #runs: Runs
  readonly #closing = new AbortController()
  #closed: Promise<void> | undefined

  constructor(inner: StorageBackend, settings: Settings) {
    const { stores, takesWrites, mirrors } = settings
    if (takesWrites) assertCanTakeWrites(inner.capabilities, settings)
    this.name = inner.name
    this.capabilities = capabilitiesOf(inner.capabilities, settings)
    this.#outOfStep = new OutOfStep(settings.pendingMax)
    const primary = new Primary(inner, settings.clock)
    const seen = new Seen()
    const reconciled = canTakeWrites(inner.capabilities, settings)
      ? new Journal(settings)
      : undefined
    this.#parts = {
      settings,
      primary,
      seen,
      answers: new Answers(primary, settings, seen, this.#outOfStep),
      journal: takesWrites ? reconciled : undefined,
      reconciled,
      locks: new KeyLocks(),
      judgements: new Judgements(),
      mirror: mirrors ? new Mirror(primary, stores[0], seen, this.#outOfStep) : undefined,
      closing: this.#closing.signal,
    }
    const { journal } = this.#parts
    this.#reader = new Reader(this.#parts)
    this.#lister = new Lister(this.#parts, this.capabilities.listPageMax)
    this.#reconciler = reconciled && new Reconciler(this.#parts, reconciled)
    const outage = journal && {
      writes: new OutageWrites(this.#parts, journal),
      reconciler: this.#reconciler!,
    }
    this.#writer = new Writer(this.#parts, this.#reader, outage)
    this.#runs = new Runs(this.#parts, this.#reconciler)
    this.#handOnExtras(inner)
    tellState(this, {
      state: () => stateOf(this.#parts, this.#outOfStep),
      others: Object.fromEntries(stores.map(({ name, backend }) => [name, backend])),
    })
  }

  /** Keys that wait to be reconciled, as far as they are known here. */
  get pending(): number {
    return this.#parts.reconciled?.pending ?? 0
  }

  read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    return this.#run([key], options, () => this.#reader.read(key, options))
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    try {
      await this.#admit([key], options)
    } catch (error) {
      discardSource(body)
      throw error
    }
    return this.#nudging(this.#writer.write(key, body, options))
  }

  stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return this.#run([key], options, () => this.#reader.stat(key, options))
  }

  delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    return this.#run([key], options, () => this.#writer.delete(key, options))
  }

  list(options: ListOptions = {}): Promise<ListPage> {
    return this.#run([], options, () => this.#lister.list(options))
  }

  copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    return this.#run([from, to], options, () => this.#writer.copy(from, to, options))
  }

  deleteMany(keys: readonly string[], options: OperationOptions = {}): Promise<DeleteOutcome[]> {
    return this.#run([], options, () => this.#writer.deleteMany(keys, options))
  }

  async health(options: OperationOptions = {}): Promise<Health> {
    return healthOf(this.#parts, this.#closing.signal.aborted, options)
  }

  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  reconcile(options: ReconcileOptions = {}): Promise<ReconcileSummary> {
    return this.#usable(options, () => this.#runs.byHand(options))
  }

  conflicts(options: OperationOptions = {}): Promise<Conflict[]> {
    return this.#usable(options, async () => {
      const { reconciled: journal, primary } = this.#parts
      const found: Conflict[] = []
      if (journal === undefined) return found
      for await (const record of journal.conflicts(options)) {
        const standing = await unlessMissing(
          primary.ask((backend) => backend.stat(record.key, options)),
        )
        const conflict = await unlessMissing(conflictOf(record, standing, journal, options))
        if (conflict !== undefined) found.push(conflict)
      }
      return found
    })
  }

  readConflict(id: string, options: OperationOptions = {}): Promise<ReadResult> {
    return this.#usable(options, async () => {
      const { answers } = this.#parts
      const journal = this.#journal()
      const { key, version, kind } = await journal.conflict(id, options)
      if (kind === 'delete') throw new StorageError('NOT_FOUND', 'This conflict is of a delete')
      const result = await journal.readBody(version, options)
      const info = shown({ ...result.info, key }, outageToken(version))
      return { ...result, info: { ...info, answeredBy: answers.ofJournal(false) } }
    })
  }

  resolveConflict(
    id: string,
    choice: 'primary' | 'outage',
    given: ResolveConflictOptions = {},
  ): Promise<void> {
    return this.#usable(given, async () => {
      assertResolveOptions(given, choice)
      const { ifPrimary, ...options } = given
      const journal = this.#journal()
      const record = await journal.conflict(id, options)
      if (choice === 'outage') {
        const isMeant = await this.#isMeant(record, ifPrimary, options)
        await this.#reconciler!.applyConflict(record, isMeant, options)
        await this.#parts.mirror?.follow(record.key, options)
      }
      await journal.removeConflict(id, options)
      await journal.dropBody(id, options)
    })
  }

  /** Tells of what the primary holds whether it is what a conflict was decided on. */
  async #isMeant(
    { key, met }: JournalRecord,
    ifPrimary: string | null | undefined,
    options: OperationOptions,
  ): Promise<(standing: ObjectInfo | undefined) => boolean> {
    if (ifPrimary === null) return (standing) => standing === undefined
    if (ifPrimary !== undefined) {
      const etag = await this.#reader.primaryEtag(key, ifPrimary, options)
      return (standing) => standing?.etag === etag
    }
    return (standing) => {
      if (standing === undefined || met === undefined)
        return standing === undefined && met === 'absent'
      return met !== 'absent' && isSameSight(met, sightOf(standing))
    }
  }

  #journal(): Journal {
    const { reconciled } = this.#parts
    if (reconciled !== undefined) return reconciled
    const message =
      'There are no conflicts: these stores have no conditions, and take no outage writes'
    throw new StorageError('NOT_FOUND', message)
  }

  #run<T>(keys: readonly string[], options: OperationOptions, call: () => Promise<T>): Promise<T> {
    return this.#nudging(this.#admit(keys, options).then(call))
  }

  /** @throws StorageError for a call that is not made. */
  async #admit(keys: readonly string[], { signal }: OperationOptions): Promise<void> {
    this.#assertOpen()
    throwIfAborted(signal)
    for (const key of keys) assertNotReserved(key)
    await this.#parts.journal?.ready(signal)
  }

  async #usable<T>(options: OperationOptions, call: () => Promise<T>): Promise<T> {
    this.#assertOpen()
    throwIfAborted(options.signal)
    return call()
  }

  #assertOpen(): void {
    if (!this.#closing.signal.aborted) return
    throw new StorageError('CLOSED', 'This storage was closed; open a new one')
  }

  async #nudging<T>(call: Promise<T>): Promise<T> {
    try {
      return await call
    } finally {
      const pending = this.#parts.journal?.pending ?? 0
      this.#runs.nudge(pending > 0 || this.#outOfStep.size > 0)
    }
  }

  async #close(): Promise<void> {
    this.#closing.abort(new StorageError('CLOSED', 'The storage was closed'))
    const { primary, settings } = this.#parts
    const others = settings.closesFallbacks ? settings.stores.map(({ backend }) => backend) : []
    const ends = [primary.backend, ...others].map((backend) => backend.close())
    const failed = (await Promise.allSettled(ends)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  #handOnExtras(inner: StorageBackend): void {
    const members = inner as unknown as Record<string, (...given: unknown[]) => unknown>
    for (const name of this.capabilities.extras) {
      const value = (...given: unknown[]): unknown => members[name]!(...given)
      Object.defineProperty(this, name, { value, enumerable: false })
    }
  }
}

async function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}
