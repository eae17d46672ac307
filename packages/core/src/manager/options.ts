/** The options of every call of the manager, and the names that each call knows. */
import type { ByteRange, ListedObject, Metadata, ObjectInfo, OperationOptions } from '../backend.ts'
import type { Clock } from '../clock.ts'
import type { Codec } from '../codecs/codec.ts'
import type { LoadAs } from '../codecs/registry.ts'
import type { Logger } from '../diagnostics/logger.ts'
import type { StorageError } from '../errors.ts'
import type { Layer } from '../layers/layer.ts'
import type { Random } from '../random.ts'
import type { SchemaInput, StandardSchema } from '../schema.ts'
import type { StorageManager } from './manager.ts'

/** What a manager is made with, besides its backend. */
export interface ManagerOptions {
  /** Put around the backend, the outermost first. */
  readonly layers?: readonly Layer[] | undefined
  /** Own codecs; they take precedence over the built-in ones, the first match wins. */
  readonly codecs?: readonly Codec[] | undefined
  /** Any pino-shaped object. Default: silent. It gets keys, never values. */
  readonly logger?: Logger | undefined
  /** `keys: true` puts keys into the contexts of the tracing channels. Default false. */
  readonly diagnostics?: { readonly keys?: boolean | undefined } | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** For calls on keys that this library did not write. */
export interface ForeignOption {
  /** True: take keys that break the key rules, as `list` may give them. Never on writes. */
  readonly foreign?: boolean | undefined
}

/** Compare and swap: only over this version, else `PRECONDITION_FAILED`. */
interface IfMatch {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: undefined
}

/** `'*'`: create only, else `ALREADY_EXISTS`. */
interface IfNoneMatch {
  readonly ifMatch?: undefined
  readonly ifNoneMatch?: '*' | undefined
}

/** Conditions of a write; at most one of them. */
export type WriteConditions = IfMatch | IfNoneMatch

interface StoredAs {
  /** Default: by the value. Decides the codec when given. */
  readonly contentType?: string | undefined
  readonly metadata?: Metadata | undefined
}

/** What one entry of a batch may say about how it is stored. */
type EntryOptions = WriteConditions & StoredAs

/** Options of a save that does not validate. */
export type PlainSaveOptions = OperationOptions & EntryOptions

/** What `save` takes. */
export type SaveOptions<S extends StandardSchema = StandardSchema> = PlainSaveOptions & {
  /** What the schema gives out, with its defaults and transforms, is what is stored. */
  readonly schema?: S | undefined
}

/** What `load` takes. */
export interface LoadOptions extends OperationOptions, ForeignOption {
  /** Read as this, whatever the stored content type says. */
  readonly as?: LoadAs | undefined
  readonly schema?: StandardSchema | undefined
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** What `stat` and `exists` take. */
export interface StatKeyOptions extends OperationOptions, ForeignOption {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
}

/** What `readStream` takes. */
export interface ReadStreamOptions extends StatKeyOptions {
  readonly range?: ByteRange | undefined
}

/** What `writeStream` takes. */
export type WriteStreamOptions = OperationOptions &
  WriteConditions & {
    /** Default: `text/plain; charset=utf-8` for a string, a Blob's own, else octet-stream. */
    readonly contentType?: string | undefined
    readonly metadata?: Metadata | undefined
  }

/** What `delete` takes. */
export interface DeleteKeyOptions extends OperationOptions, ForeignOption {
  readonly ifMatch?: string | undefined
}

/** What `listKeys` takes. */
export interface ListKeysOptions extends OperationOptions {
  readonly prefix?: string | undefined
  readonly startAfter?: string | undefined
  /** Keys at most. Default: all. */
  readonly limit?: number | undefined
}

/** What `list` takes. */
export interface ListAllOptions extends ListKeysOptions {
  readonly delimiter?: string | undefined
  /** Entries per request to the backend. Default: `capabilities.listPageMax`. */
  readonly pageSize?: number | undefined
}

/** What {@link StorageManager.list} gives, in UTF-8 order of key or prefix. */
export type ListEntry =
  | ({ readonly kind: 'object' } & ListedObject)
  | { readonly kind: 'prefix'; readonly prefix: string }

/** Conditions are those of the destination. */
export type CopyKeyOptions = OperationOptions &
  WriteConditions &
  ForeignOption & {
    /** The source must be this version, else `PRECONDITION_FAILED`. */
    readonly sourceIfMatch?: string | undefined
    /** Another manager to copy to; the bytes stream through this process then. */
    readonly destination?: StorageManager | undefined
  }

/** Conditions are those of the destination. */
export type MoveOptions = OperationOptions &
  WriteConditions &
  ForeignOption & {
    /**
     * `'version'` (default): delete the source only in the version that was copied, `UNSUPPORTED`
     * where the backend cannot. `'none'`: nobody else writes to the source.
     */
    readonly sourceCheck?: 'version' | 'none' | undefined
  }

/**
 * Operations of one batch run in any order, also those on the same key: which one is the last is
 * open, so give each key once.
 */
export interface BatchOptions extends OperationOptions {
  /** Operations under way at once. Default 16, at most 1,024. */
  readonly concurrency?: number | undefined
}

/** What `loadMany` takes. */
export interface LoadManyOptions extends BatchOptions, ForeignOption {
  readonly as?: LoadAs | undefined
  readonly schema?: StandardSchema | undefined
}

/** What `deleteMany` takes. */
export interface DeleteManyOptions extends BatchOptions, ForeignOption {}

/**
 * One thing to save: a pair, or an object that has options of its own. Its schema checks the type
 * of its value; entries of several schemas in one call are declared as `SaveEntry[]`.
 */
export type SaveEntry<S extends StandardSchema = StandardSchema> =
  | readonly [key: string, value: unknown]
  | (EntryOptions & {
      readonly key: string
      readonly value: unknown
      readonly schema?: undefined
    })
  | (EntryOptions & {
      readonly key: string
      readonly value: SchemaInput<S>
      readonly schema: S
    })

/** What became of one item of a batch. */
export type BatchResult<T> =
  | ({ readonly key: string; readonly ok: true } & T)
  | { readonly key: string; readonly ok: false; readonly error: StorageError }

/** What became of one item of `saveMany`. */
export type SaveResult = BatchResult<{ readonly info: ObjectInfo }>
/** What became of one key of `loadMany`. */
export type LoadResult<T = unknown> = BatchResult<{ readonly value: T; readonly info: ObjectInfo }>
/** What became of one key of `deleteMany`. */
export type DeleteResult = BatchResult<{ readonly deleted: boolean }>

/** A value together with what is known of its object, for instance its version. */
export interface LoadedEntry<T = unknown> {
  readonly value: T
  readonly info: ObjectInfo
}

type Names = ReadonlySet<string>
const conditions = ['ifMatch', 'ifNoneMatch', 'signal']

/** The option names of each call. */
export const optionNames = {
  manager: new Set(['layers', 'codecs', 'logger', 'diagnostics', 'clock', 'random']) as Names,
  diagnostics: new Set(['keys']) as Names,
  save: new Set([...conditions, 'contentType', 'metadata', 'schema']) as Names,
  saveEntry: new Set([...['ifMatch', 'ifNoneMatch', 'contentType', 'metadata', 'schema']]) as Names,
  load: new Set([...conditions, 'default', 'schema', 'as', 'foreign']) as Names,
  find: new Set([...conditions, 'schema', 'as', 'foreign']) as Names,
  stat: new Set([...conditions, 'foreign']) as Names,
  exists: new Set(['signal', 'foreign']) as Names,
  delete: new Set(['ifMatch', 'signal', 'foreign']) as Names,
  listKeys: new Set(['prefix', 'startAfter', 'limit', 'signal']) as Names,
  list: new Set(['prefix', 'startAfter', 'limit', 'signal', 'delimiter', 'pageSize']) as Names,
  listPage: new Set([
    ...['prefix', 'startAfter', 'limit', 'signal', 'delimiter', 'cursor', 'fields'],
  ]) as Names,
  readStream: new Set([...conditions, 'range', 'foreign']) as Names,
  writeStream: new Set([...conditions, 'contentType', 'metadata']) as Names,
  copy: new Set([...conditions, 'sourceIfMatch', 'destination', 'foreign']) as Names,
  move: new Set([...conditions, 'sourceCheck', 'foreign']) as Names,
  saveMany: new Set(['concurrency', 'signal']) as Names,
  loadMany: new Set(['concurrency', 'signal', 'as', 'schema', 'foreign']) as Names,
  deleteMany: new Set(['concurrency', 'signal', 'foreign']) as Names,
  health: new Set(['signal']) as Names,
} as const
