/**
 * A database in `.aos`, shared by the callers of this process and by other processes.
 *
 *   .aos/tables.db       the database, with its mode from the start
 *   .aos/tables.db-wal   the write-ahead log: what was committed and is not yet in the database
 *   .aos/tables.db-shm   the index of the log; means nothing when nobody has the database open
 *
 * SQLite runs on this thread. So a section is short, and nothing here waits for a lock inside
 * SQLite: when another process holds it, the wait is a pause on the clock.
 *
 * Changes that were asked for in one turn of the event loop share one transaction, and so one sync
 * of the disk. Each is a savepoint of its own: one that fails takes back only itself.
 *
 * ```
 *   change ─┐                        ┌─ savepoint, section, release ─┐
 *   change ─┼─► queue ─► BEGIN ──────┼─ savepoint, section, rollback ┼─► COMMIT ─► answers
 *   change ─┘          IMMEDIATE     └─ savepoint, section, release ─┘
 * ```
 *
 * Invariant: no answer is given, not even a refusal, before the transaction that it was decided in
 * is committed.
 */
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isStorageError, StorageError } from '@aos-storage/core'
import { abortError, openOutcome, throwIfAborted } from '@aos-storage/core/backend'
import { toStorageError } from '../errors.ts'
import { ownFolder } from '../folder.ts'
import { Turns } from '../turns.ts'
import type { Connection } from './connection.ts'
import { isBusy, resultCodeOf, toDatabaseError } from './errors.ts'
import { openConnection } from './opening.ts'
import type { DatabaseOptions } from './options.ts'
import { attempt, type Outcome, savepoint, type Section, snapshot } from './section.ts'

/** Most changes of one transaction. */
const batchChangesMax = 512
/** A transaction takes no further change after this time. */
const batchMsMax = 10
/** Pauses of one who waits for another process double up to this. */
const pauseMsMax = 2

/** A change in the queue. */
interface Change {
  readonly section: Section<unknown>
  readonly isForgettable: boolean
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly signal: AbortSignal | undefined
  readonly onAbort: () => void
  readonly queuedMs: number
}

/** What a change promises. */
export interface ChangeOptions {
  /**
   * True when a power cut may take it back, though it was told as done: what nobody who is alive
   * after a power cut depends on. A transaction of only such changes is not synced. Default false.
   */
  readonly isForgettable?: boolean | undefined
}

export class StoreDatabase {
  /** Of its file. */
  readonly path: string
  readonly #options: DatabaseOptions
  readonly #turns: Turns
  /** In the order in which they were asked for. A set: any of very many may be withdrawn. */
  readonly #queue = new Set<Change>()
  #connection: Connection | undefined
  #opening: Promise<Connection> | undefined
  #draining: Promise<void> | undefined
  /** When this process last had the lock of all changes. */
  #heldMs = 0
  #closing: Promise<void> | undefined

  /** Touches nothing: the file is opened, or made, by the first call. */
  constructor(options: DatabaseOptions) {
    this.#options = options
    this.path = join(options.basePath, ownFolder, options.format.fileName)
    this.#turns = new Turns(options.clock)
  }

  /**
   * Runs `section` on what is committed; all of its statements see the same state. It must not
   * change anything, and be short.
   *
   * @throws StorageError `LOCKED`, `ABORTED`, `CLOSED`, or what SQLite said; without its place.
   */
  async read<T>(signal: AbortSignal | undefined, section: Section<T>): Promise<T> {
    this.#assertOpen()
    throwIfAborted(signal)
    const connection = this.#connection ?? (await unlessAborted(this.#open(), signal))
    const value = await this.#whenFree(signal, () => {
      this.#assertOpen()
      connection.assertInPlace()
      return snapshot(connection, section)
    })
    const turn = this.#turns.end()
    if (turn !== undefined) await turn
    return value
  }

  /**
   * Runs `section` in a transaction, and resolves when it is committed. It may throw: then all that
   * it did is taken back. It must be short, and free of effects outside of the database.
   *
   * @throws StorageError as {@link read}; a commit whose outcome is open is not retryable.
   */
  change<T>(
    signal: AbortSignal | undefined,
    section: Section<T>,
    { isForgettable = false }: ChangeOptions = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#assertOpen()
      throwIfAborted(signal)
      const change: Change = {
        section,
        isForgettable,
        resolve: resolve as (value: unknown) => void,
        reject,
        signal,
        onAbort: () => {
          this.#withdraw(change, abortError(signal!))
        },
        queuedMs: this.#options.clock.monotonicMs(),
      }
      signal?.addEventListener('abort', change.onAbort, { once: true })
      this.#queue.add(change)
      this.#draining ??= this.#drain()
    })
  }

  /** Lets the transaction that runs end; changes that wait fail with `CLOSED`. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const change of [...this.#queue]) this.#withdraw(change, this.#closedError())
    await this.#draining
    await this.#opening?.catch(() => undefined)
    const connection = this.#connection
    this.#connection = undefined
    try {
      connection?.close()
    } catch (error) {
      throw this.#told(error)
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined) throw this.#closedError()
  }

  #closedError(): StorageError {
    const what = this.#options.format.fileName === 'tables.db' ? 'tables' : 'queues'
    return new StorageError('CLOSED', `The store of these ${what} was closed; open it again`)
  }

  /** Opens the file once; again if that failed. */
  #open(): Promise<Connection> {
    const tryOpen = (): Promise<Connection> => {
      this.#assertOpen()
      return openConnection(this.#options)
    }
    this.#opening ??= this.#whenFree(undefined, tryOpen).then(
      (connection) => {
        this.#connection = connection
        return connection
      },
      (error: unknown) => {
        this.#opening = undefined
        throw error
      },
    )
    return this.#opening
  }

  /** Runs `call`, again and again while it meets another one's lock. */
  async #whenFree<T>(signal: AbortSignal | undefined, call: () => T | Promise<T>): Promise<T> {
    const { clock, lockWaitMsMax } = this.#options
    let deadlineMs: number | undefined
    for (let pauseMs = 0.25; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      try {
        // Not awaited when there is nothing to wait for: a hop costs more than most sections.
        const value = call()
        return value instanceof Promise ? await value : value
      } catch (error) {
        if (!isBusy(error)) throw this.#told(error)
        deadlineMs ??= clock.monotonicMs() + lockWaitMsMax
        if (clock.monotonicMs() >= deadlineMs) throw this.#lockedError()
      }
      await this.#pause(pauseMs, signal)
    }
  }

  /** Different pauses, so that waiters do not meet again and again. */
  async #pause(pauseMs: number, signal?: AbortSignal): Promise<void> {
    const { clock, random } = this.#options
    try {
      await clock.sleep(pauseMs * (0.5 + random.next()), signal)
    } catch (error) {
      throw signal?.aborted === true ? abortError(signal) : error
    }
  }

  #lockedError(): StorageError {
    const { format, lockWaitMsMax } = this.#options
    return new StorageError(
      'LOCKED',
      `Another process has held .aos/${format.fileName} for ${lockWaitMsMax} ms; is it stopped?`,
    )
  }

  #told(error: unknown): unknown {
    const told = toDatabaseError(error, this.path)
    const isFileError = typeof (told as NodeJS.ErrnoException).syscall === 'string'
    return isFileError ? toStorageError(told, 'open') : told
  }

  /** Ends a change that is still in the queue. */
  #withdraw(change: Change, error: unknown): void {
    if (!this.#queue.delete(change)) return
    change.signal?.removeEventListener('abort', change.onAbort)
    change.reject(error)
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.size > 0) {
        // Those who ask in the same turn share a transaction.
        await nextTurn()
        await this.#batch()
      }
    } finally {
      this.#draining = undefined
    }
  }

  /** Makes one transaction of the changes that wait. Rejects never. */
  async #batch(): Promise<void> {
    try {
      const connection = this.#connection ?? (await this.#open())
      await this.#begin(connection)
    } catch (error) {
      const told = this.#told(error)
      for (const change of [...this.#queue]) this.#withdraw(change, told)
    }
  }

  /** Takes the lock of all changes and makes them, unless nobody waits for it any more. */
  async #begin(connection: Connection): Promise<void> {
    const { clock, lockWaitMsMax } = this.#options
    for (let pauseMs = 0.25; this.#queue.size > 0; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      if (this.#tryBegin(connection)) {
        this.#transaction(connection)
        return
      }
      const nowMs = clock.monotonicMs()
      for (const change of [...this.#queue]) {
        // The transactions of this process before are nobody else's fault.
        const sinceMs = Math.max(change.queuedMs, this.#heldMs)
        if (nowMs - sinceMs >= lockWaitMsMax) this.#withdraw(change, this.#lockedError())
      }
      if (this.#queue.size > 0) await this.#pause(pauseMs)
    }
  }

  /** Those that the next transaction may take. */
  #next(): Change[] {
    const next: Change[] = []
    for (const change of this.#queue) {
      if (next.push(change) === batchChangesMax) break
    }
    return next
  }

  #tryBegin(connection: Connection): boolean {
    connection.assertInPlace()
    // Inside of a transaction it cannot be set any more.
    connection.setSynced(this.#next().some(({ isForgettable }) => !isForgettable))
    try {
      connection.prepare('BEGIN IMMEDIATE').run()
      return true
    } catch (error) {
      if (isBusy(error)) return false
      throw error
    }
  }

  /** After `BEGIN`, in one go: nothing else runs on this thread until the commit. */
  #transaction(connection: Connection): void {
    const { clock } = this.#options
    const made: { change: Change; outcome: Outcome }[] = []
    const endMs = clock.monotonicMs() + batchMsMax
    const next = this.#next()
    const isAlone = next.length === 1
    try {
      for (const change of next) {
        this.#queue.delete(change)
        change.signal?.removeEventListener('abort', change.onAbort)
        const entry = { change, outcome: { error: undefined } as Outcome }
        made.push(entry)
        entry.outcome = isAlone
          ? attempt(connection, change.section)
          : savepoint(connection, change.section)
        if (clock.monotonicMs() >= endMs) break
      }
      if (connection.database.isTransaction) connection.prepare('COMMIT').run()
    } catch (error) {
      const told = this.#lost(connection, error)
      for (const { change } of made) change.reject(told)
      return
    } finally {
      this.#heldMs = clock.monotonicMs()
    }
    for (const { change, outcome } of made) {
      if ('error' in outcome) change.reject(this.#told(outcome.error))
      else change.resolve(outcome.value)
    }
  }

  /** Takes back a transaction that failed as a whole; what its callers are told. */
  #lost(connection: Connection, error: unknown): unknown {
    try {
      if (connection.database.isTransaction) connection.database.exec('ROLLBACK')
    } catch {
      // Told is what went wrong first.
    }
    const told = this.#told(error)
    // When a sync fails, nobody knows what the disk holds.
    return resultCodeOf(error) === 10 && isStorageError(told) ? openOutcome(told, undefined) : told
  }
}

/** What `promise` gives, unless the signal fires first. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(abortError(signal))
    signal.addEventListener('abort', onAbort, { once: true })
    const end = (): void => signal.removeEventListener('abort', onAbort)
    promise.then(resolve, reject).finally(end)
  })
}
