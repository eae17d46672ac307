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
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { StorageError } from '@aos-storage/core'

/** SQLite's result code for a lock that someone else holds. */
const sqliteBusy = 5
/** And for a change of what may only be read. */
const sqliteReadOnly = 8
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

  /**
   * @param mode Who only looks for a lock must not make its file: with `rw` a missing one fails.
   * With `rwc` SQLite makes it.
   */
  constructor(Database: DatabaseConstructor, path: string, mode: 'rw' | 'rwc' = 'rw') {
    // Only an address can say so: a path alone is made when missing.
    const address = pathToFileURL(path)
    address.searchParams.set('mode', mode)
    this.#database = new Database(address.href, { timeout: 0 })
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
