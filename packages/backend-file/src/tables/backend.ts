/** Tables in an SQLite database of the base folder: the contract's methods. */
import {
  type Clock,
  type Health,
  isStorageError,
  type OperationOptions,
  type Random,
  systemClock,
  systemRandom,
} from '@aos-storage/core'
import {
  atChange,
  type ChangeOutcome,
  decodeTableCursor,
  encodeTableCursor,
  entityNotFound,
  type EntityPage,
  entityPath,
  foldTableName,
  type GetEntityOptions,
  keysOf,
  type ListTablesOptions,
  type QueryPageOptions,
  type StoredEntity,
  type TableBackend,
  type TableCapabilities,
  type TableChange,
  tableLimits,
  type TablePage,
  throwIfAborted,
} from '@aos-storage/core/backend'
import { openBasePath } from '../base-path.ts'
import { assertFileOptions, type FileBackendOptions } from '../options.ts'
import { StoreDatabase } from '../sqlite/database.ts'
import { toPlacedError } from '../sqlite/errors.ts'
import { databaseHealth } from '../sqlite/health.ts'
import { type ChangePlace, makeChange } from './entity-change.ts'
import { tablesFormat } from './format.ts'
import { getEntity } from './entity-get.ts'
import { createTable, dropTable, listNames, removeDropped, tableId } from './named-tables.ts'
import { queryPage } from './query.ts'

/** Most names of one page of tables. */
const tablePageMax = 1000

/**
 * Tables in `.aos/tables.db` below the base folder. Any number of processes may have it open;
 * changes are atomic between all of them, and by default on the disk when they are told.
 */
export class SqliteTableBackend implements TableBackend {
  readonly name: string = 'sqlite'
  readonly capabilities: TableCapabilities
  /** The base folder, absolute and free of links. */
  readonly basePath: string
  readonly #database: StoreDatabase
  readonly #clock: Clock
  readonly #random: Random

  /**
   * Opens, or makes, the base folder; the database is made by the first call that needs it.
   *
   * @throws TypeError and StorageError as `FileStorageBackend` does.
   */
  constructor(options: FileBackendOptions) {
    assertFileOptions(options, 'SqliteTableBackend')
    const { durability = 'fsync', folderMode = 0o700 } = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.basePath = openBasePath(options.basePath, folderMode, durability === 'fsync')
    this.capabilities = Object.freeze({
      durability: durability === 'fsync' ? 'host' : 'process',
      queryPageMax: tableLimits.queryPageMax,
      recreatesAtOnce: true,
    })
    this.#database = new StoreDatabase({
      basePath: this.basePath,
      format: tablesFormat,
      isDurable: durability === 'fsync',
      fileMode: options.fileMode ?? 0o600,
      folderMode,
      lockWaitMsMax: options.lockWaitMsMax ?? 30_000,
      clock: this.#clock,
      random: this.#random,
    })
  }

  createTable(table: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return this.#run('createTable', table, () =>
      this.#database.change(signal, (connection) => createTable(connection, table)),
    )
  }

  deleteTable(table: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return this.#run('deleteTable', table, async () => {
      const isDropped = await this.#database.change(signal, (connection) =>
        dropTable(connection, table),
      )
      try {
        await this.#removeDropped(signal)
      } catch (error) {
        // The table is deleted, whatever becomes of what it held: the next one removes that.
        if (!isStorageError(error)) throw error
      }
      return isDropped
    })
  }

  listTables(options: ListTablesOptions = {}): Promise<TablePage> {
    const { prefix, cursor, signal } = options
    const limit = Math.min(options.limit ?? tablePageMax, tablePageMax)
    return this.#run('listTables', undefined, async () => {
      const [after = ''] = cursor === undefined ? [] : decodeTableCursor(cursor, { prefix }, 1)
      const names = await this.#database.read(signal, (connection) =>
        listNames(connection, { prefix: foldTableName(prefix ?? ''), after, limit: limit + 1 }),
      )
      const tables = names.slice(0, limit)
      if (names.length <= limit) return { tables, cursor: undefined }
      return { tables, cursor: encodeTableCursor([foldTableName(tables.at(-1)!)], { prefix }) }
    })
  }

  get(
    table: string,
    partitionKey: string,
    rowKey: string,
    { select, signal }: GetEntityOptions = {},
  ): Promise<StoredEntity> {
    return this.#run('get', entityPath(table, partitionKey, rowKey), () =>
      this.#database.read(signal, (connection) => {
        const found = getEntity(connection, table, { partitionKey, rowKey }, select)
        if (found === undefined) throw entityNotFound(table, partitionKey, rowKey)
        return found
      }),
    )
  }

  query(table: string, options: QueryPageOptions = {}): Promise<EntityPage> {
    return this.#run('query', table, () => queryPage(this.#database, this.#clock, table, options))
  }

  change(
    table: string,
    change: TableChange,
    { signal }: OperationOptions = {},
  ): Promise<ChangeOutcome> {
    const { partitionKey, rowKey } = keysOf(change)
    return this.#run('change', entityPath(table, partitionKey, rowKey), () =>
      this.#database.change(signal, (connection) => {
        const place = this.#placeOf({ connection, table, tableId: tableId(connection, table) })
        return { etag: makeChange(place, change) }
      }),
    )
  }

  transact(
    table: string,
    changes: readonly TableChange[],
    { signal }: OperationOptions = {},
  ): Promise<ChangeOutcome[]> {
    return this.#run('transact', table, () =>
      this.#database.change(signal, (connection) => {
        const place = this.#placeOf({ connection, table, tableId: tableId(connection, table) })
        return changes.map((change, at) => {
          try {
            return { etag: makeChange(place, change) }
          } catch (error) {
            throw isStorageError(error) ? atChange(error, at, changes.length) : error
          }
        })
      }),
    )
  }

  async health({ signal }: OperationOptions = {}): Promise<Health> {
    throwIfAborted(signal)
    return databaseHealth(this.#database, this.#clock, signal)
  }

  /** Lets what runs end; what waits fails with `CLOSED`. Idempotent. */
  close(): Promise<void> {
    return this.#run('close', undefined, () => this.#database.close())
  }

  #placeOf(where: Pick<ChangePlace, 'connection' | 'table' | 'tableId'>): ChangePlace {
    return { ...where, modifiedMs: this.#clock.now(), random: this.#random }
  }

  /** Removes what deleted tables held. One that is interrupted is ended by the next. */
  async #removeDropped(signal: AbortSignal | undefined): Promise<void> {
    while (signal?.aborted !== true) {
      if (!(await this.#database.change(undefined, removeDropped))) return
    }
  }

  async #run<T>(operation: string, key: string | undefined, call: () => Promise<T>): Promise<T> {
    try {
      return await call()
    } catch (error) {
      throw toPlacedError(error, { backend: this.name, operation, key })
    }
  }
}
