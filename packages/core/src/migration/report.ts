/** What a migration did, object by object in counts, and what it could not do and why. */
import { isStorageError, type StorageErrorCode } from '../errors.ts'

/** Failures that a report tells one by one. All are counted, and stand in the journal. */
export const migrationFailuresMax = 1000

/** An object that was not carried over. */
export interface MigrationFailure {
  readonly key: string
  readonly code: StorageErrorCode
  readonly message: string
}

/** What became of one object. */
export interface MigratedObject {
  readonly did: 'copied' | 'unchanged' | 'skipped' | 'vanished' | 'failed'
  readonly key: string
  /** Its key at the destination. */
  readonly to: string
  /** Of the body, where it was copied, or in a dry run is to be. */
  readonly bytes: number
  /** Another object stood in its place. */
  readonly isReplaced: boolean
  /** It is gone from the source. */
  readonly isSourceDeleted: boolean
  /** Why it failed. */
  readonly failure?: MigrationFailure | undefined
}

/** What could not be carried over as it was. */
export interface MigrationLoss {
  readonly what: 'modifiedAt' | 'metadata' | 'contentType'
  readonly objects: number
  /** What became of it instead, as a sentence. */
  readonly why: string
}

/**
 * Counts of objects, each exact. With a journal, of all runs since the migration began. All are 0
 * where nothing was found, as with a `mapKeys` prefix that no key has.
 */
export interface MigrationCounts {
  /** Copied, or, in a dry run, to be copied. */
  readonly copied: number
  /** Of `copied`: those in whose place another object stood. */
  readonly replaced: number
  readonly copiedBytes: number
  /** The same was there already. */
  readonly unchanged: number
  /** Something else is there, and stays: `existing: 'skip'`. */
  readonly skipped: number
  /** Listed, but gone when they were to be read. */
  readonly vanished: number
  readonly failed: number
  /** Deleted at the source. */
  readonly deleted: number
  /** Left out by `include` and `exclude`; counted anew in every run. */
  readonly excluded: number
}

/** What a migration did, and what it could not do. */
export interface MigrationReport extends MigrationCounts {
  /** `'complete'` also with failures: everything was tried. Look at `failed`. */
  readonly outcome: 'complete' | 'stopped'
  readonly isDryRun: boolean
  /** True when a journal told what is done already. */
  readonly isResumed: boolean
  readonly durationMs: number
  /** The first {@link migrationFailuresMax} of this run. */
  readonly failures: readonly MigrationFailure[]
  /** Of this run alone, also where the counts are of all runs: the journal holds none. */
  readonly losses: readonly MigrationLoss[]
}

type Counts = { -readonly [Name in keyof MigrationCounts]: MigrationCounts[Name] }

const reports = new WeakSet<object>()

/** What a migration had done when it was stopped by this error; undefined for any other error. */
export function migrationReport(error: unknown): MigrationReport | undefined {
  const report = isStorageError(error) ? error.results?.[0] : undefined
  const isReport = typeof report === 'object' && report !== null && reports.has(report)
  return isReport ? (report as MigrationReport) : undefined
}

/** A report in the making. */
export class ReportBuilder {
  readonly counts: Counts = {
    ...{ copied: 0, replaced: 0, copiedBytes: 0, unchanged: 0, skipped: 0 },
    ...{ vanished: 0, failed: 0, deleted: 0, excluded: 0 },
  }
  readonly #failures: MigrationFailure[] = []
  readonly #losses = new Map<
    string,
    { what: MigrationLoss['what']; objects: number; why: string }
  >()
  isResumed = false

  /** Objects that are settled in one way or another. */
  settled = 0

  /** Takes what a journal remembers of the runs before. */
  restore(counts: MigrationCounts): void {
    Object.assign(this.counts, counts, { excluded: 0 })
    const { copied, unchanged, skipped, vanished, failed } = counts
    this.settled = copied + unchanged + skipped + vanished + failed
    this.isResumed = true
  }

  failed(failure: MigrationFailure): void {
    this.counts.failed++
    if (this.#failures.length < migrationFailuresMax) this.#failures.push(failure)
  }

  lost(what: MigrationLoss['what'], why: string): void {
    const known = this.#losses.get(what + why)
    if (known === undefined) this.#losses.set(what + why, { what, objects: 1, why })
    else known.objects++
  }

  build(
    outcome: MigrationReport['outcome'],
    isDryRun: boolean,
    durationMs: number,
  ): MigrationReport {
    const losses = [...this.#losses.values()].map((loss) => ({ ...loss }))
    const { isResumed } = this
    const failures = [...this.#failures]
    const report = { ...this.counts, outcome, isDryRun, isResumed, durationMs, failures, losses }
    reports.add(report)
    return report
  }
}
