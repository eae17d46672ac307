/**
 * Entities inserted, read one by one and queried, against the bare SDK.
 *
 * An entity has a property of each type. Ours checks names, values and sizes before it sends, and
 * gives all values back as they went in; the SDK gives its own wrapper for bytes and numbers.
 */
import { randomUUID } from 'node:crypto'

import { defineSuite, type Rival, type Suite, versionOf } from '@aos-tooling/bench'
import { AzureTableBackend, AzureTableStore } from '@aos-storage/backend-azure'
import { and, Guid, where } from '@aos-storage/core'
import { odata, TableClient, TableServiceClient } from '@azure/data-tables'

import { inParallel, type Place, shareAzurite, sharedPlace } from './azurite.ts'

const rows = 1000
const partition = 'ceo'
const inFlight = 32

interface Agent {
  readonly partitionKey: string
  readonly rowKey: string
  readonly title: string
  readonly tasks: number
  readonly score: number
  readonly tokens: bigint
  readonly isActive: boolean
  readonly hiredAt: Date
  readonly note: string
  readonly seal: Uint8Array
  readonly badge: string
}

const seal = new Uint8Array(32).fill(7)
const badge = '12345678-1234-4234-8234-123456789abc'

const agentOf = (place: number): Agent => ({
  partitionKey: partition,
  rowKey: `r${String(place).padStart(7, '0')}`,
  title: `Agent number ${place}`,
  tasks: place,
  score: place + 0.5,
  tokens: 9_007_199_254_740_993n + BigInt(place),
  isActive: place % 2 === 0,
  hiredAt: new Date(1_700_000_000_000 + place),
  note: 'x'.repeat(100),
  seal,
  badge,
})

/** A kind of client on one table. */
interface Tables {
  insert(place: number): Promise<unknown>
  /** A sum that tells whether the entity is the right one. */
  get(place: number): Promise<bigint>
  /** Entities of a partition from a number of tasks on, with the sum of their tokens. */
  query(tasksMin: number): Promise<{ readonly count: number; readonly tokens: bigint }>
  close(): Promise<void>
}

interface Kind {
  readonly name: string
  readonly version: string
  open(place: Place, table: string): Promise<Tables> | Tables
}

const oursOf = (place: number): object => ({ ...agentOf(place), badge: new Guid(badge) })
const filterOf = (tasksMin: number) =>
  and(where('partitionKey').eq(partition), where('tasks').ge(tasksMin))

const store: Kind = {
  name: 'AzureTableStore',
  version: 'default',
  open({ connectionString }, table) {
    const tables = new AzureTableStore({ connectionString })
    return {
      insert: (place) => tables.insert(table, oursOf(place) as Agent),
      async get(place) {
        const { entity } = await tables.get<Agent>(table, partition, agentOf(place).rowKey)
        return entity.tokens
      },
      async query(tasksMin) {
        let count = 0
        let tokens = 0n
        for await (const each of tables.query<Agent>(table, { filter: filterOf(tasksMin) })) {
          count += 1
          tokens += each.entity.tokens
        }
        return { count, tokens }
      },
      close: () => tables.close(),
    }
  },
}

const backend: Kind = {
  name: 'AzureTableBackend',
  version: 'default',
  open({ connectionString }, table) {
    const tables = new AzureTableBackend({ connectionString })
    return {
      insert: (place) => tables.change(table, { type: 'insert', entity: oursOf(place) as never }),
      async get(place) {
        const { entity } = await tables.get(table, partition, agentOf(place).rowKey)
        return entity['tokens'] as bigint
      },
      async query(tasksMin) {
        let count = 0
        let tokens = 0n
        let cursor: string | undefined
        do {
          const page = await tables.query(table, { filter: filterOf(tasksMin), cursor })
          for (const { entity } of page.entities) {
            count += 1
            tokens += entity['tokens'] as bigint
          }
          cursor = page.cursor
        } while (cursor !== undefined)
        return { count, tokens }
      },
      close: () => tables.close(),
    }
  },
}

const sdk: Kind = {
  name: 'bare SDK',
  version: versionOf('@azure/data-tables', import.meta.url),
  open({ connectionString }, table) {
    const client = TableClient.fromConnectionString(connectionString, table, {
      allowInsecureConnection: true,
    })
    return {
      insert(place) {
        const badgeOf = { type: 'Guid', value: badge } as const
        return client.createEntity({ ...agentOf(place), badge: badgeOf })
      },
      get: async (place) =>
        (await client.getEntity<Agent>(partition, agentOf(place).rowKey)).tokens,
      async query(tasksMin) {
        let count = 0
        let tokens = 0n
        const filter = odata`PartitionKey eq ${partition} and tasks ge ${tasksMin}`
        for await (const each of client.listEntities<Agent>({ queryOptions: { filter } })) {
          count += 1
          tokens += each.tokens
        }
        return { count, tokens }
      },
      close: async () => undefined,
    }
  },
}

type Work = (tables: Tables) => (first: number, operations: number) => Promise<void>

function rival(kind: Kind, isFilled: boolean, work: Work): Rival {
  const { name, version } = kind
  return {
    name,
    version,
    async setup() {
      const place = await sharedPlace()
      const table = `t${randomUUID().replaceAll('-', '')}`
      const service = TableServiceClient.fromConnectionString(place.connectionString, {
        allowInsecureConnection: true,
      })
      await service.createTable(table)
      const tables = await kind.open(place, table)
      if (isFilled) await inParallel(0, rows, inFlight, (n) => tables.insert(n))
      const run = work(tables)
      return {
        run: ({ index, operations }) => run(index * operations, operations),
        async teardown() {
          await tables.close()
          await service.deleteTable(table)
        },
      }
    },
  }
}

const inserting =
  (parallel: number): Work =>
  (tables) =>
  (first, operations) =>
    inParallel(first, operations, parallel, (n) => tables.insert(n))

const getting =
  (parallel: number): Work =>
  (tables) =>
  (first, operations) =>
    inParallel(first, operations, parallel, async (n) => {
      const place = (n * 37) % rows
      if ((await tables.get(place)) !== agentOf(place).tokens) throw new Error('another entity')
    })

const querying: Work = (tables) => async (_, operations) => {
  const { count, tokens } = await tables.query(rows - operations)
  const last = agentOf(rows - 1).tokens
  const n = BigInt(operations)
  if (count === operations && tokens === n * last - (n * (n - 1n)) / 2n) return
  throw new Error(`${count} entities in place of ${operations}`)
}

const common = {
  ours: store.name,
  measureMs: 2000,
  rounds: 9,
  promises: [{ against: sdk.name, atLeast: 0.9 }],
  share: () => shareAzurite(),
} satisfies Partial<Suite>

const kinds = [store, backend, sdk]
const entity = 'An entity of nine properties, one of each type and more'

const shape = (parallel: number): Pick<Suite, 'operationsPerBatch' | 'warmupBatches'> =>
  parallel === 1
    ? { operationsPerBatch: 1, warmupBatches: 200 }
    : { operationsPerBatch: 128, warmupBatches: 3 }

export default [
  ...[1, inFlight].flatMap((parallel) => [
    defineSuite({
      ...common,
      ...shape(parallel),
      name: `insert an entity, ${parallel} in flight`,
      about: `${entity}, all into one partition.`,
      rivals: kinds.map((kind) => rival(kind, false, inserting(parallel))),
    }),
    defineSuite({
      ...common,
      ...shape(parallel),
      name: `get an entity, ${parallel} in flight`,
      about: `${entity}, by its keys, among ${rows}.`,
      rivals: kinds.map((kind) => rival(kind, true, getting(parallel))),
    }),
  ]),
  defineSuite({
    ...common,
    name: 'query 1,000 entities',
    about: `${entity}, by partition and number, one page of them; an operation is an entity.`,
    operationsPerBatch: rows,
    rivals: kinds.map((kind) => rival(kind, true, querying)),
  }),
]
