/**
 * What a database of the store holds, and the check that a file is one: SQLite's `application_id`
 * and `user_version` in its header tell, before anything in it is believed.
 */
import type { DatabaseSync } from 'node:sqlite'
import { StorageError } from '@aos-storage/core'

/** One kind of database. */
export interface DatabaseFormat {
  /** Its name in `.aos`, for instance `tables.db`. */
  readonly fileName: 'tables.db' | 'queues.db'
  /** 32 bits that say whose it is. */
  readonly applicationId: number
  /** The version that this code reads and writes; from 1. */
  readonly version: number
  /** SQL that makes the tables of an empty database. */
  readonly schema: string
}

/**
 * True for a database that holds nothing yet.
 *
 * @throws StorageError `UNSUPPORTED` for a newer format, `CORRUPT` for something else's database.
 */
export function isEmptyDatabase(
  database: DatabaseSync,
  format: DatabaseFormat,
  path: string,
): boolean {
  const id = pragma(database, 'application_id')
  const version = pragma(database, 'user_version')
  if (id === format.applicationId) {
    if (version === format.version) return false
    const isNewer = version > format.version
    throw new StorageError(
      isNewer ? 'UNSUPPORTED' : 'CORRUPT',
      isNewer
        ? `${path} has format ${version}; update @aos-storage/backend-file to open it`
        : `${path} says that it has format ${version}, which never was; restore from a backup`,
    )
  }
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as {
    tables: number
  }
  if (id === 0 && version === 0 && tables === 0) return true
  throw new StorageError('CORRUPT', `${path} is the database of another program; move it away`)
}

/** Makes the tables of an empty database, unless another process was faster. */
export function makeFormat(database: DatabaseSync, format: DatabaseFormat, path: string): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    if (isEmptyDatabase(database, format, path)) {
      database.exec(format.schema)
      database.exec(`PRAGMA application_id = ${format.applicationId}`)
      database.exec(`PRAGMA user_version = ${format.version}`)
    }
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** An integer setting of the database. */
function pragma(database: DatabaseSync, name: 'application_id' | 'user_version'): number {
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, number>
  return row[name]!
}
