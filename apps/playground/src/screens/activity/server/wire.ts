/** What travels between the Activity screen's page and its server. Types only. */
import type { OperationStatistics } from '@aos-storage/core'
import type { OperationRecord } from '../../../server/operations.ts'

/** `GET /operations`: the last ones that the server kept, oldest first. */
export interface RecentOperations {
  /** Of the server: another run gives the same numbers to other operations. */
  readonly run: string
  readonly operations: readonly OperationRecord[]
}

/** `GET /totals` and `POST /totals/reset`. */
export interface Totals {
  /** Milliseconds since 1970, when the counting began. */
  readonly since: number
  readonly series: readonly OperationStatistics[]
  /** Operations of series beyond the most that are kept. */
  readonly dropped: number
}

/** What `POST /traffic` takes. */
export interface TrafficRequest {
  /** Gives the same operations again. Default: a new one. */
  readonly seed?: number | undefined
  /** How many steps. Default 400, at most 2,000. */
  readonly steps?: number | undefined
  /** Between two steps. Default 20, so that the charts have something to show. */
  readonly pauseMs?: number | undefined
}

/** What `POST /traffic` answers when it is over. */
export interface TrafficReport {
  readonly seed: number
  readonly steps: number
  /** Steps that the store refused, as the workload means some to be. */
  readonly refused: number
  readonly isCancelled: boolean
}

/** On the topic `traffic`, now and then while it runs, and once when it is over. */
export interface TrafficProgress {
  readonly done: number
  readonly total: number
  readonly isOver: boolean
}
