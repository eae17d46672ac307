/** Tables of an Azure Storage account: the contract's methods, over the parts beside this file. */
import { type Health, isStorageError, type OperationOptions } from '@aos-storage/core'
import {
  type ChangeOutcome,
  type EntityPage,
  type GetEntityOptions,
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
import { Connection } from '../connection.ts'
import { tablesPath } from './addresses.ts'
import { backendName, TableCalls } from './calls.ts'
import { change, transact } from './changes.ts'
import { createTable, deleteTable, listTables } from './named-tables.ts'
import { assertTableOptions, type AzureTableOptions } from './options.ts'
import { get, query } from './queries.ts'

/**
 * Tables of an Azure Storage account, or of Azurite.
 *
 * Values keep their types, versions are the service's etags. Nothing is sent before the first call.
 */
export class AzureTableBackend implements TableBackend {
  readonly name: string = backendName
  readonly capabilities: TableCapabilities = Object.freeze({
    durability: 'service',
    queryPageMax: tableLimits.queryPageMax,
    // The service takes half a minute and more to delete one.
    recreatesAtOnce: false,
  })
  readonly #connection: Connection
  readonly #calls: TableCalls

  /**
   * @throws TypeError for options that it does not know, StorageError `INVALID_ARGUMENT` for an
   * account that cannot be, or plain http to another host.
   */
  constructor(options: AzureTableOptions) {
    assertTableOptions(options)
    this.#connection = new Connection(options)
    this.#calls = new TableCalls(this.#connection)
  }

  async createTable(table: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return createTable(this.#calls, table, signal)
  }

  async deleteTable(table: string, { signal }: OperationOptions = {}): Promise<boolean> {
    return deleteTable(this.#calls, table, signal)
  }

  async listTables(options: ListTablesOptions = {}): Promise<TablePage> {
    return listTables(this.#calls, options)
  }

  async get(
    table: string,
    partitionKey: string,
    rowKey: string,
    options: GetEntityOptions = {},
  ): Promise<StoredEntity> {
    return get(this.#calls, table, { partitionKey, rowKey }, options)
  }

  async query(table: string, options: QueryPageOptions = {}): Promise<EntityPage> {
    return query(this.#calls, table, options)
  }

  async change(
    table: string,
    each: TableChange,
    { signal }: OperationOptions = {},
  ): Promise<ChangeOutcome> {
    return change(this.#calls, table, each, signal)
  }

  async transact(
    table: string,
    changes: readonly TableChange[],
    { signal }: OperationOptions = {},
  ): Promise<ChangeOutcome[]> {
    return transact(this.#calls, table, changes, signal)
  }

  async health({ signal }: OperationOptions = {}): Promise<Health> {
    throwIfAborted(signal)
    const { clock } = this.#connection
    const startedMs = clock.monotonicMs()
    const report = (ok: boolean, message: string): Health => ({
      ok,
      latencyMs: clock.monotonicMs() - startedMs,
      message,
      details: { url: this.#calls.url },
    })
    try {
      await this.#calls.send({
        operation: 'health',
        signal,
        request: { method: 'GET', path: tablesPath, query: { $top: '1' } },
        read: () => undefined,
      })
      return report(true, 'The table service answers')
    } catch (error) {
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      return report(false, error.message)
    }
  }

  /** Ends what runs with `CLOSED`, and gives the connections back. Idempotent. */
  async close(): Promise<void> {
    this.#connection.close()
  }
}
