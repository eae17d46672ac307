/**
 * Locks between processes: a transaction on an empty SQLite file.
 *
 * SQLite holds it as a lock of the operating system, which the kernel drops when the process dies,
 * however it dies. Lock files with owner and age cannot do that: process numbers repeat, differ
 * between containers that share a volume, and clocks step.
 *
 * Invariant: the file is never opened by anything but SQLite. POSIX drops all of a process's locks
 * on a file when any descriptor of it is closed.
 */
import { lstatSync, rmSync, writeFileSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { type Clock, StorageError } from '@aos-storage/core'
import { abortError, throwIfAborted } from '@aos-storage/core/backend'
import { closedError } from './errors.ts'

/** SQLite's result code for a lock that someone else holds. */
const sqliteBusy = 5
/** And for a change of what may only be read. */
const sqliteReadOnly = 8
/** A waiter looks at least this often, so that it meets the pause of a holder. */
const pauseMsMax = 2
/** How long a holder keeps away when another waits: longer than a waiter sleeps. */
const hintPauseMs = 5
/** Turns of one process before it lets go of the lock. */
const turnsMax = 32

type DatabaseConstructor = typeof DatabaseSync

/** Loads SQLite when the first write needs it: readers never do. */
export async function loadSqlite(): Promise<DatabaseConstructor> {
  return (await import('node:sqlite')).DatabaseSync
}

/** An exclusive lock on a file, between processes, threads and connections. */
export class FileLock {
  readonly #database: DatabaseSync
  readonly #begin: StatementSync
  readonly #rollback: StatementSync

  constructor(Database: DatabaseConstructor, path: string) {
    this.#database = new Database(path, { timeout: 0 })
    // Nothing is ever stored, so that a journal file would be an empty promise.
    this.#database.exec('PRAGMA journal_mode = MEMORY')
    assertWritable(this.#database)
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE')
    // Not COMMIT, which may need all readers gone; there is nothing to commit.
    this.#rollback = this.#database.prepare('ROLLBACK')
  }

  /** Takes the lock if it is free. */
  tryAcquire(): boolean {
    try {
      this.#begin.run()
      return true
    } catch (error) {
      if (resultOf(error) === sqliteBusy) return false
      throw error
    }
  }

  release(): void {
    this.#rollback.run()
  }

  /** Releases the lock, if held, and the file. */
  close(): void {
    this.#database.close()
  }
}

/**
 * SQLite opens a file that may only be read, and then `BEGIN IMMEDIATE` succeeds without a lock:
 * who took that for the lock would change the store beside its holder.
 *
 * @throws StorageError `PERMISSION_DENIED` for such a file. Closes the database then.
 */
function assertWritable(database: DatabaseSync): void {
  database.exec('BEGIN')
  try {
    // Refused before any lock is asked for; otherwise busy, or undone below.
    database.exec('PRAGMA user_version = 0')
  } catch (error) {
    if (resultOf(error) === sqliteReadOnly) {
      database.close()
      throw new StorageError(
        'PERMISSION_DENIED',
        'The lock file of this store may only be read; users who share a store need a fileMode ' +
          'and umask that let each of them write',
        { cause: error },
      )
    }
    if (resultOf(error) !== sqliteBusy) throw error
  }
  database.exec('ROLLBACK')
}

/** The low byte is the primary code; the rest says which step failed. */
function resultOf(error: unknown): number {
  return ((error as { errcode?: number }).errcode ?? 0) % 256
}

/** How a {@link ChangeLock} waits. */
export interface ChangeLockOptions {
  readonly lock: FileLock
  readonly clock: Clock
  readonly waitMsMax: number
  /** The lock's file. */
  readonly path: string
  /** A file that one who waits makes, for the holder to see. */
  readonly hintPath: string
}

/**
 * One change at a time: first come, first served within this process, then the lock between
 * processes.
 *
 * A busy process would take the lock again before others look for it. So one who waits leaves a
 * hint, and a holder who finds it pauses before its next turn. The hint only makes it fair: lost or
 * left behind, it costs a pause.
 */
export class ChangeLock {
  readonly #options: ChangeLockOptions
  readonly #inode: number
  #last: Promise<unknown> = Promise.resolve()
  /** Callers of this process whose turn has not come. */
  #queued = 0
  #isHeld = false
  /** Turns since the lock was taken. */
  #turns = 0
  #isClosed = false

  constructor(options: ChangeLockOptions) {
    this.#options = options
    this.#inode = lstatSync(options.path).ino
  }

  /**
   * Runs `section` while nobody else runs one.
   *
   * @throws StorageError `LOCKED` after `waitMsMax`, `ABORTED` when the signal fires while waiting,
   * `CLOSED` after `close`.
   */
  run<T>(signal: AbortSignal | undefined, section: () => T | Promise<T>): Promise<Awaited<T>> {
    const deadlineMs = this.#options.clock.monotonicMs() + this.#options.waitMsMax
    let isQueued = true
    this.#queued++
    const turn = this.#last.then(() => {
      isQueued = false
      this.#queued--
      return this.#take(deadlineMs, signal, section)
    })
    this.#last = turn.catch(() => undefined)
    if (signal === undefined) return turn
    return new Promise((resolve, reject) => {
      // In the queue it ends at once, and its turn is skipped; later it minds the signal itself.
      const onAbort = (): void => {
        if (isQueued) reject(abortError(signal))
      }
      signal.addEventListener('abort', onAbort, { once: true })
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  /** Lets the section that runs finish; those that wait fail with `CLOSED`. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
    this.#options.lock.close()
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closedError()
  }

  async #take<T>(
    deadlineMs: number,
    signal: AbortSignal | undefined,
    section: () => T | Promise<T>,
  ): Promise<Awaited<T>> {
    try {
      this.#assertOpen()
      throwIfAborted(signal)
      await this.#acquire(deadlineMs, signal)
      return await section()
    } finally {
      // Kept for the next one in the queue, for a few turns.
      if (this.#isHeld && (this.#queued === 0 || this.#turns >= turnsMax)) this.#release()
    }
  }

  async #acquire(deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { lock, hintPath, clock } = this.#options
    const isAwaited = lstatSync(hintPath, { throwIfNoEntry: false }) !== undefined
    if (this.#isHeld && isAwaited) this.#release()
    if (isAwaited) {
      hint(() => rmSync(hintPath, { force: true }))
      await pause(clock, hintPauseMs, signal)
    }
    if (!this.#isHeld && !lock.tryAcquire()) await this.#wait(deadlineMs, signal)
    this.#isHeld = true
    this.#turns++
    this.#assertSame()
  }

  /** @throws StorageError `UNAVAILABLE` when others lock another file by this name by now. */
  #assertSame(): void {
    if (lstatSync(this.#options.path, { throwIfNoEntry: false })?.ino === this.#inode) return
    throw new StorageError(
      'UNAVAILABLE',
      'The lock of this store (.aos/lock) was removed or replaced while in use; open it again',
      { retryable: 'no' },
    )
  }

  #release(): void {
    this.#options.lock.release()
    this.#isHeld = false
    this.#turns = 0
  }

  async #wait(deadlineMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { lock, clock, waitMsMax, hintPath } = this.#options
    for (let pauseMs = 0.25; !lock.tryAcquire(); pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      if (clock.monotonicMs() >= deadlineMs) {
        throw new StorageError(
          'LOCKED',
          `Another process has held the lock of this folder for ${waitMsMax} ms; is it stopped?`,
        )
      }
      if (pauseMs >= 1) hint(() => writeFileSync(hintPath, '', { mode: 0o600 }))
      // Different waits, so that waiters do not meet again and again.
      await pause(clock, pauseMs + (process.pid % 8) / 8, signal)
      this.#assertOpen()
    }
  }
}

/** A full disk, say, only makes it less fair. */
function hint(change: () => void): void {
  try {
    change()
  } catch {
    // Nothing depends on it.
  }
}

async function pause(clock: Clock, pauseMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(pauseMs, signal)
  } catch (cause) {
    throw new StorageError('ABORTED', 'Aborted while waiting for the lock', { cause })
  }
}
