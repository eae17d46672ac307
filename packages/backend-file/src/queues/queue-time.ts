/**
 * The time of the queues as the database keeps it: that of the latest change, which no process that
 * uses the database goes behind. See `QueueTime`.
 *
 * All functions run inside a section of the database, which is a transaction.
 */
import type { Connection } from '../sqlite/connection.ts'

/** No time is kept to less: the stored time is written at most this often. */
const storedMsMin = 1000

/** The time that was stored last, by any process. */
export function latestMs(connection: Connection): number {
  const row = connection.prepare('SELECT latest_ms FROM clock WHERE id = 1').get()
  return (row as { latest_ms: number }).latest_ms
}

/** True when a change at `nowMs` has to store its time. */
export function isDue(nowMs: number, storedMs: number): boolean {
  return nowMs >= storedMs + storedMsMin
}

export function storeLatestMs(connection: Connection, nowMs: number): void {
  connection.prepare('UPDATE clock SET latest_ms = ? WHERE id = 1').run(nowMs)
}
