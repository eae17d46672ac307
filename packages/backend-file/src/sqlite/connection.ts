/**
 * An open database of the store: SQLite in WAL mode, with its settings and prepared statements.
 *
 * Invariant: the file is never opened by anything but SQLite. POSIX drops all of a process's locks
 * on a file when any descriptor of it is closed.
 */
import { lstatSync } from 'node:fs'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { StorageError } from '@aos-storage/core'
import type { loadSqlite } from '../file-lock.ts'
import { lookAtOwn } from '../own-file.ts'
import { type DatabaseFormat, isEmptyDatabase, makeFormat } from './format.ts'

/** Memory for pages of the database. */
const cacheKiB = 16 * 1024
/** What the write-ahead log is cut to when it was copied into the database. */
const logBytesMax = 16 * 1024 * 1024

/** Most statements kept ready. */
const statementsMax = 256

type DatabaseConstructor = Awaited<ReturnType<typeof loadSqlite>>

export class Connection {
  readonly path: string
  readonly database: DatabaseSync
  readonly #inode: number
  readonly #isDurable: boolean
  #isSynced: boolean
  readonly #statements = new Map<string, StatementSync>()

  private constructor(path: string, inode: number, database: DatabaseSync, isDurable: boolean) {
    this.path = path
    this.#inode = inode
    this.#isDurable = isDurable
    this.#isSynced = isDurable
    this.database = database
  }

  /**
   * Opens the file, which is there unless `mode` is `rwc`, and makes its tables when it is empty.
   * Nothing waits: throws SQLite's own busy error when another connection is about to do the same.
   */
  static open(
    Database: DatabaseConstructor,
    path: string,
    format: DatabaseFormat,
    { isDurable, mode }: { readonly isDurable: boolean; readonly mode: 'rw' | 'rwc' },
  ): Connection {
    for (const suffix of ['-wal', '-shm']) lookAtOwn(path + suffix)
    lookAtOwn(path)
    const address = pathToFileURL(path)
    // A path alone would be made when missing, with another mode.
    address.searchParams.set('mode', mode)
    const database = new Database(address.href, { timeout: 0 })
    try {
      const isEmpty = isEmptyDatabase(database, format, path)
      setUp(database, path, isDurable)
      if (isEmpty) makeFormat(database, format, path)
      return new Connection(path, lookAtOwn(path)?.ino ?? -1, database, isDurable)
    } catch (error) {
      database.close()
      throw error
    }
  }

  /** A statement, prepared once. `sql` comes from the program, so that there are few. */
  prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql)
    if (statement !== undefined) return statement
    if (this.#statements.size >= statementsMax) this.#statements.clear()
    statement = this.database.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }

  /**
   * Whether the next commits are synced, where the database is durable at all. A sync of a later
   * commit syncs those before it: the log is written in one direction.
   */
  setSynced(isSynced: boolean): void {
    if (!this.#isDurable || isSynced === this.#isSynced) return
    this.database.exec(`PRAGMA synchronous = ${isSynced ? 'FULL' : 'NORMAL'}`)
    this.#isSynced = isSynced
  }

  /**
   * What is written to a file that lost its name is gone with the process.
   *
   * @throws StorageError `UNAVAILABLE` when the file was removed or replaced since it was opened.
   */
  assertInPlace(): void {
    if (lstatSync(this.path, { throwIfNoEntry: false })?.ino === this.#inode) return
    throw new StorageError(
      'UNAVAILABLE',
      `${this.path} was removed or replaced while in use; open the store again`,
      { retryable: 'no' },
    )
  }

  /** Copies the log into the database, when this is the last connection to it. */
  close(): void {
    this.#statements.clear()
    this.database.close()
  }
}

/**
 * `synchronous`: FULL syncs the log at every commit. NORMAL syncs it only when it is copied into
 * the database: a power cut may take the last commits, and the database stays whole
 * (sqlite.org/wal.html).
 */
function setUp(database: DatabaseSync, path: string, isDurable: boolean): void {
  database.exec(`PRAGMA synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`)
  database.exec(`PRAGMA cache_size = -${cacheKiB}`)
  database.exec(`PRAGMA journal_size_limit = ${logBytesMax}`)
  // Sorting never needs a file; a damaged schema must not run what it names.
  database.exec('PRAGMA temp_store = MEMORY')
  database.exec('PRAGMA trusted_schema = OFF')
  database.exec('PRAGMA cell_size_check = ON')
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() as {
    journal_mode: string
  }
  if (mode === 'wal') return
  throw new StorageError(
    'UNSUPPORTED',
    `The file system of ${path} has no shared memory, which SQLite's log needs; use a local disk`,
  )
}
