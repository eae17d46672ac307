/** From a base folder to an open database: its folder, its file, and the checks of both. */
import { join } from 'node:path'
import { syncFolder } from '../base-path.ts'
import { loadSqlite } from '../file-lock.ts'
import { ownFolder } from '../folder.ts'
import { isMissing } from '../errors.ts'
import { isThere, makeOwnFile } from '../own-file.ts'
import { assertFormat, makeOwnFolder } from '../own-folder.ts'
import { Connection } from './connection.ts'
import type { DatabaseOptions } from './options.ts'

/** How often the file is made anew when a sweeper takes it for half-made. */
const makeAttemptsMax = 5

/**
 * Opens the database, which is made when it is missing.
 *
 * @throws SQLite's busy error when another connection opens it at the same time.
 * @throws StorageError `CONFLICT` when something foreign stands in its place, `CORRUPT` when it is
 * none of ours, `UNSUPPORTED` when it is of a newer format.
 */
export async function openConnection(options: DatabaseOptions): Promise<Connection> {
  const { basePath, format, isDurable, folderMode } = options
  const Database = await loadSqlite()
  const root = join(basePath, ownFolder)
  makeOwnFolder(root, folderMode)
  assertFormat(basePath)
  const path = join(root, format.fileName)
  if (isThere(path)) return Connection.open(Database, path, format, { isDurable, mode: 'rw' })
  const isMade = makeFile(path, options)
  // SQLite makes it where there are no links.
  const mode = isMade ? 'rw' : 'rwc'
  const connection = Connection.open(Database, path, format, { isDurable, mode })
  if (isDurable) {
    syncFolder(root)
    syncFolder(basePath)
  }
  return connection
}

function makeFile(path: string, { fileMode, random }: DatabaseOptions): boolean {
  for (let attempt = 1; ; attempt++) {
    try {
      return makeOwnFile(path, fileMode, random.id())
    } catch (error) {
      // Swept by a writer of objects that begins.
      if (!isMissing(error) || attempt === makeAttemptsMax) throw error
    }
  }
}
