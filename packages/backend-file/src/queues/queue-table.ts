/**
 * The queues themselves: their names, and what is left of those that were deleted or cleared.
 *
 * To delete or clear a queue only marks its row, however many messages it has: its number is gone
 * for everybody in that moment, and its messages are removed later, some at a time.
 *
 * All functions run inside a section of the database, which is a transaction.
 */
import { StorageError } from '@aos-storage/core'
import type { Connection } from '../sqlite/connection.ts'

/** Messages that one transaction removes from a queue that is gone. */
const purgedMax = 128

/** The number of a queue. @throws StorageError `NOT_FOUND`. */
export function queueNumber(connection: Connection, name: string): number {
  const row = connection
    .prepare('SELECT id FROM queues WHERE name = ? AND dropped = 0')
    .get(name) as { id: number } | undefined
  if (row !== undefined) return row.id
  throw new StorageError('NOT_FOUND', `There is no queue "${name}"; create it first`)
}

/** False when there is one of this name. */
export function addQueue(connection: Connection, name: string): boolean {
  const { changes } = connection
    .prepare('INSERT INTO queues (name) VALUES (?) ON CONFLICT DO NOTHING')
    .run(name)
  return changes === 1
}

/** False when there is none of this name. */
export function dropQueue(connection: Connection, name: string): boolean {
  const { changes } = connection
    .prepare('UPDATE queues SET dropped = 1 WHERE name = ? AND dropped = 0')
    .run(name)
  return changes === 1
}

/** Names in byte order, which for names of queues is also that of their characters. */
export function queueNames(
  connection: Connection,
  { prefix, after, limit }: { prefix: string; after: string; limit: number },
): string[] {
  const rows = connection
    .prepare(
      `SELECT name FROM queues
       WHERE dropped = 0 AND name > ? AND substr(name, 1, ?) = ?
         AND name >= ? ORDER BY name LIMIT ?`,
    )
    .all(after, prefix.length, prefix, prefix, limit) as { name: string }[]
  return rows.map(({ name }) => name)
}

/** Removes some of what is left of deleted queues; false when nothing is left. */
export function purgeSome(connection: Connection): boolean {
  const dropped = connection.prepare('SELECT id FROM queues WHERE dropped = 1 LIMIT 1').get() as
    | { id: number }
    | undefined
  if (dropped === undefined) return false
  const { changes } = connection
    .prepare(
      `DELETE FROM messages
       WHERE id IN (SELECT id FROM messages WHERE queue = ? LIMIT ${purgedMax})`,
    )
    .run(dropped.id)
  if (changes < purgedMax) connection.prepare('DELETE FROM queues WHERE id = ?').run(dropped.id)
  return true
}
