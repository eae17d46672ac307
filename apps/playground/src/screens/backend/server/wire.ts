/**
 * What travels between the Backend screen's page and its server. Types only: both sides import it.
 *
 * Streams are `application/x-ndjson`: progress now and then, then one `result` or one `error`.
 */
import type { Capabilities } from '@aos-storage/core'
import type { CaseStatus } from '@aos-storage/core/testing'
import type { Finding, FindingKind } from '@aos-storage/backend-file'
import type { Problem } from '../../../server/problem.ts'

export type { Capabilities, CaseStatus, FindingKind }
export type { Health } from '@aos-storage/core'

/** `GET /capabilities`: of the shared store, layers included. */
export interface StoreCapabilities {
  readonly name: string
  readonly capabilities: Capabilities
}

/** A line of a stream. */
export type Line<Progress, Result> =
  | { readonly progress: Progress }
  | { readonly result: Result }
  | { readonly error: Problem }

/** Some objects and how large they are together. */
export interface Share {
  readonly objects: number
  readonly bytes: number
}

export interface NamedShare extends Share {
  readonly name: string
}

/** The first of a ranking by bytes, and all others together. */
export interface Ranking {
  readonly first: readonly NamedShare[]
  readonly others: Share & { readonly names: number }
}

/** An age that objects are sorted into: less than this, and not less than the one before. */
export type Age = 'hour' | 'day' | 'week' | 'month' | 'year' | 'older'

export interface UsageProgress extends Share {
  /** The key that was seen last. */
  readonly key: string
}

/** The result of `GET /usage`. */
export interface Usage extends Share {
  readonly largest: readonly { readonly key: string; readonly size: number }[]
  /** By all up to and with the first `/`; keys without one are under the name `''`. */
  readonly prefixes: Ranking
  /** By content type; `''` where the listing does not tell it. */
  readonly types: Ranking
  readonly ages: Readonly<Record<Age, Share>>
  readonly oldest: { readonly key: string; readonly modifiedAt: number } | null
  readonly newest: { readonly key: string; readonly modifiedAt: number } | null
}

export interface VerifyProgress {
  readonly files: number
}

/** The result of `GET /verify`. */
export interface Verification extends Share {
  readonly ok: boolean
  readonly counts: Readonly<Record<FindingKind, number>>
  /** The first 500. */
  readonly findings: readonly Finding[]
  readonly omitted: number
}

/**
 * What is tested: stores in a temporary folder, in memory, in a container or in a bucket that is
 * there for nothing else.
 */
export type ConformanceTarget = 'memory' | 'file' | 'azure' | 's3'

/** What `POST /conformance` takes. */
export interface ConformanceRequest {
  readonly target: ConformanceTarget
  /** Of a file store. Default `fsync`. */
  readonly durability?: 'fsync' | 'none' | undefined
  /** Only the cases of this group. */
  readonly group?: string | undefined
  /** Gives a run again. Default: a new one. */
  readonly seed?: number | undefined
}

/** A rule of the contract. */
export interface RunCase {
  readonly id: string
  readonly group: string
  readonly title: string
}

/** What came of a case. */
export interface RunOutcome {
  readonly id: string
  readonly status: CaseStatus
  readonly durationMs: number
  /** Why it was skipped, or what failed. */
  readonly reason?: string | undefined
}

/** `broken`: the run itself failed; `problem` tells why. */
type RunStatus = 'running' | 'cancelling' | 'ended' | 'cancelled' | 'broken'

/** A run of the kit. Its cases run in their order, one after the other. */
export interface ConformanceRun {
  readonly id: string
  readonly target: ConformanceTarget
  readonly durability: 'fsync' | 'none'
  readonly group?: string | undefined
  readonly seed: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly status: RunStatus
  readonly problem?: string | undefined
  readonly cases: readonly RunCase[]
  readonly outcomes: readonly RunOutcome[]
}

/** `GET /conformance`. */
export interface ConformanceState {
  readonly groups: readonly { readonly name: string; readonly cases: number }[]
  /** The run that is under way, else the last one. */
  readonly run: ConformanceRun | null
}

/** On the topic `conformance`. */
export type ConformanceEvent =
  | { readonly kind: 'started'; readonly run: ConformanceRun }
  | { readonly kind: 'case'; readonly run: string; readonly outcome: RunOutcome }
  | {
      readonly kind: 'changed'
      readonly run: string
      readonly status: RunStatus
      readonly endedAt?: number | undefined
      readonly problem?: string | undefined
    }

/** A backend in the comparison. */
export interface Column {
  /** What the kit is run on there. */
  readonly target: ConformanceTarget
  /** The playground's own store is one of these. */
  readonly isOwn: boolean
  /** Where it is; undefined where its server is not running. */
  readonly place?: string | undefined
  /** `closed`: its server has to be started or asked first. */
  readonly state: 'open' | 'closed' | 'opening'
  /** The environment names its server. */
  readonly isGiven: boolean
  /** Of the backend without layers. Null until it is open. */
  readonly capabilities: Capabilities | null
}

/** `GET /comparison`, and `POST /comparison/open`. */
export interface Comparison {
  readonly columns: readonly Column[]
  /** The last run on each that is over. */
  readonly runs: readonly ConformanceRun[]
}
