/**
 * The last operations, for a page that opens.
 *
 * Invariant: bounded. At most `keptOperationsMax` records are kept.
 */
import type { Live } from '../../../server/live.ts'
import {
  type OperationBatch,
  type OperationRecord,
  operations,
} from '../../../server/operations.ts'

/** Operations that a new page is shown. */
export const keptOperationsMax = 2000

export class OperationHistory {
  readonly #kept: OperationRecord[] = []
  /** Ends it. */
  readonly close: () => void

  constructor(live: Live) {
    this.close = live.follow(operations, (batch) => this.#keep(batch))
  }

  /** Oldest first. */
  get operations(): readonly OperationRecord[] {
    return this.#kept
  }

  #keep(batch: OperationBatch): void {
    this.#kept.push(...batch.operations)
    const excess = this.#kept.length - keptOperationsMax
    if (excess > 0) this.#kept.splice(0, excess)
  }
}
