/** Options of `TableStore`, and the names that each call knows. */
import type { OperationOptions } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { Logger } from '../diagnostics/logger.ts'
import type { ListTablesOptions, MergeMode, QueryPageOptions } from './backend.ts'
import type { TableValue } from './entity.ts'
import type { FilterNode } from './filter.ts'

/** What {@link TableStore} takes. */
export interface TableStoreOptions {
  /** Any pino-shaped object. Default: silent. */
  readonly logger?: Logger | undefined
  /** Whether tracing contexts hold the names of tables. Default: they do not. */
  readonly diagnostics?: { readonly keys?: boolean | undefined } | undefined
  readonly clock?: Clock | undefined
}

/** The two keys of an entity. */
export interface EntityKeys {
  readonly partitionKey: string
  readonly rowKey: string
}

/** What an interface must be like, so that its values are entities. */
export type EntityShape<E> = EntityKeys & { readonly [P in keyof E]: TableValue | undefined }

/** What `upsert` takes. */
export interface UpsertOptions extends OperationOptions {
  /** `merge`: the properties are laid over the others; `replace`: alone. Default `merge`. */
  readonly mode?: MergeMode | undefined
}

/** What `update` of entities takes. */
export interface UpdateEntityOptions extends UpsertOptions {
  /** Only this version; default: any, but there must be one. */
  readonly ifMatch?: string | undefined
}

/** What `delete` of entities takes. */
export interface DeleteEntityOptions extends OperationOptions {
  /** Only this version. */
  readonly ifMatch?: string | undefined
}

/** A filter, or OData text, which is parsed before anything is sent. */
export type FilterInput = FilterNode | string

/** What `query` takes. */
export interface QueryOptions extends OperationOptions {
  readonly filter?: FilterInput | undefined
  /** Only these properties, perhaps none; keys, etag and time always come. */
  readonly select?: readonly string[] | undefined
  /** Most entities of all pages together. Default: all. */
  readonly limit?: number | undefined
  /** Most entities that are held at once. Default: the backend's maximum, often 1,000. */
  readonly pageSize?: number | undefined
}

/** What `queryPage` takes. */
export interface QueryOnePageOptions extends Omit<QueryPageOptions, 'filter'> {
  readonly filter?: FilterInput | undefined
}

/** What `listTables` of the store takes. */
export type ListAllTablesOptions = Omit<ListTablesOptions, 'cursor'>

/** The version that a change left. */
export interface ChangedEntity {
  readonly etag: string
}

type Names = ReadonlySet<string>

/** The option names of each call. */
export const optionNames = {
  store: new Set(['logger', 'diagnostics', 'clock']) as Names,
  diagnostics: new Set(['keys']) as Names,
  signal: new Set(['signal']) as Names,
  listTables: new Set(['prefix', 'limit', 'signal']) as Names,
  listTablePage: new Set(['prefix', 'limit', 'cursor', 'signal']) as Names,
  get: new Set(['select', 'signal']) as Names,
  upsert: new Set(['mode', 'signal']) as Names,
  update: new Set(['mode', 'ifMatch', 'signal']) as Names,
  delete: new Set(['ifMatch', 'signal']) as Names,
  query: new Set(['filter', 'select', 'limit', 'pageSize', 'signal']) as Names,
  queryPage: new Set(['filter', 'select', 'limit', 'cursor', 'signal']) as Names,
}
