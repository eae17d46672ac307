/** What counts failures, and says when there are too many. */
import type { Clock } from '@aos-storage/core/backend'
import { ConsecutiveBreaker, type IBreaker } from 'cockatiel'
import { FailureRatio } from './failure-ratio.ts'
import type { Trip } from './options.ts'

export interface Tally extends IBreaker {
  /** That count now. */
  readonly failures: number
  /** Forgets them. */
  reset(): void
}

export function tallyOf(trip: Trip, clock: Clock): Tally {
  if ('consecutiveFailures' in trip) return new Consecutive(trip.consecutiveFailures)
  return new FailureRatio(trip.failureRatio, trip.samplingMs, trip.callsMin, clock)
}

class Consecutive extends ConsecutiveBreaker implements Tally {
  get failures(): number {
    return this.state
  }

  reset(): void {
    this.success()
  }
}
