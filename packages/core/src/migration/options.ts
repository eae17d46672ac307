/** What a migration is told: which objects, under which keys, how sure, how fast. */
import type { OperationOptions } from '../backend.ts'
import type { Clock } from '../clock.ts'
import { StorageError } from '../errors.ts'
import { assertInteger, assertMethods, describe, ownOptions } from '../options.ts'
import type { Random } from '../random.ts'
import type { KnownPairs } from './known-pairs.ts'
import type { MigrationProgress } from './progress.ts'
import type { MigratedObject } from './report.ts'

/** Objects on their way at once, unless the caller says otherwise. */
export const migrationConcurrencyDefault = 16
/** Most objects on their way at once. */
export const migrationConcurrencyMax = 256
/** Of the bodies on their way, in memory at once; unless the caller says otherwise. */
const bytesInFlightDefault: number = 512 * 1024 ** 2

/**
 * Keys of the destination. A prefix is exchanged for another one, and keys without it are no part
 * of the migration; or a function says the new key of each. Without either, keys stay.
 */
export type KeyMapping =
  | { readonly prefix: readonly [from: string, to: string] }
  | ((key: string) => string)

/** A file that remembers what is done, so that a killed migration goes on where it was. */
export interface JournalOptions {
  /** Made when missing. Beside it stands `PATH.lock` while a migration runs. */
  readonly path: string
  /** A power cut may cost what was written down later than this before it. Default 1000. */
  readonly syncMs?: number | undefined
}

/** What `migrate` takes. */
export interface MigrateOptions extends OperationOptions {
  /** Only keys that fit one of these patterns, see `keyPattern`. Default: all. */
  readonly include?: readonly string[] | undefined
  /** None of the keys that fit one of these. */
  readonly exclude?: readonly string[] | undefined
  readonly mapKeys?: KeyMapping | undefined
  /**
   * Where an object stands already that is not the same. `'fail'` (default): it is reported and
   * stays. `'update'`: replaced, also where others changed it there. `'replace'`: replaced without
   * being compared. `'skip'`: whatever stands there stays, and counts as skipped.
   */
  readonly existing?: 'fail' | 'update' | 'replace' | 'skip' | undefined
  /**
   * What "the same" means. `'origin'` (default): it was copied from this version, as its metadata
   * says; without such, as `'digest'`. `'digest'`: bytes, type and metadata, all read.
   * `'size-and-time'`: as large, and not older than the source; nothing is read.
   */
  readonly compare?: 'origin' | 'digest' | 'size-and-time' | undefined
  /**
   * What earlier migrations between the same two stores saw to be the same, and to which this one
   * adds: with `compare: 'origin'`, a store whose listings tell no metadata, as those of services,
   * is then not asked for each object again. Default: none.
   */
  readonly known?: KnownPairs | undefined
  /**
   * `'read-back'` (default): each copy is read again, and its SHA-256 compared. `'write'`: the
   * bytes that were sent are counted and hashed, and the size that the store tells is compared.
   * `'none'`: neither.
   */
  readonly verify?: 'read-back' | 'write' | 'none' | undefined
  /**
   * `'verified'`: the source's object is deleted once its copy was read back, in that version
   * only. `'verified-unconditionally'`: the same where the source has no conditional delete; what
   * others write in that moment is lost. Default `'never'`. With a `mapKeys` function, `existing`
   * is `'fail'` or `'skip'`: what it would replace may be the only copy of another source.
   */
  readonly deleteSource?: 'never' | 'verified' | 'verified-unconditionally' | undefined
  /**
   * `'keep'` (default): time and version of the source are kept in reserved metadata, see
   * `originalTime`. `'drop'`: not; then file stores can keep plain files.
   */
  readonly origin?: 'keep' | 'drop' | undefined
  /**
   * An object whose type or metadata the destination cannot hold. `'refuse'` (default): it is
   * reported as failed. `'report'`: copied without, and counted under `losses`.
   */
  readonly losses?: 'refuse' | 'report' | undefined
  /** Writes nothing, anywhere, and reports what would be done. */
  readonly dryRun?: boolean | undefined
  /** Objects on their way at once. Default 16, at most 256. */
  readonly concurrency?: number | undefined
  /**
   * Bytes of bodies on their way at once, of each object at most 32 MiB, which is about what of it
   * is in memory. Default 512 MiB. One object may always go.
   */
  readonly bytesInFlightMax?: number | undefined
  /** Tries of each object and page. Default 4. */
  readonly attempts?: number | undefined
  /** Failures with no success between them after which the migration stops. Default 100. */
  readonly failuresInARowMax?: number | undefined
  /** A path is short for `{ path }`. Without one there is no going on after a kill. */
  readonly journal?: string | JournalOptions | undefined
  /** Called at most every `progressMs`, and at the end. Makes it count the source beforehand. */
  readonly onProgress?: ((progress: MigrationProgress) => void) | undefined
  /** Default 1000. */
  readonly progressMs?: number | undefined
  /**
   * Called for each object when it is settled, also in a dry run. What it returns is waited for
   * before the next object takes the place of this one, so that a listener sets the pace; what it
   * throws is dropped.
   */
  readonly onObject?: ((object: MigratedObject) => void | Promise<void>) | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** The options with their defaults. */
export type Settled = {
  readonly [Name in Exclude<keyof MigrateOptions, Optional | 'journal'>]-?: NonNullable<
    MigrateOptions[Name]
  >
} & { readonly [Name in Optional]: MigrateOptions[Name] } & {
  readonly journal: SettledJournal | undefined
}

export interface SettledJournal {
  readonly path: string
  readonly syncMs: number
}

type Optional = 'mapKeys' | 'known' | 'onProgress' | 'onObject' | 'clock' | 'random' | 'signal'

const names: ReadonlySet<string> = new Set([
  ...['include', 'exclude', 'mapKeys', 'existing', 'compare', 'verify', 'deleteSource', 'origin'],
  ...['losses', 'dryRun', 'concurrency', 'bytesInFlightMax', 'attempts', 'failuresInARowMax'],
  ...['known', 'journal', 'onProgress', 'progressMs', 'onObject', 'clock', 'random', 'signal'],
])
const journalNames: ReadonlySet<string> = new Set(['path', 'syncMs'])

const choices = {
  existing: ['fail', 'update', 'replace', 'skip'],
  compare: ['origin', 'digest', 'size-and-time'],
  verify: ['read-back', 'write', 'none'],
  deleteSource: ['never', 'verified', 'verified-unconditionally'],
  origin: ['keep', 'drop'],
  losses: ['refuse', 'report'],
} as const

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function settleOptions(given: MigrateOptions): Settled {
  const own = ownOptions(given, names, 'migrate')
  for (const [name, known] of Object.entries(choices)) assertChoice(own, name, known)
  const settled: Settled = {
    include: [...patternsOf(own.include, 'include')],
    exclude: [...patternsOf(own.exclude, 'exclude')],
    mapKeys: own.mapKeys,
    existing: own.existing ?? 'fail',
    compare: own.compare ?? 'origin',
    known: own.known,
    verify: own.verify ?? 'read-back',
    deleteSource: own.deleteSource ?? 'never',
    origin: own.origin ?? 'keep',
    losses: own.losses ?? 'refuse',
    dryRun: own.dryRun ?? false,
    concurrency: own.concurrency ?? migrationConcurrencyDefault,
    bytesInFlightMax: own.bytesInFlightMax ?? bytesInFlightDefault,
    attempts: own.attempts ?? 4,
    failuresInARowMax: own.failuresInARowMax ?? 100,
    journal: journalOf(own.journal),
    ...{ onProgress: own.onProgress, onObject: own.onObject },
    progressMs: own.progressMs ?? 1000,
    ...{ clock: own.clock, random: own.random, signal: own.signal },
  }
  assertSettled(settled)
  return settled
}

function assertSettled(settled: Settled): void {
  assertInteger(settled.concurrency, 'concurrency', 1, migrationConcurrencyMax)
  assertInteger(settled.bytesInFlightMax, 'bytesInFlightMax', 1, Number.MAX_SAFE_INTEGER)
  assertInteger(settled.attempts, 'attempts', 1, 100)
  assertInteger(settled.failuresInARowMax, 'failuresInARowMax', 1, 100_000)
  assertInteger(settled.progressMs, 'progressMs', 0, 86_400_000)
  assertMethods(settled.clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(settled.random, 'random', ['next', 'id'])
  assertMethods(settled.known, 'known', ['has', 'add'])
  if (typeof settled.dryRun !== 'boolean') throw new TypeError('dryRun is a boolean')
  for (const name of ['onProgress', 'onObject'] as const) {
    const listener: unknown = settled[name]
    if (listener === undefined || typeof listener === 'function') continue
    throw new TypeError(`${name} is a function, not ${describe(listener)}`)
  }
  if (settled.deleteSource !== 'never' && settled.verify !== 'read-back') {
    throw new StorageError(
      'INVALID_ARGUMENT',
      "deleteSource needs verify: 'read-back': nothing is deleted whose copy was not read again",
    )
  }
  if (settled.deleteSource !== 'never') assertKeepsOnlyCopies(settled)
}

/**
 * A function may give two sources one key, now or in two runs. Once the first of them is deleted,
 * nothing tells its copy, the only one, from an older state of the second.
 */
function assertKeepsOnlyCopies({ mapKeys, existing }: Settled): void {
  if (typeof mapKeys !== 'function' || existing === 'fail' || existing === 'skip') return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `deleteSource with a mapKeys function and existing: '${existing}' could replace the only copy` +
      ' of a source that is deleted already: bring all over without deleteSource, then say it ' +
      "with existing: 'fail'",
  )
}

function assertChoice(options: object, name: string, known: readonly string[]): void {
  const value = (options as Record<string, unknown>)[name]
  if (value === undefined || known.includes(value as string)) return
  throw new TypeError(`${name} is one of ${known.map((each) => `'${each}'`).join(', ')}`)
}

function patternsOf(patterns: unknown, name: string): readonly string[] {
  if (patterns === undefined) return []
  if (Array.isArray(patterns)) return patterns as string[]
  throw new TypeError(`${name} is an array of key patterns, not ${describe(patterns)}`)
}

function journalOf(journal: unknown): SettledJournal | undefined {
  if (journal === undefined) return undefined
  const given = (typeof journal === 'string' ? { path: journal } : journal) as JournalOptions
  const own = ownOptions(given, journalNames, 'migrate journal')
  const { path, syncMs = 1000 } = own
  if (typeof path !== 'string' || path === '' || path.includes('\0')) {
    throw new TypeError('journal is the path of a file, or { path, syncMs }')
  }
  assertInteger(syncMs, 'journal.syncMs', 0, 86_400_000)
  return { path, syncMs }
}
