/** Transactions: what shares one, what a failure takes back, and who waits for whom. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { StorageError } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import type { StoreDatabase } from '../../src/sqlite/database.ts'
import { add, idsOf, openDatabase, otherConnection } from './support.ts'

/** Bytes of the log: each transaction writes every page that it changed, once. */
function logBytes(basePath: string): number {
  return statSync(join(basePath, '.aos/tables.db-wal')).size
}

/** What a call gives or throws, to be looked at later. */
function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  return call.catch((error: unknown) => error)
}

describe('changes', () => {
  it('that are asked for in one turn share a transaction', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 0)
    const before = logBytes(basePath)
    await Promise.all(Array.from({ length: 100 }, (_, at) => add(database, at + 1)))
    // One frame of 4 KiB for each of two or three pages, not for each change.
    expect(logBytes(basePath) - before).toBeLessThan(10 * 4200)
    expect(await idsOf(database)).toHaveLength(101)
  })

  it('one after the other do not', async () => {
    const { database, basePath } = await openDatabase()
    await add(database, 0)
    const before = logBytes(basePath)
    for (let id = 1; id <= 20; id++) await add(database, id)
    expect(logBytes(basePath) - before).toBeGreaterThanOrEqual(20 * 4096)
  })

  it.each([1, 20])('that fail take back themselves only, %i at once', async (others) => {
    const { database } = await openDatabase()
    const failing = outcomeOf(
      database.change(undefined, (connection) => {
        connection.prepare("INSERT INTO thing VALUES (1000, 'half')").run()
        throw new StorageError('ALREADY_EXISTS', 'Refused')
      }),
    )
    // Alone in its transaction, or amid others.
    if (others === 1) await failing
    const ids = Array.from({ length: others }, (_, at) => at)
    await Promise.all(ids.map((id) => add(database, id)))
    expect(await failing).toMatchObject({ code: 'ALREADY_EXISTS' })
    expect(await idsOf(database)).toEqual(ids)
  })

  it('see those before them in the same transaction', async () => {
    const { database } = await openDatabase()
    const count = (): Promise<unknown> =>
      database.change(undefined, (connection) => {
        const { things } = connection.prepare('SELECT count(*) AS things FROM thing').get()!
        return things
      })
    const results = await Promise.all([add(database, 1), count(), add(database, 2), count()])
    expect([results[1], results[3]]).toEqual([1, 2])
  })

  it('are all refused when the transaction fails as a whole', async () => {
    const { database } = await openDatabase()
    await add(database, 1)
    // As SQLite does it on some failures.
    const losing = (): Promise<unknown> =>
      database.change(undefined, (connection) => {
        connection.database.exec('ROLLBACK')
        throw Object.assign(new Error('full'), { errcode: 13 })
      })
    const outcomes = await Promise.allSettled([add(database, 2), losing(), add(database, 3)])
    expect(outcomes[0]).toMatchObject({ status: 'rejected', reason: { code: 'QUOTA_EXCEEDED' } })
    expect(outcomes[1]).toMatchObject({ status: 'rejected', reason: { code: 'QUOTA_EXCEEDED' } })
    // One that was not begun goes into the next transaction.
    expect(outcomes[2].status).toBe('fulfilled')
    expect(await idsOf(database)).toEqual([1, 3])
  })

  it('on a full disk are refused and leave what was there', async () => {
    const { database } = await openDatabase()
    await add(database, 1)
    await database.read(undefined, ({ database: sqlite }) => {
      sqlite.exec('PRAGMA max_page_count = 4')
    })
    const large = database.change(undefined, (connection) =>
      connection.prepare('INSERT INTO thing VALUES (2, ?)').run('x'.repeat(100_000)),
    )
    await expect(large).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', retryable: 'no' })
    await add(database, 3)
    expect(await idsOf(database)).toEqual([1, 3])
  })

  it('whose commit fails on the device are told as open, and not retried', async () => {
    const { database } = await openDatabase()
    const failing = database.change(undefined, (connection) => {
      connection.database.exec('ROLLBACK')
      throw Object.assign(new Error('io'), { errcode: 10 + 256 * 4 })
    })
    await expect(failing).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: 'no',
      message: expect.stringContaining('the outcome is open') as string,
    })
  })
})

describe('a lock that another process holds', () => {
  /** Holds the lock of all changes for `ms`, or until it is released. */
  async function held(options: { lockWaitMsMax?: number } = {}): Promise<{
    database: StoreDatabase
    release: () => void
  }> {
    const { database, basePath } = await openDatabase(options)
    await add(database, 0)
    const other = otherConnection(basePath)
    other.exec('BEGIN IMMEDIATE')
    return { database, release: () => other.exec('ROLLBACK') }
  }

  it('is waited for, while timers go on', async () => {
    const { database, release } = await held()
    let isMade = false
    const change = add(database, 1).then(() => (isMade = true))
    // Would never come, if SQLite waited on this thread.
    for (let ticks = 0; ticks < 20; ticks++) await sleep(2)
    expect(isMade).toBe(false)
    // Readers do not wait.
    expect(await idsOf(database)).toEqual([0])
    release()
    await change
    expect(await idsOf(database)).toEqual([0, 1])
  })

  it('is LOCKED after the time for it, for each who waits', async () => {
    const { database, release } = await held({ lockWaitMsMax: 600 })
    const early = outcomeOf(add(database, 1))
    await sleep(300)
    const late = add(database, 2)
    expect(await early).toMatchObject({ code: 'LOCKED', retryable: 'yes' })
    release()
    await late
    expect(await idsOf(database)).toEqual([0, 2])
  })

  it('does not keep a signal from ending the wait', async () => {
    const { database, release } = await held()
    const controller = new AbortController()
    const change = outcomeOf(add(database, 1, controller.signal))
    await sleep(10)
    controller.abort(new Error('enough'))
    expect(await change).toMatchObject({ code: 'ABORTED' })
    release()
    expect(await idsOf(database)).toEqual([0])
  })

  it('does not keep close from ending the wait', async () => {
    const { database } = await held()
    const change = outcomeOf(add(database, 1))
    await sleep(10)
    await database.close()
    expect(await change).toMatchObject({ code: 'CLOSED' })
  })

  it('ends for a process whose transactions never end', async () => {
    const { database, basePath } = await openDatabase()
    const { database: other } = await openDatabase({ basePath })
    await add(database, -1)
    let isDone = false
    const busy = (async (): Promise<void> => {
      for (let id = 0; !isDone; id += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, at) => add(database, id + at)))
      }
    })()
    for (let id = 1; id <= 10; id++) await add(other, -1 - id)
    isDone = true
    await busy
  })
})

describe('forgettable changes', () => {
  it('are made like others', async () => {
    const { database } = await openDatabase({ isDurable: true })
    await database.change(
      undefined,
      (connection) => connection.prepare("INSERT INTO thing VALUES (1, 'x')").run(),
      { isForgettable: true },
    )
    await add(database, 2)
    expect(await idsOf(database)).toEqual([1, 2])
  })
})

it('is durable as it was told', async () => {
  for (const [isDurable, level] of [
    [true, 2],
    [false, 1],
  ] as const) {
    const { database } = await openDatabase({ isDurable })
    await add(database, 1)
    const settings = await database.read(undefined, ({ database: sqlite }) => ({
      ...sqlite.prepare('PRAGMA synchronous').get(),
      ...sqlite.prepare('PRAGMA journal_mode').get(),
    }))
    expect(settings).toEqual({ synchronous: level, journal_mode: 'wal' })
  }
})
