/** Sections: pieces of work on a connection, each with its own beginning and end in SQLite. */
import type { Connection } from './connection.ts'

export type Section<T> = (connection: Connection) => T

/** What became of a section. */
export type Outcome = { readonly value: unknown } | { readonly error: unknown }

/**
 * The only change of a transaction: one that fails takes the transaction with it.
 *
 * @throws Only when the transaction is gone already.
 */
export function attempt(connection: Connection, section: Section<unknown>): Outcome {
  try {
    return { value: section(connection) }
  } catch (error) {
    // SQLite took back everything: a full disk, a device error.
    if (!connection.database.isTransaction) throw error
    connection.prepare('ROLLBACK').run()
    return { error }
  }
}

/** One of several changes. @throws Only when the transaction around it is gone. */
export function savepoint(connection: Connection, section: Section<unknown>): Outcome {
  connection.prepare('SAVEPOINT change').run()
  try {
    const value = section(connection)
    connection.prepare('RELEASE change').run()
    return { value }
  } catch (error) {
    // SQLite took back everything: a full disk, a device error.
    if (!connection.database.isTransaction) throw error
    connection.prepare('ROLLBACK TO change').run()
    connection.prepare('RELEASE change').run()
    return { error }
  }
}

/** All that the section reads is of one state of the database. */
export function snapshot<T>(connection: Connection, section: Section<T>): T {
  connection.prepare('BEGIN').run()
  try {
    return section(connection)
  } finally {
    if (connection.database.isTransaction) connection.prepare('ROLLBACK').run()
  }
}
