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
const pauseMsMax = 8
/** How long a holder keeps away when another waits: longer than a waiter sleeps at first. */
const hintPauseMs = 2

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
      // The low byte is the primary code; the rest says which step found it busy.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 === sqliteBusy) return false
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

/** How a {@link ChangeLock} waits. */
export interface ChangeLockOptions {
  readonly lock: FileLock
  readonly clock: Clock
  readonly waitMsMax: number
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
  #last: Promise<unknown> = Promise.resolve()
  #isClosed = false

  constructor(options: ChangeLockOptions) {
    this.#options = options
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
    const turn = this.#last.then(() => {
      isQueued = false
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
    const { lock, hintPath, clock } = this.#options
    this.#assertOpen()
    throwIfAborted(signal)
    if (lstatSync(hintPath, { throwIfNoEntry: false }) !== undefined) {
      hint(() => rmSync(hintPath, { force: true }))
      await pause(clock, hintPauseMs, signal)
    }
    if (!lock.tryAcquire()) await this.#wait(deadlineMs, signal)
    try {
      return await section()
    } finally {
      lock.release()
    }
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
