/**
 * The contract between {@link TableStore} and whatever keeps the rows.
 *
 * Small on purpose, as {@link StorageBackend} is: the store validates names, entities and filters
 * once, so that a backend gets clean input. `@aos-storage/core/testing` proves what the comments
 * say.
 *
 * A table holds entities. An entity stands under a partition key and a row key, and has up to 252
 * typed properties. Within a partition several entities change together or not at all.
 */
import type { Durability } from '../capabilities.ts'
import type { Health, OperationOptions } from '../backend.ts'
import type { Entity } from './entity.ts'
import type { FilterNode } from './filter.ts'

/** An entity as it is stored. `E` is what the caller says it is. */
export interface StoredEntity<E extends object = Entity> {
  /** The caller's own: nobody else holds it, its dates or its bytes. */
  readonly entity: E
  /** Opaque version token: equal means same version. Never given twice to one pair of keys. */
  readonly etag: string
  /** When it was last changed, by the backend's clock. */
  readonly modifiedAt: Date
}

/** How an entity is laid over the one that is there: its properties beside the others, or alone. */
export type MergeMode = 'merge' | 'replace'

/**
 * One change. `ifMatch` makes an update or delete hold for this version only; without it any
 * version will do, but there must be one. An upsert creates what is missing.
 */
export type TableChange =
  | { readonly type: 'insert'; readonly entity: Entity }
  | { readonly type: 'upsert'; readonly mode: MergeMode; readonly entity: Entity }
  | {
      readonly type: 'update'
      readonly mode: MergeMode
      readonly entity: Entity
      readonly ifMatch?: string | undefined
    }
  | {
      readonly type: 'delete'
      readonly partitionKey: string
      readonly rowKey: string
      readonly ifMatch?: string | undefined
    }

/** What a change left behind: the new version, undefined after a delete. */
export interface ChangeOutcome {
  readonly etag: string | undefined
}

/** Which properties of an entity are read. */
export interface GetEntityOptions extends OperationOptions {
  /**
   * Only these properties, perhaps none; keys, etag and time always come. Names that the entity
   * lacks are left out.
   */
  readonly select?: readonly string[] | undefined
}

/** Which entities a page has, and where it begins. */
export interface QueryPageOptions extends OperationOptions {
  /** What it means is told by `matches`. Default: every entity. */
  readonly filter?: FilterNode | undefined
  readonly select?: readonly string[] | undefined
  /** Most entities of the page. Default and maximum: `capabilities.queryPageMax`. */
  readonly limit?: number | undefined
  /**
   * Where the page before ended; only with the same table, filter and select, else
   * `INVALID_ARGUMENT`. Entities that stay are given once, whatever is inserted and deleted.
   */
  readonly cursor?: string | undefined
}

/** Entities in order of partition key, then row key, each by UTF-16 code units. */
export interface EntityPage {
  readonly entities: readonly StoredEntity[]
  /** Undefined on the last page. A page with a cursor may be short, even empty. */
  readonly cursor: string | undefined
}

/** Which tables a page lists, and where it begins. */
export interface ListTablesOptions extends OperationOptions {
  /** What names begin with, in any case. */
  readonly prefix?: string | undefined
  /** Most names of the page, 1 to 1,000. */
  readonly limit?: number | undefined
  readonly cursor?: string | undefined
}

/** Names in order, without regard to case, as they were written when the table was created. */
export interface TablePage {
  readonly tables: readonly string[]
  readonly cursor: string | undefined
}

/** What a table backend can do, as data. */
export interface TableCapabilities {
  readonly durability: Durability
  /** Most entities of one page of a query. */
  readonly queryPageMax: number
  /** True when a table that was deleted can be created again at once. */
  readonly recreatesAtOnce: boolean
}

/**
 * What keeps the rows. All methods: reject with `StorageError` only; those of `table-errors.ts` for
 * what is missing, there already or changed: `key` tells a missing table from a missing entity;
 * `ABORTED` when `signal` fires, `CLOSED` after `close` (but for `health`, which tells); may run
 * concurrently. What they are given is theirs: nobody changes it later.
 */
export interface TableBackend {
  /** Names the engine: `aztable`, `sqlite`, `memory`. */
  readonly name: string
  readonly capabilities: TableCapabilities

  /**
   * True when the table was created, false when it was there. Names that differ in case only are
   * one table, by any of them.
   */
  createTable(table: string, options?: OperationOptions): Promise<boolean>
  /** True when the table was deleted with all that was in it, false when there was none. */
  deleteTable(table: string, options?: OperationOptions): Promise<boolean>
  listTables(options?: ListTablesOptions): Promise<TablePage>

  /** Errors: `NOT_FOUND` (table or entity). */
  get(
    table: string,
    partitionKey: string,
    rowKey: string,
    options?: GetEntityOptions,
  ): Promise<StoredEntity>

  query(table: string, options?: QueryPageOptions): Promise<EntityPage>

  /**
   * Makes one change. Errors: `ALREADY_EXISTS` (insert), `NOT_FOUND` (table; update and delete of a
   * missing entity), `PRECONDITION_FAILED` (`ifMatch` names another version), `QUOTA_EXCEEDED` (a
   * merge whose outcome is over a limit of an entity).
   */
  change(table: string, change: TableChange, options?: OperationOptions): Promise<ChangeOutcome>

  /**
   * Makes up to 100 changes of one partition, each entity once, all or none; outcomes in the order
   * of the changes. The error of the change that failed is thrown, as `atChange` tells it.
   */
  transact(
    table: string,
    changes: readonly TableChange[],
    options?: OperationOptions,
  ): Promise<ChangeOutcome[]>

  health(options?: OperationOptions): Promise<Health>
  /** Later calls fail with `CLOSED`. Idempotent. */
  close(): Promise<void>
}
