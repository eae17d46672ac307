/**
 * The same filters over the same entities give the same rows on Azurite, on SQLite and in memory.
 *
 * AOS_FILTERS asks for more filters, AOS_FILTERS_SEED for those of another run.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AzureTableStore } from '@aos-storage/backend-azure'
import { SqliteTableStore } from '@aos-storage/backend-file'
import {
  type Entity,
  type FilterNode,
  formatFilter,
  openTables,
  type TableStore,
  type TableValue,
} from '@aos-storage/core'
import { chooseSeed, seededRandom } from '@aos-storage/core/testing'
import { describeWithService } from '@aos-tooling/services/vitest'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { deviations } from './differential/azurite-deviations.ts'
import { anyEntities } from './differential/entities.ts'
import { anyFilter, comparisonsOf } from './differential/filters.ts'

const filtersMin = Number(process.env['AOS_FILTERS'] ?? 2000)
const seed = Number(process.env['AOS_FILTERS_SEED'] ?? chooseSeed())
const entitiesPerTable = 120
const table = 'Filtered'
/** Filters that are on their way at once. */
const lanes = 6

describeWithService('azurite', (service) => {
  const random = seededRandom(seed)
  const entities = anyEntities(random, entitiesPerTable)
  let folder: string
  let azure: TableStore
  let others: readonly TableStore[]

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aos-differential-'))
    azure = new AzureTableStore({ connectionString: service.url })
    const sqlite = new SqliteTableStore({ basePath: folder, durability: 'none' })
    others = [sqlite, await openTables('memory')]
    await Promise.all([azure, ...others].map((store) => fill(store, entities)))
  }, 60_000)
  afterAll(async () => {
    await Promise.all([azure, ...others].map((store) => store.close()))
    await rm(folder, { recursive: true, force: true })
  })

  it(
    `agree on ${filtersMin} filters (seed ${seed})`,
    { timeout: 60_000 + filtersMin * 100 },
    async () => {
      const tally = new Tally()
      const valuesOf = (property: string): TableValue[] =>
        entities.flatMap((entity) => valueOf(entity, property) ?? [])
      const lane = async (): Promise<void> => {
        while (tally.compared < filtersMin) {
          const filter = anyFilter(random, valuesOf)
          const text = formatFilter(filter)
          const [sqlite, memory] = await Promise.all(others.map((store) => rowsOf(store, filter)))
          expect(sqlite, `in memory: ${text}`).toEqual(memory)
          const spoilt = spoiltBy(filter, entities, tally)
          if (spoilt === 'all') continue
          const kept = (rows: readonly string[]): string[] => rows.filter((row) => !spoilt.has(row))
          expect(kept(await rowsOf(azure, filter)), `on Azurite: ${text}`).toEqual(kept(sqlite!))
          tally.count(sqlite!.length, spoilt.size === 0)
        }
      }
      await Promise.all(Array.from({ length: lanes }, lane))
      process.stdout.write(`\n${tally.report()}\n`)
      expect(tally.compared).toBeGreaterThanOrEqual(filtersMin)
      // Filters that all give nothing, or everything, would compare nothing.
      expect(tally.withRows).toBeGreaterThan(filtersMin / 3)
    },
  )
})

/** What the filters met. Only filters whose every row was compared count as compared. */
class Tally {
  compared = 0
  withRows = 0
  #partly = 0
  #unanswered = 0
  readonly #met = new Map<string, number>()

  count(rows: number, isWhole: boolean): void {
    if (!isWhole) this.#partly++
    else this.compared++
    if (isWhole && rows > 0 && rows < entitiesPerTable) this.withRows++
  }

  unanswered(): void {
    this.#unanswered++
  }

  meet(name: string): void {
    this.#met.set(name, (this.#met.get(name) ?? 0) + 1)
  }

  report(): string {
    const lines = [
      `${this.compared} filters compared row by row (${this.withRows} with some rows, not all), ` +
        `${this.#partly} but for some rows, ${this.#unanswered} not, as Azurite answers 500; ` +
        `seed ${seed}`,
      ...deviations.map(({ name, reason }) => `  ${this.#met.get(name) ?? 0} x ${name}: ${reason}`),
    ]
    return lines.join('\n')
  }
}

/** The rows that Azurite gets wrong for its own reasons; `all` when it does not answer. */
function spoiltBy(
  filter: FilterNode,
  entities: readonly Entity[],
  tally: Tally,
): ReadonlySet<string> | 'all' {
  const comparisons = comparisonsOf(filter)
  const rows = new Set<string>()
  const met = new Set<string>()
  let isAnswered = true
  for (const entity of entities) {
    for (const { property, operator, value } of comparisons) {
      for (const { name, spoils, meets } of deviations) {
        if (!meets(valueOf(entity, property), operator, value)) continue
        met.add(name)
        if (spoils === 'filter') isAnswered = false
        rows.add(nameOf(entity))
      }
    }
  }
  for (const name of met) tally.meet(name)
  if (isAnswered) return rows
  tally.unanswered()
  return 'all'
}

/** What a filter sees under a name. */
function valueOf(entity: Entity, property: string): TableValue | undefined {
  if (property === 'PartitionKey') return entity.partitionKey
  if (property === 'RowKey') return entity.rowKey
  // Any time between the two that filters ask for.
  return property === 'Timestamp' ? new Date('2100-01-01') : entity[property]
}

function nameOf({ partitionKey, rowKey }: Entity): string {
  return JSON.stringify([partitionKey, rowKey])
}

async function rowsOf(store: TableStore, filter: FilterNode): Promise<string[]> {
  const rows: string[] = []
  for await (const { entity } of store.query(table, { filter, select: [] })) {
    rows.push(nameOf(entity))
  }
  return rows
}

async function fill(store: TableStore, entities: readonly Entity[]): Promise<void> {
  await store.createTable(table)
  for (const partition of Map.groupBy(entities, ({ partitionKey }) => partitionKey).values()) {
    for (let at = 0; at < partition.length; at += 100) {
      const changes = partition.slice(at, at + 100)
      await store.transact(
        table,
        changes.map((entity) => ({ type: 'insert', entity }) as const),
      )
    }
  }
}
