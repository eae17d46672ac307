/** A database of its own for each test. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock, systemRandom } from '@aos-storage/core'
import { onTestFinished } from 'vitest'
import { StoreDatabase } from '../../src/sqlite/database.ts'
import type { DatabaseFormat } from '../../src/sqlite/format.ts'
import type { DatabaseOptions } from '../../src/sqlite/options.ts'
import { tempFolder } from '../support/open.ts'

export const format: DatabaseFormat = {
  fileName: 'tables.db',
  applicationId: 7,
  version: 2,
  schema: 'CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT',
}

/** Opens a database, in a folder of its own unless told which. */
export async function openDatabase(
  options: Partial<DatabaseOptions> = {},
): Promise<{ database: StoreDatabase; basePath: string }> {
  const basePath = options.basePath ?? (await tempFolder())
  const database = new StoreDatabase({
    format,
    isDurable: false,
    fileMode: 0o600,
    folderMode: 0o700,
    lockWaitMsMax: 10_000,
    clock: systemClock,
    random: systemRandom,
    ...options,
    basePath,
  })
  onTestFinished(() => database.close())
  return { database, basePath }
}

export function add(database: StoreDatabase, id: number, signal?: AbortSignal): Promise<unknown> {
  return database.change(signal, (connection) =>
    connection.prepare('INSERT INTO thing VALUES (?, ?)').run(id, `thing ${id}`),
  )
}

export function idsOf(database: StoreDatabase): Promise<number[]> {
  return database.read(undefined, (connection) => {
    const rows = connection.prepare('SELECT id FROM thing ORDER BY id').all()
    return rows.map(({ id }) => id as number)
  })
}

/** Another connection to the same file, as another process has it. */
export function otherConnection(basePath: string): DatabaseSync {
  const other = new DatabaseSync(join(basePath, '.aos/tables.db'), { timeout: 0 })
  onTestFinished(() => {
    if (other.isOpen) other.close()
  })
  return other
}
