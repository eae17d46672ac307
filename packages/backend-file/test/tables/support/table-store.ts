/** Fresh tables for tests, in temporary folders that go away. */
import { rm } from 'node:fs/promises'
import type { TableBackend } from '@aos-storage/core'
import type { TableHarness } from '@aos-storage/core/testing'
import { onTestFinished } from 'vitest'
import { type FileBackendOptions, SqliteTableBackend } from '../../../src/index.ts'
import { newFolder } from '../../support/store.ts'

/** What the conformance kit needs to know of this backend. */
export function tableHarness(
  name: string,
  options: Omit<FileBackendOptions, 'basePath'> = {},
): TableHarness {
  return {
    name,
    async open() {
      const args = { ...options, basePath: await newFolder() }
      return {
        backend: new SqliteTableBackend(args),
        reopen: async () => new SqliteTableBackend(args),
        child: { module: new URL('./child-tables.ts', import.meta.url).href, args },
        dispose: () => rm(args.basePath, { recursive: true, force: true }),
      }
    },
  }
}

/** Opens tables, in a folder of their own unless told which, and closes them after the test. */
export async function openTables(
  options: Partial<FileBackendOptions> = {},
): Promise<SqliteTableBackend> {
  const basePath = options.basePath ?? (await newFolder())
  const backend = new SqliteTableBackend({ ...options, basePath })
  onTestFinished(async () => {
    await backend.close()
    await rm(basePath, { recursive: true, force: true })
  })
  return backend
}

/** Every entity of a table, over all pages. */
export async function allEntities(
  backend: TableBackend,
  table: string,
  options: Parameters<TableBackend['query']>[1] = {},
): Promise<Awaited<ReturnType<TableBackend['get']>>[]> {
  const entities: Awaited<ReturnType<TableBackend['get']>>[] = []
  let cursor: string | undefined
  do {
    const page = await backend.query(table, { ...options, cursor })
    entities.push(...page.entities)
    cursor = page.cursor
  } while (cursor !== undefined)
  return entities
}
