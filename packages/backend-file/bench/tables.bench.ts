/**
 * Tables: inserts one by one, gets, a partition's query and transactions of 100, ours against
 * better-sqlite3 by hand, durable against durable (WAL, `synchronous = FULL`).
 *
 * By hand is what one writes in an afternoon: one table with the keys as text and the properties as
 * JSON. It has no typed values but JSON's, no names, no versions, no filter but the partition, and
 * blocks its process while another one writes. Ours checks every entity against the limits of the
 * service, keeps types, gives versions, and shares one sync among the changes of one turn.
 */
import { deepStrictEqual } from 'node:assert/strict'
import { join } from 'node:path'

import { defineSuite, type Rival, type Suite, versionOf } from '@aos-tooling/bench'
import { SqliteTableBackend, SqliteTableStore } from '@aos-storage/backend-file'
import { where } from '@aos-storage/core'
import Database from 'better-sqlite3'

const table = 'Orders'
const partitions = 100
const rowsPerPartition = 100

interface Order {
  readonly partitionKey: string
  readonly rowKey: string
  readonly customer: string
  readonly total: number
  readonly isPaid: boolean
  readonly note: string
}

function order(partition: number, row: number | string): Order {
  return {
    partitionKey: `customer-${partition}`,
    rowKey: `order-${row}`,
    customer: `Customer number ${partition}`,
    total: partition + 0.5,
    isPaid: partition % 2 === 0,
    note: 'x'.repeat(150),
  }
}

interface Tables {
  insert(order: Order): unknown
  /** All or none. */
  insertAll(orders: readonly Order[]): unknown
  total(partition: string, row: string): Promise<number> | number
  /** How many orders of a partition come. */
  count(partition: string): Promise<number> | number
  close(): unknown
}

interface Kind {
  readonly name: string
  readonly version: string
  open(folder: string): Promise<Tables> | Tables
}

const store: Kind = {
  name: 'SqliteTableStore',
  version: 'default',
  async open(folder) {
    const tables = new SqliteTableStore({ basePath: folder })
    await tables.createTable(table)
    return {
      insert: (entity) => tables.insert(table, entity),
      insertAll: (orders) =>
        tables.transact(
          table,
          orders.map((entity) => ({ type: 'insert', entity: { ...entity } }) as const),
        ),
      total: async (partition, row) =>
        (await tables.get(table, partition, row)).entity['total'] as number,
      async count(partition) {
        let count = 0
        const filter = where('partitionKey').eq(partition)
        for await (const _ of tables.query(table, { filter })) count++
        return count
      },
      close: () => tables.close(),
    }
  },
}

const backend: Kind = {
  name: 'SqliteTableBackend',
  version: 'default',
  async open(folder) {
    const tables = new SqliteTableBackend({ basePath: folder })
    await tables.createTable(table)
    return {
      insert: (each) => tables.change(table, { type: 'insert', entity: { ...each } }),
      insertAll: (orders) =>
        tables.transact(
          table,
          orders.map((entity) => ({ type: 'insert', entity: { ...entity } }) as const),
        ),
      total: async (partition, row) =>
        (await tables.get(table, partition, row)).entity['total'] as number,
      async count(value) {
        const filter = {
          ...({ type: 'comparison', operator: 'eq', property: 'PartitionKey' } as const),
          value,
        }
        let count = 0
        let cursor: string | undefined
        do {
          const page = await tables.query(table, { filter, cursor })
          count += page.entities.length
          cursor = page.cursor
        } while (cursor !== undefined)
        return count
      },
      close: () => tables.close(),
    }
  },
}

const hand: Kind = {
  name: 'better-sqlite3 by hand',
  version: versionOf('better-sqlite3', import.meta.url),
  open(folder) {
    const database = new Database(join(folder, 'tables.db'))
    database.pragma('journal_mode = WAL')
    database.pragma('synchronous = FULL')
    database.exec(`
      CREATE TABLE orders (
        partition_key TEXT NOT NULL, row_key TEXT NOT NULL, modified INTEGER NOT NULL,
        properties TEXT NOT NULL, PRIMARY KEY (partition_key, row_key)
      ) WITHOUT ROWID`)
    const insert = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?)')
    const get = database.prepare(
      'SELECT properties FROM orders WHERE partition_key = ? AND row_key = ?',
    )
    const query = database.prepare(
      'SELECT row_key, properties FROM orders WHERE partition_key = ? ORDER BY row_key',
    )
    const add = ({ partitionKey, rowKey, ...properties }: Order): void => {
      insert.run(partitionKey, rowKey, Date.now(), JSON.stringify(properties))
    }
    const addAll = database.transaction((orders: readonly Order[]) => orders.forEach(add))
    return {
      insert: add,
      insertAll: (orders) => addAll(orders),
      total(partition, row) {
        const { properties } = get.get(partition, row) as { properties: string }
        return (JSON.parse(properties) as Order).total
      },
      count(partition) {
        const rows = query.all(partition) as { row_key: string; properties: string }[]
        return rows.map(({ row_key: rowKey, properties }) => ({
          partitionKey: partition,
          rowKey,
          ...(JSON.parse(properties) as object),
        })).length
      },
      close: () => database.close(),
    }
  },
}

type Work = (tables: Tables, operation: number) => Promise<void> | void

/** @param isFilled Whether there are 10,000 orders before it begins. */
function rival(kind: Kind, inFlight: number, isFilled: boolean, work: Work): Rival {
  return {
    name: kind.name,
    version: kind.version,
    async setup({ folder }) {
      const tables = await kind.open(folder)
      for (let partition = 0; isFilled && partition < partitions; partition++) {
        const rows = Array.from({ length: rowsPerPartition }, (_, row) => order(partition, row))
        await tables.insertAll(rows)
      }
      let next = 0
      return {
        async run({ operations }) {
          const end = next + operations
          const lane = async (): Promise<void> => {
            while (next < end) await work(tables, next++)
          }
          await Promise.all(Array.from({ length: inFlight }, lane))
        },
        teardown: async () => void (await tables.close()),
      }
    },
  }
}

const kinds = [store, backend, hand]
const quick = { operationsPerBatch: 512, warmupBatches: 2 } as const
const slow = { operationsPerBatch: 1, warmupBatches: 200 } as const

interface Case extends Pick<Suite, 'operationsPerBatch' | 'warmupBatches' | 'about'> {
  readonly name: string
  readonly inFlight: number
  readonly isFilled: boolean
  readonly work: Work
}

const insertOne: Work = async (tables, at) => void (await tables.insert(order(at % 100, `n${at}`)))

const cases: readonly Case[] = [
  {
    ...slow,
    name: 'insert, 1 in flight',
    about: 'One entity of 250 bytes, a sync for each.',
    ...{ inFlight: 1, isFilled: false, work: insertOne },
  },
  {
    ...quick,
    name: 'insert, 32 in flight',
    about: 'One entity of 250 bytes; ours syncs once for those of a turn, by hand once for each.',
    ...{ inFlight: 32, isFilled: false, work: insertOne },
  },
  {
    ...slow,
    name: 'transaction of 100 inserts',
    about: '100 entities of one partition, all or none, one sync.',
    inFlight: 1,
    isFilled: false,
    work: async (tables, at) => {
      const rows = Array.from({ length: 100 }, (_, row) => order(at % 100, `t${at}-${row}`))
      await tables.insertAll(rows)
    },
  },
  {
    ...quick,
    name: 'get',
    about: 'One of 10,000 entities by its keys.',
    inFlight: 1,
    isFilled: true,
    work: async (tables, at) => {
      const partition = (at * 37) % partitions
      const total = await tables.total(`customer-${partition}`, `order-${at % rowsPerPartition}`)
      deepStrictEqual(total, partition + 0.5)
    },
  },
  {
    ...slow,
    name: 'query of a partition',
    about: '100 of 10,000 entities, by a filter on the partition key.',
    inFlight: 1,
    isFilled: true,
    work: async (tables, at) => {
      deepStrictEqual(await tables.count(`customer-${(at * 37) % partitions}`), rowsPerPartition)
    },
  },
]

const suites = cases.map(({ name, about, inFlight, isFilled, work, ...shape }) =>
  defineSuite({
    ...shape,
    name: `tables: ${name}`,
    about: `${about} Durable on all sides.`,
    ours: store.name,
    measureMs: 1000,
    rivals: kinds.map((kind) => rival(kind, inFlight, isFilled, work)),
  }),
)

export default suites
