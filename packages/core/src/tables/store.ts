/**
 * The class that users hold: one API over every table backend.
 *
 * It checks names, entities, filters and limits once, so that backends get clean input and copies
 * that nobody changes later.
 */
import type { Health, OperationOptions } from '../backend.ts'
import { systemClock } from '../clock.ts'
import { Calls, Lifecycle } from '../diagnostics/calls.ts'
import type { TracedOperation } from '../diagnostics/channels.ts'
import { CircleWatch } from '../listing.ts'
import { assertInteger, assertToken, ownOptions } from '../options.ts'
import { isAnswerLost } from '../write-once.ts'
import {
  admitGet,
  admitPage,
  assertPlace,
  assertTableBackend,
  ownStoreOptions,
} from './admission.ts'
import type {
  ChangeOutcome,
  EntityPage,
  GetEntityOptions,
  ListTablesOptions,
  QueryPageOptions,
  StoredEntity,
  TableBackend,
  TableCapabilities,
  TableChange,
  TablePage,
} from './backend.ts'
import { ownChange, ownChanges, type TableChangeInput } from './change-check.ts'
import type { Entity } from './entity.ts'
import { tableLimits } from './limits.ts'
import { assertTableName, assertTablePrefix } from './names.ts'
import * as types from './options.ts'
import { isMissingEntity, meetsItself, openChange } from './table-errors.ts'

const { optionNames } = types

type EntityShape<E> = types.EntityShape<E>

/**
 * Keeps entities in tables.
 *
 * All methods reject with `StorageError` for what data, service or disk cause, with `TypeError` for
 * mistakes in the program, and take a `signal` that ends them with `ABORTED`. `NOT_FOUND` for a
 * missing table names the table; its `key` is the table's name, that of a missing entity
 * `table/partitionKey/rowKey`.
 */
export class TableStore implements AsyncDisposable {
  readonly #backend: TableBackend
  readonly #calls: Calls

  /** @param backend Made by a backend package; most programs call `openTables`. */
  constructor(backend: TableBackend, options: types.TableStoreOptions = {}) {
    assertTableBackend(backend)
    const { clock = systemClock, logger, diagnostics } = ownStoreOptions(options)
    this.#backend = backend
    const observation = { clock, logger, areKeysTraced: diagnostics?.keys === true }
    this.#calls = new Calls(backend, new Lifecycle(), observation, 'table store')
  }

  /** The backend's name, for instance `sqlite`. */
  get name(): string {
    return this.#backend.name
  }

  /** What the backend can do. */
  get capabilities(): TableCapabilities {
    return this.#backend.capabilities
  }

  /** The escape hatch. It takes clean input only and checks less. */
  get backend(): TableBackend {
    return this.#backend
  }

  /**
   * True when the table was created, false when it was there, in any case of its letters.
   *
   * @throws StorageError `INVALID_KEY` for a name that is none; `CONFLICT` while the service is
   * still deleting a table of that name: try again later.
   */
  async createTable(table: string, options?: OperationOptions): Promise<boolean> {
    const own = admitTable(table, options, 'createTable')
    return this.#run('tables.createTable', table, own, () => this.#backend.createTable(table, own))
  }

  /** True when the table was deleted with all that was in it, false when there was none. */
  async deleteTable(table: string, options?: OperationOptions): Promise<boolean> {
    const own = admitTable(table, options, 'deleteTable')
    return this.#run('tables.deleteTable', table, own, () => this.#backend.deleteTable(table, own))
  }

  /** All names in order, page by page as consumed. */
  async *listTables(
    options: types.ListAllTablesOptions = {},
  ): AsyncGenerator<string, void, undefined> {
    const { limit, ...scope } = ownOptions(options, optionNames.listTables, 'listTables')
    if (limit !== undefined) assertInteger(limit, 'limit', 1, Number.MAX_SAFE_INTEGER)
    const watch = new CircleWatch()
    let left = limit ?? Infinity
    let cursor: string | undefined
    do {
      const page = await this.listTablePage({ ...scope, limit: pageOf(left), cursor })
      for (const table of page.tables) {
        yield table
        if (--left <= 0) return
      }
      cursor = page.cursor
      if (cursor !== undefined) watch.pass(cursor)
    } while (cursor !== undefined)
  }

  /** One page of names, to hand its cursor to somebody else. */
  async listTablePage(options: ListTablesOptions = {}): Promise<TablePage> {
    const own = ownOptions(options, optionNames.listTablePage, 'listTablePage')
    const { prefix, limit, cursor, signal } = own
    if (prefix !== undefined) assertTablePrefix(prefix)
    if (limit !== undefined) assertInteger(limit, 'limit', 1, tableLimits.queryPageMax)
    assertToken(cursor, 'cursor')
    const place = { prefix: prefix === '' ? undefined : prefix, signal }
    return this.#calls.run('tables.listTables', place, () => this.#backend.listTables(own))
  }

  /**
   * Adds an entity.
   *
   * @throws StorageError `ALREADY_EXISTS`, `NOT_FOUND` (no such table), `INVALID_KEY`,
   * `INVALID_ARGUMENT` (a property's name), `SERIALIZATION` (a value that would not come back as it
   * went in), `QUOTA_EXCEEDED` (a limit of the service, see `tableLimits`).
   */
  async insert<E extends EntityShape<E>>(
    table: string,
    entity: E,
    options?: OperationOptions,
  ): Promise<types.ChangedEntity> {
    const own = admitTable(table, options, 'insert')
    return this.#change(table, { type: 'insert', entity }, own)
  }

  /** Adds an entity, or lays it over the one that is there. @throws as `insert` for the rest. */
  async upsert<E extends EntityShape<E>>(
    table: string,
    entity: E,
    options?: types.UpsertOptions,
  ): Promise<types.ChangedEntity> {
    const { mode, ...own } = admitTable(table, options, 'upsert', optionNames.upsert)
    return this.#change(table, { type: 'upsert', mode, entity }, own)
  }

  /**
   * Lays an entity over the one that is there.
   *
   * @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED` when `ifMatch` names another version;
   * as `insert` for the rest.
   */
  async update<E extends EntityShape<E>>(
    table: string,
    entity: E,
    options?: types.UpdateEntityOptions,
  ): Promise<types.ChangedEntity> {
    const { mode, ifMatch, ...own } = admitTable(table, options, 'update', optionNames.update)
    return this.#change(table, { type: 'update', mode, entity, ifMatch }, own)
  }

  /** The entity, with its version and time. @throws StorageError `NOT_FOUND`. */
  async get<E extends object = Entity>(
    table: string,
    partitionKey: string,
    rowKey: string,
    options?: GetEntityOptions,
  ): Promise<StoredEntity<E>> {
    assertPlace(table, partitionKey, rowKey)
    const own = admitGet(options, 'get')
    return this.#run('tables.get', table, own, () =>
      this.#backend.get(table, partitionKey, rowKey, own),
    ) as Promise<StoredEntity<E>>
  }

  /** As `get`, but undefined when the table has no such entity. A missing table is an error. */
  async find<E extends object = Entity>(
    table: string,
    partitionKey: string,
    rowKey: string,
    options?: GetEntityOptions,
  ): Promise<StoredEntity<E> | undefined> {
    try {
      return await this.get<E>(table, partitionKey, rowKey, options)
    } catch (error) {
      if (isMissingEntity(error)) return undefined
      throw error
    }
  }

  /**
   * True when the entity was deleted, false when there was none.
   *
   * @throws StorageError `PRECONDITION_FAILED` when `ifMatch` names another version, `NOT_FOUND`
   * for a missing table.
   */
  async delete(
    table: string,
    partitionKey: string,
    rowKey: string,
    options?: types.DeleteEntityOptions,
  ): Promise<boolean> {
    const { ifMatch, ...own } = admitTable(table, options, 'delete', optionNames.delete)
    try {
      await this.#change(table, { type: 'delete', partitionKey, rowKey, ifMatch }, own)
      return true
    } catch (error) {
      if (isMissingEntity(error)) return false
      throw error
    }
  }

  /**
   * Entities that satisfy the filter, in order of partition key, then row key, each by UTF-16 code
   * units; page by page as consumed.
   */
  query<E extends object = Entity>(
    table: string,
    options: types.QueryOptions = {},
  ): AsyncGenerator<StoredEntity<E>, void, undefined> {
    assertTableName(table)
    const own = ownOptions(options, optionNames.query, 'query')
    const { limit, pageSize, ...scope } = own
    const pageMax = this.capabilities.queryPageMax
    if (limit !== undefined) assertInteger(limit, 'limit', 1, Number.MAX_SAFE_INTEGER)
    if (pageSize !== undefined) assertInteger(pageSize, 'pageSize', 1, pageMax)
    const admitted = admitPage(scope, pageMax)
    return this.#entities<E>(table, admitted, pageSize ?? pageMax, limit ?? Infinity)
  }

  /** One page, to hand its cursor to somebody else. A page with a cursor may be short or empty. */
  async queryPage(table: string, options: types.QueryOnePageOptions = {}): Promise<EntityPage> {
    assertTableName(table)
    const own = ownOptions(options, optionNames.queryPage, 'queryPage')
    return this.#page(table, admitPage(own, this.capabilities.queryPageMax))
  }

  /**
   * Makes 1 to 100 changes of one partition, each entity once: all or none. Outcomes come in the
   * order of the changes; of a delete it has no etag.
   *
   * @throws StorageError of the change that failed; its message names the place, its `key` the
   * entity.
   */
  async transact(
    table: string,
    changes: readonly TableChangeInput[],
    options?: OperationOptions,
  ): Promise<ChangeOutcome[]> {
    const own = admitTable(table, options, 'transact')
    const owned = ownChanges(changes)
    try {
      return await this.#run('tables.transact', table, own, () =>
        this.#backend.transact(table, owned, own),
      )
    } catch (error) {
      // A delete meets itself too: of what it deleted, it misses the entity.
      const isOpen = owned.some((change) => meetsItself(change) || change.type === 'delete')
      throw isOpen && isAnswerLost(error) ? openChange(error) : error
    }
  }

  /** Whether the tables can be reached and used; unhealthy ones do not reject. */
  async health(options?: OperationOptions): Promise<Health> {
    const own = ownOptions(options ?? {}, optionNames.signal, 'health')
    return this.#calls.run('tables.health', own, () => this.#backend.health(own))
  }

  /** Closes the backend. Idempotent; later calls of other methods reject with `CLOSED`. */
  async close(): Promise<void> {
    return this.#calls.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async *#entities<E extends object>(
    table: string,
    scope: QueryPageOptions,
    pageSize: number,
    limit: number,
  ): AsyncGenerator<StoredEntity<E>, void, undefined> {
    const watch = new CircleWatch()
    let left = limit
    let cursor: string | undefined
    do {
      const page = await this.#page(table, { ...scope, limit: Math.min(left, pageSize), cursor })
      for (const entity of page.entities) {
        yield entity as StoredEntity<E>
        if (--left <= 0) return
      }
      cursor = page.cursor
      if (cursor !== undefined) watch.pass(cursor)
    } while (cursor !== undefined)
  }

  #page(table: string, options: QueryPageOptions): Promise<EntityPage> {
    return this.#run('tables.query', table, options, () => this.#backend.query(table, options))
  }

  async #change(
    table: string,
    input: Readonly<Record<string, unknown>>,
    options: OperationOptions,
  ): Promise<types.ChangedEntity> {
    const change: TableChange = ownChange(input)
    try {
      const { etag } = await this.#run('tables.change', table, options, () =>
        this.#backend.change(table, change, options),
      )
      // Undefined only of a delete, whose answer has none.
      return { etag: etag! }
    } catch (error) {
      throw meetsItself(change) && isAnswerLost(error) ? openChange(error) : error
    }
  }

  #run<T>(
    operation: TracedOperation,
    table: string,
    options: OperationOptions,
    call: () => Promise<T>,
  ): Promise<T> {
    return this.#calls.run(operation, { key: table, signal: options.signal }, call)
  }
}

/** Names of one page, where so many are wanted. */
function pageOf(left: number): number {
  return Math.min(left, tableLimits.queryPageMax)
}

/** Checks the table's name and reads the options. */
function admitTable<T extends OperationOptions>(
  table: unknown,
  options: T | undefined,
  operation: string,
  names: ReadonlySet<string> = optionNames.signal,
): T {
  assertTableName(table)
  return ownOptions(options ?? ({} as T), names, operation)
}
