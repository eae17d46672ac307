/**
 * One migration of the core under way: its ends with what is asked for around them.
 *
 *     source ◄── rateLimit ◄── migrate ──► connection that fails now and then ──► destination
 */
import {
  applyLayers,
  type Clock,
  isStorageError,
  MemoryStorageBackend,
  migrate,
  type MigrateOptions,
  type MigrationProgress,
  type MigrationReport,
  migrationReport,
  rateLimit,
  type StorageBackend,
} from '@aos-storage/core'
import { type FaultRule, faults } from '@aos-storage/core/testing'
import { type Problem, problemOf } from '../../../server/problem.ts'
import { failuresMax } from './limits.ts'
import type { MigrationPlan } from './wire.ts'

/** A slow source makes callers wait, whatever the number of them: none is refused. */
const waitMsMax = 3_600_000
const faultSeed = 1

/** How it ended. */
export interface MovingEnd {
  readonly state: 'stopped' | 'complete'
  readonly report?: MigrationReport | undefined
  /** Why it stopped, where nobody stopped it. */
  readonly problem?: Problem | undefined
}

export interface MovingParts {
  readonly plan: MigrationPlan
  readonly source: StorageBackend
  readonly destination: StorageBackend
  /** Path of the journal; a preview has none, and writes nothing. */
  readonly journal: string | undefined
  readonly clock: Clock
}

export class Moving {
  readonly plan: MigrationPlan
  /** Never rejects. */
  readonly ended: Promise<MovingEnd>
  readonly #stop = new AbortController()
  readonly #job

  /** Begins at once. @throws StorageError for what can be seen to be wrong. */
  constructor({ plan, source, destination, journal, clock }: MovingParts) {
    this.plan = plan
    const isPreview = journal === undefined
    const [from, to] = isPreview
      ? [source, destination]
      : [slowed(source, plan, clock), failing(destination, plan, clock)]
    this.#job = migrate(from, to, {
      ...optionsOf(plan),
      ...(isPreview ? { dryRun: true } : { journal }),
      // Has the source counted, so that there is a total.
      onProgress: () => undefined,
      ...{ signal: this.#stop.signal, clock },
    })
    this.ended = this.#job.done.then(
      (report) => ({ state: 'complete', report: shortened(report) }) as const,
      (error: unknown) => this.#stopped(error),
    )
  }

  get progress(): MigrationProgress {
    return this.#job.progress()
  }

  get isStopping(): boolean {
    return this.#stop.signal.aborted
  }

  pause(): void {
    this.#job.pause()
  }

  resume(): void {
    this.#job.resume()
  }

  stop(): void {
    this.#stop.abort()
  }

  #stopped(error: unknown): MovingEnd {
    const report = migrationReport(error)
    const isMeant = this.isStopping && isStorageError(error, 'ABORTED')
    return {
      state: 'stopped',
      ...(report === undefined ? {} : { report: shortened(report) }),
      ...(isMeant ? {} : { problem: problemOf(error, 'migration').problem }),
    }
  }
}

/** @throws StorageError for patterns and prefixes that mean nothing: before anything is made. */
export async function assertMeaningful(plan: MigrationPlan): Promise<void> {
  const [nothing, nowhere] = [new MemoryStorageBackend(), new MemoryStorageBackend()]
  await migrate(nothing, nowhere, { ...optionsOf(plan), dryRun: true }).done
}

/** As the shown code has them. */
function optionsOf(plan: MigrationPlan): MigrateOptions {
  const { include, exclude, mapFrom, mapTo, existing, compare, verify, concurrency } = plan
  return {
    ...{ include, exclude, existing, compare, verify, concurrency },
    ...(mapFrom === '' && mapTo === '' ? {} : { mapKeys: { prefix: [mapFrom, mapTo] } }),
    deleteSource: plan.deleteSource ? 'verified' : 'never',
  }
}

function slowed(
  source: StorageBackend,
  { requestsPerSecond: operationsPerSecond }: MigrationPlan,
  clock: Clock,
): StorageBackend {
  if (operationsPerSecond === 0) return source
  const burst = Math.ceil(operationsPerSecond / 10)
  return applyLayers(source, [rateLimit({ operationsPerSecond, burst, waitMsMax, clock })])
}

function failing(
  destination: StorageBackend,
  { faultPercent }: MigrationPlan,
  clock: Clock,
): StorageBackend {
  if (faultPercent === 0) return destination
  return applyLayers(destination, [
    faults({ seed: faultSeed, clock, rules: rulesOf(faultPercent) }),
  ])
}

/** Objects meet them, listings do not. The shown code makes the same ones. */
export function rulesOf(percent: number): readonly FaultRule[] {
  const probability = percent / 100
  return [
    { operation: ['read', 'write', 'stat'], fault: { kind: 'error' }, probability },
    { operation: 'write', fault: { kind: 'lost-answer' }, probability },
  ]
}

function shortened(report: MigrationReport): MigrationReport {
  return { ...report, failures: report.failures.slice(0, failuresMax) }
}
