/** What travels between the Migration screen's page and its server. Types only. */
import type { MigrationProgress, MigrationReport } from '@aos-storage/core'
import type { Problem } from '../../../server/problem.ts'

/**
 * A store that objects are taken from or brought to. `'playground'`: the shared objects.
 * `'sample'`: the generated set, a source only. `'folder'`: a file store of this screen, by name.
 * `'memory'`: it ends with the playground.
 */
export type Place =
  | { readonly kind: 'playground' | 'sample' | 'memory' }
  | { readonly kind: 'folder'; readonly name: string }

/** What a person asks for. */
export interface MigrationPlan {
  readonly from: Place
  readonly to: Place
  /** Patterns of source keys; none: all. */
  readonly include: readonly string[]
  readonly exclude: readonly string[]
  /** The prefix `mapFrom` of keys becomes `mapTo`; both empty: keys stay. */
  readonly mapFrom: string
  readonly mapTo: string
  readonly existing: 'fail' | 'update' | 'replace' | 'skip'
  readonly compare: 'origin' | 'digest' | 'size-and-time'
  readonly verify: 'read-back' | 'write' | 'none'
  readonly deleteSource: boolean
  readonly concurrency: number
  /** Requests to the source a second. 0: no limit. */
  readonly requestsPerSecond: number
  /** Share of the calls to the destination that fail, and of the writes whose answer is lost. */
  readonly faultPercent: number
}

/** What `POST /sample` takes. */
export interface SampleSettings {
  readonly objects: number
  /** Of an object, on average. */
  readonly bytes: number
}

/** A migration that was begun, whatever became of it. */
export interface MigrationRecord {
  readonly id: string
  readonly plan: MigrationPlan
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** Undefined, and left out, while it runs, and where the playground was killed. */
  readonly endedAt?: number | undefined
  /** `'stopped'`: it can go on, see `canGoOn`. `'complete'`: every object was tried. */
  readonly state: 'running' | 'stopped' | 'complete'
  /** How far it was when that was last written down. */
  readonly reached?: Reached | undefined
  /** With the first failures only. */
  readonly report?: MigrationReport | undefined
  /** Why it stopped, where nobody stopped it. */
  readonly problem?: Problem | undefined
}

/** A record as the page gets it. */
export interface ShownRecord extends MigrationRecord {
  /** False where one of its ends was memory that is gone. */
  readonly canGoOn: boolean
}

export type Reached = Pick<
  MigrationProgress,
  'objectsDone' | 'objectsTotal' | 'isTotalKnown' | 'bytesDone'
>

/** What is under way: one thing at a time. */
export type Work =
  | {
      readonly kind: 'migration' | 'preview'
      /** Of the record; a preview has none. */
      readonly id?: string | undefined
      readonly plan: MigrationPlan
      readonly progress: MigrationProgress
      readonly isStopping: boolean
    }
  | {
      readonly kind: 'sample'
      readonly objectsDone: number
      readonly objectsTotal: number
      readonly isStopping: boolean
    }

/** What a dry run found. */
export interface Preview {
  readonly plan: MigrationPlan
  readonly report?: MigrationReport | undefined
  readonly problem?: Problem | undefined
}

/** What every command answers, and the topic `migration` tells. */
export interface MigrationState {
  readonly work?: Work | undefined
  /** The last one, until a migration begins. */
  readonly preview?: Preview | undefined
  /** Of the last sample set that could not be made. */
  readonly sampleProblem?: Problem | undefined
  /** Grows when the records or stores are others: read them anew. */
  readonly listRevision: number
  /** Ascending: of two states the higher one is the newer. */
  readonly revision: number
}

/** What one second of a migration was like. */
export interface Second {
  /** Milliseconds since 1970, at its end. */
  readonly at: number
  readonly objects: number
  readonly bytes: number
}

/** On the topic `migration`: a few times a second while something is under way. */
export interface MigrationNews {
  readonly state: MigrationState
  readonly second?: Second | undefined
}

/** `GET /state`. */
export interface WholeMigration {
  readonly state: MigrationState
  /** Of the migration that runs or ran last, oldest first. */
  readonly seconds: readonly Second[]
  /** The newest first. */
  readonly records: readonly ShownRecord[]
  /** Of this screen in the data folder, for the code that is shown. */
  readonly folder: string
}

/** A store of this screen, and how much is in it. */
export interface StoreRow {
  readonly place: Place
  readonly objects: number
  readonly bytes: number
  /** There are more: it was counted so far. */
  readonly isMore: boolean
}
