/**
 * The messages of one queue, as rows.
 *
 * Invariants: a row's receipt is that of the last send, receive or update, and no other opens it;
 * a message that is expired is never given to anybody, and is removed by the first receive that
 * meets it.
 *
 * All functions run inside a section of the database, which is a transaction.
 */
import { StorageError } from '@aos-storage/core'
import type { Connection } from '../sqlite/connection.ts'

/** Rows that one section looks at: expired ones may be many. */
const examinedMax = 256
const columns = 'id, visible_ms, expires_ms, inserted_ms, dequeues, body'
const selectVisible = `
SELECT ${columns} FROM messages WHERE queue = ? AND visible_ms <= ?
ORDER BY visible_ms, id LIMIT ?`
const holdOne =
  'UPDATE messages SET visible_ms = ?, receipt = ?, dequeues = dequeues + 1 WHERE id = ?'

/** A message as it is stored. */
export interface MessageRow {
  readonly id: number
  readonly visible_ms: number
  readonly expires_ms: number
  readonly inserted_ms: number
  readonly dequeues: number
  readonly body: Uint8Array
}

/** Rows that were found, and whether there may be more behind what was looked at. */
export interface FoundRows {
  readonly rows: readonly MessageRow[]
  readonly isEnd: boolean
}

/** What a message is proven by. */
export interface Hold {
  readonly id: string
  readonly receipt: string
}

/** The number of the new message. */
export function insertMessage(
  connection: Connection,
  queue: number,
  row: Omit<MessageRow, 'id' | 'dequeues'> & { readonly receipt: string },
): number {
  const { lastInsertRowid } = connection
    .prepare(
      `INSERT INTO messages (queue, visible_ms, expires_ms, inserted_ms, dequeues, receipt, body)
       VALUES (?, ?, ?, ?, 0, ?, ?)`,
    )
    .run(queue, row.visible_ms, row.expires_ms, row.inserted_ms, row.receipt, row.body)
  return Number(lastInsertRowid)
}

/**
 * Takes up to `max` messages that are visible at `nowMs`, oldest visibility first.
 *
 * Atomic, because the section holds the lock of all changes. (One `UPDATE ... RETURNING` takes
 * nearly twice as long: SQLite collects what it returns in a table of its own.)
 */
export function takeMessages(
  connection: Connection,
  queue: number,
  take: { nowMs: number; visibleMs: number; receipt: string; max: number },
): FoundRows {
  const { nowMs, visibleMs, receipt, max } = take
  const rows: MessageRow[] = []
  for (let examined = 0; examined < examinedMax;) {
    const wanted = max - rows.length
    const found = connection.prepare(selectVisible).all(queue, nowMs, wanted) as unknown[]
    for (const row of found as MessageRow[]) {
      if (row.expires_ms > nowMs) {
        connection.prepare(holdOne).run(visibleMs, receipt, row.id)
        rows.push({ ...row, dequeues: row.dequeues + 1 })
      } else {
        connection.prepare('DELETE FROM messages WHERE id = ?').run(row.id)
      }
    }
    if (rows.length === max || found.length < wanted) return { rows, isEnd: true }
    examined += found.length
  }
  return { rows, isEnd: rows.length > 0 }
}

/** Looks at up to `max` messages that are visible at `nowMs`, from behind `after` on. */
export function peekMessages(
  connection: Connection,
  queue: number,
  look: { nowMs: number; max: number; after: Pick<MessageRow, 'id' | 'visible_ms'> },
): FoundRows & { readonly last: MessageRow | undefined } {
  const { nowMs, max, after } = look
  const found = connection
    .prepare(
      `SELECT ${columns} FROM messages
       WHERE queue = ? AND visible_ms <= ? AND (visible_ms, id) > (?, ?)
       ORDER BY visible_ms, id LIMIT ?`,
    )
    .all(queue, nowMs, after.visible_ms, after.id, max) as unknown as MessageRow[]
  const rows = found.filter((row) => row.expires_ms > nowMs)
  return { rows, isEnd: found.length < max, last: found.at(-1) }
}

/** @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED`. */
export function updateMessage(
  connection: Connection,
  queue: number,
  hold: Hold,
  change: { nowMs: number; visibleMs: number; receipt: string; body: Uint8Array | undefined },
): void {
  const { nowMs, visibleMs, receipt, body } = change
  const id = messageNumber(hold.id)
  const where = 'WHERE id = ? AND queue = ? AND receipt = ? AND expires_ms > ?'
  const key = [id, queue, hold.receipt, nowMs] as const
  const { changes } =
    body === undefined
      ? connection
          .prepare(`UPDATE messages SET visible_ms = ?, receipt = ? ${where}`)
          .run(visibleMs, receipt, ...key)
      : connection
          .prepare(`UPDATE messages SET visible_ms = ?, receipt = ?, body = ? ${where}`)
          .run(visibleMs, receipt, body, ...key)
  if (changes === 0) throw refusal(connection, queue, id, nowMs)
}

/** @throws StorageError `NOT_FOUND`, `PRECONDITION_FAILED`. */
export function deleteMessage(
  connection: Connection,
  queue: number,
  hold: Hold,
  nowMs: number,
): void {
  const id = messageNumber(hold.id)
  const { changes } = connection
    .prepare('DELETE FROM messages WHERE id = ? AND queue = ? AND receipt = ? AND expires_ms > ?')
    .run(id, queue, hold.receipt, nowMs)
  if (changes === 0) throw refusal(connection, queue, id, nowMs)
}

/** All messages of the queue, visible or not; an expired one counts until it is removed. */
export function countMessages(connection: Connection, queue: number): number {
  const { count } = connection
    .prepare('SELECT count(*) AS count FROM messages WHERE queue = ?')
    .get(queue) as { count: number }
  return count
}

/** 0, which no message has, for an id of another engine. */
function messageNumber(id: string): number {
  return /^[1-9]\d{0,14}$/.test(id) ? Number(id) : 0
}

function refusal(connection: Connection, queue: number, id: number, nowMs: number): StorageError {
  const row = connection
    .prepare('SELECT 1 FROM messages WHERE id = ? AND queue = ? AND expires_ms > ?')
    .get(id, queue, nowMs)
  return row === undefined
    ? new StorageError('NOT_FOUND', 'The message is gone: it was deleted, cleared, or it expired')
    : new StorageError(
        'PRECONDITION_FAILED',
        'The receipt is void: the message was received or updated again since; use the newest one',
      )
}
