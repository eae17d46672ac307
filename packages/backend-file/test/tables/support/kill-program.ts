/**
 * A process that changes tables until it is killed, and says over a pipe what it tries and what is
 * acknowledged. Lines, written at once so that nothing said is lost:
 *
 *   ? LANE all N      tries to write N into every row of the lane, in one transaction
 *   ? LANE one N      tries to insert the row N of the lane
 *   ? LANE drop N     tries to delete the row N of the lane
 *   ! LANE            done and acknowledged
 *
 * Arguments: base path, seed, first number. Lanes run side by side, each with one change at a time,
 * and share transactions of the database.
 */
import { writeSync } from 'node:fs'
import type { Entity, TableChange } from '@aos-storage/core'
import { SqliteTableBackend } from '../../../src/index.ts'
import { lanes, rowsOfLane, table } from './kill-tables.ts'

const reportDescriptor = 3
const [, , basePath, seed, first] = process.argv
const tables = new SqliteTableBackend({ basePath: basePath! })
let state = Number(seed) >>> 0
let number = Number(first)

/** A pseudo-random integer in `[0, end)`. */
function chance(end: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
  return Math.floor((state / 0x1_0000_0000) * end)
}

function say(line: string): void {
  writeSync(reportDescriptor, `${line}\n`)
}

function entityOf(lane: number, rowKey: string, value: number): Entity {
  // Of many sizes, up to some pages.
  return { partitionKey: String(lane), rowKey, value, text: 'x'.repeat((value * 7919) % 9000) }
}

async function run(lane: number): Promise<never> {
  const singles: number[] = []
  for (;;) {
    const value = ++number
    const kind = chance(4)
    if (kind === 0) {
      say(`? ${lane} all ${value}`)
      const change = (rowKey: string): TableChange => ({
        type: 'upsert',
        mode: 'replace',
        entity: entityOf(lane, rowKey, value),
      })
      await tables.transact(table, rowsOfLane.map(change))
    } else if (kind === 1 && singles.length > 0) {
      const gone = singles.shift()!
      say(`? ${lane} drop ${gone}`)
      const keys = { partitionKey: String(lane), rowKey: `one${gone}` }
      await tables.change(table, { type: 'delete', ...keys })
    } else {
      say(`? ${lane} one ${value}`)
      const entity = entityOf(lane, `one${value}`, value)
      await tables.change(table, { type: 'insert', entity })
      singles.push(value)
    }
    say(`! ${lane}`)
  }
}

await tables.createTable(table)
for (let lane = 0; lane < lanes; lane++) void run(lane)
