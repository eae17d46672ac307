/** How many operations may be under way: a number, or one that follows the store. */
import type { LayerCall } from '../around.ts'

/** How a call ended, as far as a limit is concerned. */
export type CallEnd =
  /** The store answered, be it with an error such as `NOT_FOUND`. */
  | 'answered'
  /** The store asks to slow down, fails, or does not answer in time. */
  | 'overloaded'
  /** It says nothing of the store: the caller went away, or a layer refused. */
  | 'unknown'

/** A call under way. */
export interface CallMark {
  readonly operation: string
  readonly startedMs: number
  /** Calls under way when it began, itself counted. */
  readonly underWay: number
  /** True when its latency can be compared with that of others. */
  readonly isSample: boolean
  /** True when no more than the least were under way as it began. */
  readonly isAlone: boolean
}

export interface Limit {
  /** Whole, and at least 1. */
  readonly now: number
  /** For a page or a metric. */
  readonly details: Readonly<Record<string, string | number | boolean>>
  /** @param underWay Calls under way, this one counted. */
  begin(call: LayerCall, underWay: number): CallMark | undefined
  end(mark: CallMark, end: CallEnd): void
}

/** Always the same. */
export function fixedLimit(max: number): Limit {
  return { now: max, details: {}, begin: () => undefined, end: () => undefined }
}
