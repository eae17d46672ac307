/** The options and results of the calls on versions. */
import type { ListedObject, Metadata, ObjectInfo, OperationOptions } from '../../backend.ts'
import type { LoadAs } from '../../codecs/registry.ts'
import type { StorageError } from '../../errors.ts'
import type { StandardSchema } from '../../schema.ts'

/** A number that this library gave, or a service's own opaque id. */
export type VersionId = number | string

/**
 * `'numbered'` (default): objects `KEY/v1`, `KEY/v2`, … and a pointer, on every backend with
 * conditional writes. `'native'`: what the service itself keeps of `KEY` as it is overwritten.
 */
export interface NativeOption {
  readonly versions: 'native'
}

interface NumberedOption {
  readonly versions?: 'numbered' | undefined
}

interface SavesValue extends OperationOptions {
  /** Default: by the value. */
  readonly contentType?: string | undefined
  readonly metadata?: Metadata | undefined
  readonly schema?: StandardSchema | undefined
}

/** What `saveVersioned` takes. */
export interface SaveVersionOptions extends SavesValue, NumberedOption {
  /** This number and no other, else `ALREADY_EXISTS`; it must be above all that were given. */
  readonly version?: number | undefined
  /** Only while this one is current, else `PRECONDITION_FAILED`. 0: while there is none. */
  readonly ifCurrent?: number | undefined
  /** Tries of a number, and of the pointer, before `CONFLICT`. Default 100, at most 1,000. */
  readonly attempts?: number | undefined
}

/** What `saveVersioned` takes where the service keeps the versions. */
export interface SaveNativeOptions extends SavesValue, NativeOption {}

interface LoadsValue extends OperationOptions {
  readonly as?: LoadAs | undefined
  readonly schema?: StandardSchema | undefined
}

/** What `loadVersion` takes. */
export interface LoadVersionOptions extends LoadsValue, NumberedOption {}
/** What `loadVersion` takes where the service keeps the versions. */
export interface LoadNativeOptions extends LoadsValue, NativeOption {}

interface ListsVersions extends OperationOptions {
  /** The newest so many. Default 1,000, at most 100,000. */
  readonly limit?: number | undefined
}

/** What `listVersions` takes. */
export interface ListVersionsOptions extends ListsVersions, NumberedOption {}
/** What `listVersions` takes where the service keeps the versions. */
export interface ListNativeOptions extends ListsVersions, NativeOption {}

/** What `currentVersion` takes. */
export interface CurrentVersionOptions extends OperationOptions, NumberedOption {}
/** What `currentVersion` takes where the service keeps the versions. */
export interface CurrentNativeOptions extends OperationOptions, NativeOption {}

/** What `rollback` takes. */
export interface RollbackOptions extends OperationOptions, NumberedOption {
  /** Only while this one is current, else `PRECONDITION_FAILED`. */
  readonly ifCurrent?: number | undefined
  /** Tries of the pointer before `CONFLICT`. Default 100, at most 1,000. */
  readonly attempts?: number | undefined
}

/** What `rollback` takes where the service keeps the versions. */
export interface RollbackNativeOptions extends OperationOptions, NativeOption {}

/** At least one of `keep` and `olderThan`; with both, a version goes only if both let it. */
interface Prunes extends OperationOptions {
  /** The newest so many stay. At most 100,000. */
  readonly keep?: number | undefined
  /** What was written since then stays. */
  readonly olderThan?: Date | undefined
  /** True: tell what would go, and remove nothing. Default false. */
  readonly dryRun?: boolean | undefined
}

/** What `pruneVersions` takes: at least one of `keep` and `olderThan`. */
export interface PruneOptions extends Prunes, NumberedOption {}
/** What `pruneVersions` takes where the service keeps the versions. */
export interface PruneNativeOptions extends Prunes, NativeOption {}

/** A version that was saved, or made current. */
export interface SavedVersion<V extends VersionId = VersionId> {
  readonly version: V
  /** Its object: `info.key` is `KEY/vN`, or `KEY` where the service keeps versions. */
  readonly info: ObjectInfo
}

/** A version with its value. */
export interface LoadedVersion<T = unknown, V extends VersionId = VersionId> {
  readonly version: V
  readonly value: T
  readonly info: ObjectInfo
}

/** A version in a list. */
export interface ListedVersion<V extends VersionId = VersionId> {
  readonly version: V
  readonly info: ListedObject
  readonly isCurrent: boolean
  /**
   * True: it is stored, and was not yet made current. Its saver is on the way, or ended in between;
   * then the next save passes it over, and `rollback` makes it current.
   */
  readonly isPending: boolean
}

/** What a prune did, or with `dryRun` would do. */
export interface PruneResult<V extends VersionId = VersionId> {
  /** How many are gone. */
  readonly removed: number
  /** How many stayed by the options, the current one among them. */
  readonly kept: number
  /** What could not be removed, at most 1,024 of them: the next prune tries again. */
  readonly failed: readonly { readonly version: V; readonly error: StorageError }[]
}

type Names = ReadonlySet<string>
const saving = ['contentType', 'metadata', 'schema', 'signal', 'versions']
const pruning = ['keep', 'olderThan', 'dryRun', 'signal', 'versions']

/** The option names of each call; of native versions in the second place. */
export const versionOptionNames = {
  save: new Set([...saving, 'version', 'ifCurrent', 'attempts']) as Names,
  saveNative: new Set(saving) as Names,
  load: new Set(['as', 'schema', 'signal', 'versions']) as Names,
  list: new Set(['limit', 'signal', 'versions']) as Names,
  current: new Set(['signal', 'versions']) as Names,
  rollback: new Set(['ifCurrent', 'attempts', 'signal', 'versions']) as Names,
  rollbackNative: new Set(['signal', 'versions']) as Names,
  prune: new Set(pruning) as Names,
} as const

/** Tries of a number or of the pointer, unless the caller says otherwise. */
export const versionAttemptsDefault = 100
/** Most tries. */
export const versionAttemptsMax = 1000
/** Versions that a list gives, unless the caller says otherwise. */
export const versionsListedDefault = 1000
/** Most versions that a list gives, and most that `keep` counts. */
export const versionsListedMax = 100_000
