/** What the tables must hold after their writer was killed. */
import { deepStrictEqual, ok } from 'node:assert/strict'
import { SqliteTableBackend } from '../../../src/index.ts'
import { allEntities } from './table-store.ts'

export const table = 'Killed'
/** Changes of one process at once. */
export const lanes = 5
/** Rows that always change together. */
export const rowsOfLane: readonly string[] = ['a', 'b', 'c', 'd', 'e', 'f']

interface Attempt {
  readonly kind: string
  readonly value: number
}

/** What one lane holds. */
class Lane {
  all = 0
  readonly singles = new Set<number>()
  attempt: Attempt | undefined

  settle(isDone: boolean): void {
    const { attempt } = this
    this.attempt = undefined
    if (attempt === undefined || !isDone) return
    if (attempt.kind === 'all') this.all = attempt.value
    else if (attempt.kind === 'one') this.singles.add(attempt.value)
    else this.singles.delete(attempt.value)
  }
}

export class TableLedger {
  readonly #lanes = Array.from({ length: lanes }, () => new Lane())
  #rest = ''
  acknowledged = 0
  /** How often a writer died amid a change. */
  midChangeKills = 0
  /** Changes that were made, and not acknowledged any more. */
  madeUnsaid = 0

  /** Takes what a writer said. Text may end amid a line. */
  hear(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()!
    for (const line of lines) {
      const [sign, number, kind, value] = line.split(' ')
      const lane = this.#lanes[Number(number)]!
      if (sign === '?') {
        lane.attempt = { kind: kind!, value: Number(value) }
        continue
      }
      this.acknowledged++
      lane.settle(true)
    }
  }

  /**
   * Compares with what the tables hold after a kill, as another process sees it; from now on that
   * is what they must hold.
   */
  async settle(basePath: string): Promise<void> {
    const tables = new SqliteTableBackend({ basePath })
    try {
      await tables.createTable(table)
      const entities = (await allEntities(tables, table)).map(({ entity }) => entity)
      if (this.#lanes.some(({ attempt }) => attempt !== undefined)) this.midChangeKills++
      for (const [at, lane] of this.#lanes.entries()) {
        const own = entities.filter(({ partitionKey }) => partitionKey === String(at))
        this.#settleLane(
          lane,
          own.map(({ rowKey, value }) => [rowKey, Number(value)] as const),
        )
      }
    } finally {
      await tables.close()
    }
    this.#rest = ''
  }

  #settleLane(lane: Lane, rows: readonly (readonly [rowKey: string, value: number])[]): void {
    const together = rows.filter(([rowKey]) => !rowKey.startsWith('one'))
    const singles = new Set(
      rows.filter(([rowKey]) => rowKey.startsWith('one')).map(([, value]) => value),
    )
    const values = new Set(together.map(([, value]) => value))
    ok(values.size <= 1, 'a transaction is torn')
    const [all = 0] = values
    ok([0, rowsOfLane.length].includes(together.length), 'a transaction is torn')
    // Either all that was acknowledged, or that and the change that was under way.
    const { attempt } = lane
    const isMade =
      attempt !== undefined &&
      (attempt.kind === 'all'
        ? all === attempt.value
        : singles.has(attempt.value) === (attempt.kind === 'one'))
    if (isMade) this.madeUnsaid++
    lane.settle(isMade)
    deepStrictEqual(
      { all, singles: [...singles].toSorted(byNumber) },
      { all: lane.all, singles: [...lane.singles].toSorted(byNumber) },
    )
  }
}

function byNumber(a: number, b: number): number {
  return a - b
}
