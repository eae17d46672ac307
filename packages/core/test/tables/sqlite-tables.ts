/**
 * Tables on node:sqlite, as small as can be and for the cases about processes only: one row an
 * entity, its properties as JSON. Right without a fault; with one, what those cases must catch.
 */
import { DatabaseSync } from 'node:sqlite'
import {
  type ChangeOutcome,
  type Entity,
  type EntityPage,
  type Health,
  type StoredEntity,
  StorageError,
  type TableBackend,
  type TableChange,
} from '../../src/index.ts'
import { keysOf } from '../../src/tables/change-check.ts'
import { entityExists, entityNotFound, versionMismatch } from '../../src/tables/table-errors.ts'

export type TableFault = 'decides apart' | 'commits each change' | 'stays locked when killed'

interface Row {
  readonly json: string
  readonly version: number
}

export class SqliteTables implements TableBackend {
  readonly name = 'small-sqlite'
  readonly capabilities: TableBackend['capabilities'] = Object.freeze({
    durability: 'process',
    queryPageMax: 1000,
    recreatesAtOnce: true,
  })
  readonly #db: DatabaseSync
  readonly #fault: TableFault | undefined

  constructor({ path, fault }: { readonly path: string; readonly fault?: TableFault | undefined }) {
    this.#fault = fault
    this.#db = new DatabaseSync(path, { timeout: 10_000 })
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF')
    this.#db.exec('CREATE TABLE IF NOT EXISTS entity (path TEXT PRIMARY KEY, json, version)')
    this.#db.exec('CREATE TABLE IF NOT EXISTS held (one INTEGER PRIMARY KEY)')
  }

  async createTable(): Promise<boolean> {
    return true
  }

  async deleteTable(): Promise<boolean> {
    return true
  }

  async listTables(): Promise<{ tables: string[]; cursor: undefined }> {
    return { tables: [], cursor: undefined }
  }

  async get(table: string, partitionKey: string, rowKey: string): Promise<StoredEntity> {
    const row = this.#row(`${table}/${partitionKey}/${rowKey}`)
    if (row === undefined) throw entityNotFound(table, partitionKey, rowKey)
    return storedOf(row)
  }

  async query(table: string): Promise<EntityPage> {
    const rows = this.#db.prepare('SELECT json, version, path FROM entity ORDER BY path').all()
    const own = rows.filter(({ path }) => String(path).startsWith(`${table}/`))
    return { entities: own.map((row) => storedOf(row as unknown as Row)), cursor: undefined }
  }

  async change(table: string, change: TableChange): Promise<ChangeOutcome> {
    if (this.#fault === 'decides apart') {
      this.#check(table, change)
      await new Promise((resolve) => setTimeout(resolve, 2))
      return this.#write(table, change)
    }
    if (this.#fault !== 'stays locked when killed') {
      return this.#together(() => this.#make(table, change))
    }
    this.#hold()
    await new Promise((resolve) => setTimeout(resolve, 5))
    try {
      return this.#together(() => this.#make(table, change))
    } finally {
      this.#db.exec('DELETE FROM held')
    }
  }

  async transact(table: string, changes: readonly TableChange[]): Promise<ChangeOutcome[]> {
    if (this.#fault !== 'commits each change') {
      return this.#together(() => changes.map((change) => this.#make(table, change)))
    }
    const outcomes: ChangeOutcome[] = []
    for (const change of changes) {
      outcomes.push(this.#make(table, change))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    return outcomes
  }

  async health(): Promise<Health> {
    return { ok: true, latencyMs: 0, message: 'here', details: {} }
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close()
  }

  #hold(): void {
    try {
      this.#db.exec('INSERT INTO held VALUES (1)')
    } catch {
      throw new StorageError('LOCKED', 'somebody holds the tables')
    }
  }

  #together<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      this.#db.exec('ROLLBACK')
      throw error
    }
  }

  #make(table: string, change: TableChange): ChangeOutcome {
    this.#check(table, change)
    return this.#write(table, change)
  }

  #check(table: string, change: TableChange): void {
    const { partitionKey, rowKey } = keysOf(change)
    const row = this.#row(`${table}/${partitionKey}/${rowKey}`)
    if (change.type === 'insert' && row !== undefined) {
      throw entityExists(table, partitionKey, rowKey)
    }
    if (!('ifMatch' in change) || change.ifMatch === undefined) return
    if (change.ifMatch !== String(row?.version)) throw versionMismatch(table, partitionKey, rowKey)
  }

  #write(table: string, change: TableChange): ChangeOutcome {
    if (change.type === 'delete') throw new Error('not needed here')
    const { partitionKey, rowKey } = change.entity
    const path = `${table}/${partitionKey}/${rowKey}`
    const version = (this.#row(path)?.version ?? 0) + 1
    this.#db
      .prepare('INSERT OR REPLACE INTO entity VALUES (?, ?, ?)')
      .run(path, JSON.stringify(change.entity), version)
    return { etag: String(version) }
  }

  #row(path: string): Row | undefined {
    const row = this.#db.prepare('SELECT json, version FROM entity WHERE path = ?').get(path)
    return row as unknown as Row | undefined
  }
}

function storedOf({ json, version }: Row): StoredEntity {
  const entity = JSON.parse(json) as Entity
  return { entity, etag: String(version), modifiedAt: new Date(0) }
}

/** How another process opens it. */
export const openChild = async (
  args: ConstructorParameters<typeof SqliteTables>[0],
): Promise<SqliteTables> => new SqliteTables(args)
