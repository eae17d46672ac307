/** Queries of many rows: what one page looks at is bounded, and keys are found by their index. */
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { systemClock, type TableChange } from '@aos-storage/core'
import { virtualClock } from '@aos-storage/core/testing'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type SqliteTableBackend, SqliteTableStore } from '../../src/index.ts'
import type { Connection } from '../../src/sqlite/connection.ts'
import { dropTable, removeDropped } from '../../src/tables/named-tables.ts'
import { openTables } from './support/table-store.ts'

const table = 'Many'

/** `partitions` of 100 entities each. */
async function fill(backend: SqliteTableBackend, partitions: number, text = ''): Promise<void> {
  await backend.createTable(table)
  const changesOf = (partition: number): TableChange[] =>
    Array.from({ length: 100 }, (_, row) => ({
      type: 'insert',
      entity: { partitionKey: `p${partition}`, rowKey: `r${row}`, row, text },
    }))
  for (let at = 0; at < partitions; at += 50) {
    const count = Math.min(50, partitions - at)
    await Promise.all(
      Array.from({ length: count }, (_, each) => backend.transact(table, changesOf(at + each))),
    )
  }
}

const never = { type: 'comparison', operator: 'eq', property: 'row', value: -1 } as const
function keyIs(property: 'PartitionKey' | 'RowKey', value: string) {
  return { type: 'comparison', operator: 'eq', property, value } as const
}

describe('a page', () => {
  it('looks at 20,000 rows at most, and may be empty with a cursor', async () => {
    // Time stands still: rows only are counted.
    const backend = await openTables({ durability: 'none', clock: virtualClock() })
    await fill(backend, 450)
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const page = await backend.query(table, { filter: never, cursor })
      sizes.push(page.entities.length)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(sizes).toEqual([0, 0, 0])
  })

  it('finds a key in the middle of many without looking at those before', async () => {
    const backend = await openTables({ durability: 'none', clock: virtualClock() })
    await fill(backend, 450)
    const inOne = await backend.query(table, { filter: keyIs('PartitionKey', 'p449') })
    expect(inOne).toMatchObject({ cursor: undefined })
    expect(inOne.entities).toHaveLength(100)
    const filter = {
      type: 'and',
      left: keyIs('PartitionKey', 'p449'),
      right: keyIs('RowKey', 'r42'),
    } as const
    const one = await backend.query(table, { filter })
    expect(one.entities.map(({ entity }) => entity['row'])).toEqual([42])
    expect(one.cursor).toBeUndefined()
  })

  it('looks at no more when keys of rows are asked for in all partitions', async () => {
    const backend = await openTables({ durability: 'none', clock: virtualClock() })
    await fill(backend, 450)
    const sizes: number[] = []
    let cursor: string | undefined
    do {
      const page = await backend.query(table, { filter: keyIs('RowKey', 'r42'), cursor })
      sizes.push(page.entities.length)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(sizes).toEqual([200, 200, 50])
  })

  it('of some rows takes as long at the begin of a large partition as at its end', async () => {
    const backend = await openTables({ durability: 'none' })
    await backend.createTable(table)
    for (let at = 0; at < 30_000; at += 100) {
      const changes = Array.from({ length: 100 }, (_, each): TableChange => {
        const row = at + each
        const entity = { partitionKey: 'p', rowKey: String(row).padStart(5, '0'), row }
        return { type: 'insert', entity }
      })
      await backend.transact(table, changes)
    }
    const msOf = async (row: string): Promise<number> => {
      const right = keyIs('RowKey', row)
      const filter = { type: 'and', left: keyIs('PartitionKey', 'p'), right } as const
      const times: number[] = []
      for (let at = 0; at < 21; at++) {
        const startedMs = performance.now()
        expect((await backend.query(table, { filter })).entities).toHaveLength(1)
        times.push(performance.now() - startedMs)
      }
      return times.toSorted((a, b) => a - b)[10]!
    }
    await msOf('15000')
    // Looking at all that follows took a hundred times as long.
    expect(await msOf('00000')).toBeLessThan(10 * (await msOf('29999')))
  })

  it('ends after some time, so that others get their turn', async () => {
    // Each look at the clock is more than the time for a page.
    let nowMs = 0
    const clock = { ...systemClock, monotonicMs: () => (nowMs += 30) }
    const backend = await openTables({ durability: 'none', clock })
    await fill(backend, 21)
    const page = await backend.query(table, { filter: never })
    expect(page.cursor).toBeDefined()
    expect(page.entities).toEqual([])
    // Never amid a few: a transaction is seen whole.
    const few = {
      type: 'comparison',
      operator: 'lt',
      property: 'PartitionKey',
      value: 'p15',
    } as const
    expect(await backend.query(table, { filter: few })).toMatchObject({ cursor: undefined })
  })

  it('holds 8 Mi characters of properties, and one entity more', async () => {
    const backend = await openTables({ durability: 'none', clock: virtualClock() })
    await fill(backend, 6, 'x'.repeat(30_000))
    const page = await backend.query(table)
    expect(page.entities.length).toBeGreaterThan(270)
    expect(page.entities.length).toBeLessThan(290)
    expect(page.cursor).toBeDefined()
  })
})

describe('a query of everything', () => {
  it('lets timers go on, and ends by its signal', async () => {
    const backend = await openTables({ durability: 'none' })
    await fill(backend, 450)
    const store = new SqliteTableStore({ basePath: backend.basePath, durability: 'none' })
    const controller = new AbortController()
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const all = async (signal?: AbortSignal): Promise<number> => {
      let rows = 0
      for await (const _ of store.query(table, { filter: never, signal })) rows++
      return rows
    }
    expect(await all()).toBe(0)
    expect(ticks).toBeGreaterThan(0)
    setImmediate(() => controller.abort(new Error('enough')))
    await expect(all(controller.signal)).rejects.toMatchObject({ code: 'ABORTED' })
    clearInterval(timer)
    await store.close()
  })
})

it('what a deleted table held is removed, a part at a time, while others go on', async () => {
  const backend = await openTables({ durability: 'none' })
  await fill(backend, 30)
  await backend.createTable('Others')
  const deleted = backend.deleteTable(table)
  // In its own transaction, amid those that remove 500 entities each.
  const entity = { partitionKey: 'a', rowKey: 'b' }
  await backend.change('Others', { type: 'insert', entity })
  expect(await backend.createTable(table)).toBe(true)
  expect((await backend.query(table)).entities).toEqual([])
  expect(await deleted).toBe(true)
  await backend.close()
  const database = new DatabaseSync(join(backend.basePath, '.aos/tables.db'))
  onTestFinished(() => database.close())
  expect(database.prepare('SELECT count(*) AS rows FROM entities').get()).toEqual({ rows: 1 })
  expect(database.prepare('SELECT count(*) AS rows FROM tables').get()).toEqual({ rows: 2 })
})

it('a table is deleted, and told so, though the removal of what it held is cut short', async () => {
  const backend = await openTables({ durability: 'none' })
  await fill(backend, 50)
  const deleted = backend.deleteTable(table)
  // In the transaction of the deletion, or the one behind it.
  await backend.createTable('Others')
  await backend.close()
  expect(await deleted).toBe(true)
  const again = await openTables({ durability: 'none', basePath: backend.basePath })
  expect((await again.listTables()).tables).toEqual(['Others'])
  const database = new DatabaseSync(join(backend.basePath, '.aos/tables.db'))
  onTestFinished(() => database.close())
  const rows = (): unknown => database.prepare('SELECT count(*) AS rows FROM entities').get()
  expect(rows()).not.toEqual({ rows: 0 })
  await again.deleteTable('Others')
  expect(rows()).toEqual({ rows: 0 })
})

it('one transaction removes no more than 8 MiB, so that large entities stop nobody', async () => {
  const backend = await openTables({ durability: 'none' })
  await fill(backend, 6, 'x'.repeat(30_000))
  await backend.close()
  const database = new DatabaseSync(join(backend.basePath, '.aos/tables.db'))
  onTestFinished(() => database.close())
  const connection = { prepare: (sql: string) => database.prepare(sql) } as Connection
  dropTable(connection, table)
  const left: unknown[] = []
  while (removeDropped(connection)) {
    left.push(database.prepare('SELECT count(*) AS rows FROM entities').get()!['rows'])
  }
  // 280 have 8 MiB and a bit.
  expect(left).toEqual([320, 40, 0])
})
