/** What a reading of usage takes, and what it tells. */
import type { OperationOptions } from '../../backend.ts'
import type { ListedSize } from '../../capabilities.ts'
import type { Amount, UsageGroups } from './groups.ts'
import type { SizedObject } from './largest.ts'

/** What `usage` takes. */
export interface UsageOptions extends OperationOptions {
  /**
   * `'listed'` (default): types as the listing tells them, `unknown` where it does not. `'stat'`:
   * each object whose type is not listed is asked for it, one request each.
   */
  readonly contentTypes?: 'listed' | 'stat' | undefined
  /** Requests for types under way at once. Default 16, at most 1,024. */
  readonly concurrency?: number | undefined
  /** Names of each grouping; the rest is `other`. Default 1,000, at most 10,000. */
  readonly groupsMax?: number | undefined
  /** Default 10, at most 1,000; 0 for none. */
  readonly largestMax?: number | undefined
  /** Objects per request. Default: `capabilities.listPageMax`. */
  readonly pageSize?: number | undefined
  /** An earlier reading of the same prefix, as it was or from JSON: tells the growth since. */
  readonly since?: UsageReading | undefined
  /** Called after each page. What it throws ends the reading. */
  readonly onProgress?: ((progress: UsageProgress) => void) | undefined
}

/** How far `usage` has come. */
export interface UsageProgress extends Amount {
  readonly pages: number
}

/** How an amount changed since an earlier reading. */
export interface UsageGrowth extends Amount {
  /** When the earlier one was taken. */
  readonly since: string
  readonly days: number
  /** Undefined when no time lies between. */
  readonly objectsPerDay: number | undefined
  readonly bytesPerDay: number | undefined
}

/** What is stored under a prefix. Plain data: keep it as JSON, and give it as `since` later. */
export interface UsageReading extends Amount {
  /** When the reading began: ISO 8601, UTC. */
  readonly at: string
  readonly prefix: string
  /** `'stored'`: bytes as they are kept, compressed or encrypted; `'body'`: as they are read. */
  readonly bytesCount: ListedSize
  readonly byContentType: UsageGroups
  /** `unknown` where the listing does not tell the tier. */
  readonly byAccessTier: UsageGroups
  /** By what is behind the prefix up to the first `/`; `''` for objects without one. */
  readonly bySegment: UsageGroups
  readonly largest: readonly SizedObject[]
  /** Only with `since`. */
  readonly growth?: UsageGrowth | undefined
}

/** Names of each grouping, unless the caller says otherwise. */
export const usageGroupsDefault = 1000
/** Most names of each grouping. */
export const usageGroupsMax = 10_000
/** Most objects in `largest`. */
export const usageLargestMax = 1000

export const usageOptionNames: ReadonlySet<string> = new Set<keyof UsageOptions>([
  ...(['contentTypes', 'concurrency', 'groupsMax', 'largestMax', 'pageSize'] as const),
  ...(['since', 'onProgress', 'signal'] as const),
])
