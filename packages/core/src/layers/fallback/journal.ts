/**
 * The journal: what waits for which key, in the first fallback, and what of it is known here.
 *
 * Invariant: the record of a key is replaced as a whole, by compare-and-swap, and is what counts: a
 * change is acknowledged only after its record stands. A body is written before its record names
 * it, and removed after no record does; so whoever dies in between leaves a body too many, never
 * one too few.
 *
 * ```
 * bodies/V1 written ─> record V1 ─> (acknowledged)
 *                      bodies/V2 written ─> record V2 replaces V1 ─> bodies/V1 removed
 * ```
 */
import type {
  ListedObject,
  ObjectInfo,
  OperationOptions,
  ReadOptions,
  ReadResult,
  WriteBody,
  WriteOptions,
} from '../../backend.ts'
import { collect } from '../../body.ts'
import type { Clock } from '../../clock.ts'
import { isStorageError, StorageError } from '../../errors.ts'
import { unlessAborted } from '../../source.ts'
import { isAnswerLost } from '../../write-once.ts'
import { JournalIndex, type Snapshot, type Waiting } from './journal-index.ts'
import type { Settings, Store } from './options.ts'
import { eachOf, listAll } from './pages.ts'
import {
  decodeRecord,
  encodeRecord,
  isVersion,
  type JournalRecord,
  recordBytesMax,
  recordName,
} from './records.ts'
import { bodiesPrefix, conflictsPrefix, journalPrefix } from './reserved.ts'

/** Tries to replace a record that others replace as well. */
const swapAttemptsMax = 16
/** After the journal could not be read, it is not asked for again before this. */
const reloadAfterMs = 10_000
const recordsAtOnce = 8
const jsonType = { contentType: 'application/json' }

export class Journal {
  readonly store: Store
  readonly #clock: Clock
  readonly #pendingMax: number
  readonly #index = new JournalIndex()
  #isLoaded = false
  #loading: Promise<void> | undefined
  #reloadAtMs = -Infinity
  #fault: StorageError | undefined
  #unreadable = 0
  #conflictCount = 0

  constructor({ stores, clock, pendingMax }: Settings) {
    this.store = stores[0]
    this.#clock = clock
    this.#pendingMax = pendingMax
  }

  /** Keys that wait, as far as it is known here. */
  get pending(): number {
    return this.#index.size
  }

  get conflictCount(): number {
    return this.#conflictCount
  }

  /** Records that break the format. */
  get unreadable(): number {
    return this.#unreadable
  }

  /** Why it is not known what waits; undefined when it is. */
  get fault(): StorageError | undefined {
    return this.#fault
  }

  get(key: string): Waiting | undefined {
    return this.#index.get(key)
  }

  /** What waits now. It does not change. */
  snapshot(): Snapshot {
    return this.#index.snapshot()
  }

  /**
   * Reads the journal before its first use. When that fails, the primary is used without it: what
   * waits is found later, and nothing of it is lost meanwhile.
   */
  async ready(signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isLoaded) await this.#reloadIfDue(signal)
  }

  /** Reads the journal once, and again while something is left: others may reconcile it. */
  async look(signal: AbortSignal | undefined): Promise<void> {
    const isLeft = this.pending + this.#conflictCount > 0
    if (!this.#isLoaded || isLeft) await this.#reloadIfDue(signal)
  }

  async #reloadIfDue(signal: AbortSignal | undefined): Promise<void> {
    if (this.#clock.monotonicMs() < this.#reloadAtMs) return
    try {
      await this.reload(signal)
    } catch (error) {
      // A caller's own abort says nothing of the journal.
      if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
      this.#reloadAtMs = this.#clock.monotonicMs() + reloadAfterMs
    }
  }

  /** Reads what other processes have added or removed. Calls at once share one reading. */
  async reload(signal: AbortSignal | undefined): Promise<void> {
    await unlessAborted(() => {
      this.#loading ??= this.#load().finally(() => {
        this.#loading = undefined
      })
      return this.#loading
    }, signal)
  }

  /** @throws StorageError unless one more key may wait. */
  assertRoom(key: string): void {
    if (!this.#isLoaded && this.#fault !== undefined) throw this.#fault
    if (this.#index.get(key) !== undefined) return
    if (this.#index.size + this.#conflictCount < this.#pendingMax) return
    throw new StorageError(
      'QUOTA_EXCEEDED',
      `${this.#pendingMax} keys wait in the fallback "${this.store.name}" already (pendingMax); ` +
        'reconcile them and resolve their conflicts',
      { key },
    )
  }

  /** The record of a key as it stands, also when another process wrote it. */
  async refresh(key: string, options: OperationOptions): Promise<Waiting | undefined> {
    const waiting = await this.#readRecord(recordName(key), options)
    if (waiting === undefined) this.#index.drop(key)
    else this.#index.keep(waiting)
    return waiting
  }

  /**
   * Puts the record that `make` gives for the one before, whichever that is by then.
   *
   * @throws StorageError; of `UNAVAILABLE` or `TIMEOUT` it stays open whether the record stands.
   */
  async put(
    key: string,
    make: (before: JournalRecord | undefined) => JournalRecord,
    options: OperationOptions,
  ): Promise<{ readonly waiting: Waiting; readonly before: JournalRecord | undefined }> {
    let before = this.#index.get(key)
    for (let attempt = 1; ; attempt++) {
      const record = make(before?.record)
      try {
        const { etag } = await this.#write(recordName(key), record, before, options)
        const waiting = { record, etag, isOwn: true }
        this.#index.keep(waiting)
        return { waiting, before: before?.record }
      } catch (error) {
        const isRefused = isStorageError(error, 'ALREADY_EXISTS', 'PRECONDITION_FAILED', 'CONFLICT')
        if (!isRefused && !isAnswerLost(error)) throw error
        const standing = await this.refresh(key, options)
        // Its answer was lost, and that was all.
        if (standing?.record.version === record.version) {
          this.#index.keep({ ...standing, isOwn: true })
          return { waiting: standing, before: before?.record }
        }
        if (!isRefused || attempt >= swapAttemptsMax) throw error
        before = standing
      }
    }
  }

  /** Removes a record, unless it was replaced; gives what stands then. */
  async remove({ record, etag }: Waiting, options: OperationOptions): Promise<Waiting | undefined> {
    try {
      const { backend } = this.store
      await backend.delete(recordName(record.key), { ...options, ifMatch: etag })
    } catch (error) {
      if (!isStorageError(error, 'PRECONDITION_FAILED', 'CONFLICT')) throw error
      return this.refresh(record.key, options)
    }
    this.#index.drop(record.key)
    return undefined
  }

  /** Where the body of an outage write is. */
  bodyName(version: string): string {
    return bodiesPrefix + version
  }

  writeBody(version: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    return this.store.backend.write(bodiesPrefix + version, body, options)
  }

  readBody(version: string, options: ReadOptions): Promise<ReadResult> {
    return this.store.backend.read(bodiesPrefix + version, options)
  }

  statBody(version: string, options: OperationOptions): Promise<ObjectInfo> {
    return this.store.backend.stat(bodiesPrefix + version, options)
  }

  /** What cannot be removed now is found by {@link sweep}. */
  async dropBody(version: string, options: OperationOptions): Promise<void> {
    await this.store.backend.delete(bodiesPrefix + version, options).catch(() => undefined)
  }

  /** Notes that a change cannot be reconciled; done again it changes nothing. */
  async addConflict(record: JournalRecord, options: OperationOptions): Promise<void> {
    const name = conflictsPrefix + record.version
    try {
      const write = { ...options, ...jsonType, ifNoneMatch: '*' } as const
      await this.store.backend.write(name, encodeRecord(record), write)
      this.#conflictCount++
    } catch (error) {
      if (!isStorageError(error, 'ALREADY_EXISTS')) throw error
    }
  }

  /** Those that can be read. @param unreadable Told the others. */
  async *conflicts(
    options: OperationOptions,
    unreadable: () => void = () => undefined,
  ): AsyncGenerator<JournalRecord> {
    for await (const { key } of listAll(this.store.backend, conflictsPrefix, options)) {
      try {
        const waiting = await this.#readRecord(key, options)
        if (waiting !== undefined) yield waiting.record
      } catch (error) {
        if (!isStorageError(error, 'CORRUPT')) throw error
        unreadable()
      }
    }
  }

  /** @throws StorageError `NOT_FOUND` when there is none, or no more. */
  async conflict(version: string, options: OperationOptions): Promise<JournalRecord> {
    const isId = isVersion(version)
    const waiting = isId && (await this.#readRecord(conflictsPrefix + version, options))
    if (waiting) return waiting.record
    throw new StorageError('NOT_FOUND', 'There is no conflict with this id; it may be resolved')
  }

  async removeConflict(version: string, options: OperationOptions): Promise<void> {
    const isGone = await this.store.backend.delete(conflictsPrefix + version, options)
    if (isGone) this.#conflictCount = Math.max(0, this.#conflictCount - 1)
  }

  /** Removes bodies that nothing names and that are too old for a write under way. */
  async sweep(ageMsMin: number, options: OperationOptions): Promise<void> {
    const { backend } = this.store
    const untilMs = this.#clock.now() - ageMsMin
    const old: string[] = []
    for await (const object of listAll(backend, bodiesPrefix, options)) {
      if (object.modifiedAt.getTime() < untilMs) old.push(object.key.slice(bodiesPrefix.length))
    }
    if (old.length === 0) return
    // Read after the bodies were listed: a record that came since then names none of the old ones.
    await this.reload(options.signal)
    const isNamed = new Set(this.snapshot().keys.map((key) => this.get(key)?.record.version))
    let unreadable = this.#unreadable
    const conflicts = this.conflicts(options, () => unreadable++)
    for await (const { version } of conflicts) isNamed.add(version)
    // One of these may name any of the bodies.
    if (unreadable > 0) return
    for (const version of old) {
      if (!isNamed.has(version)) await backend.delete(bodiesPrefix + version, options)
    }
  }

  async #load(): Promise<void> {
    try {
      const touched = this.#index.watch()
      const known = this.#index.names()
      const found = new Map<string, Waiting>()
      let unreadable = 0
      const read = async ({ key: name, etag }: ListedObject): Promise<void> => {
        const before = known.get(name)
        const waiting = before?.etag === etag ? before : await this.#readRecord(name, {})
        if (waiting !== undefined) found.set(name, waiting)
      }
      await eachOf(
        listAll(this.store.backend, journalPrefix, {}),
        recordsAtOnce,
        async (object) => {
          try {
            await read(object)
          } catch (error) {
            if (!isStorageError(error, 'CORRUPT')) throw error
            unreadable++
          }
        },
      )
      let conflictCount = 0
      for await (const _ of listAll(this.store.backend, conflictsPrefix, {})) conflictCount++
      this.#index.replace(found, touched)
      this.#unreadable = unreadable
      this.#conflictCount = conflictCount
      this.#fault = undefined
      this.#isLoaded = true
    } catch (error) {
      if (isStorageError(error)) this.#fault = error
      throw error
    }
  }

  #write(
    name: string,
    record: JournalRecord,
    before: Waiting | undefined,
    options: OperationOptions,
  ): Promise<ObjectInfo> {
    const condition =
      before === undefined ? ({ ifNoneMatch: '*' } as const) : { ifMatch: before.etag }
    const write = { ...options, ...jsonType, ...condition }
    return this.store.backend.write(name, encodeRecord(record), write)
  }

  async #readRecord(name: string, options: OperationOptions): Promise<Waiting | undefined> {
    try {
      const { info, body } = await this.store.backend.read(name, options)
      const record = decodeRecord(await collect(body, recordBytesMax))
      // Of a conflict the name is its version.
      const isAtHome = name === recordName(record.key) || name.endsWith(record.version)
      if (isAtHome) return { record, etag: info.etag, isOwn: false }
      throw new StorageError('CORRUPT', 'A record of the fallback journal is of another key')
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
}
