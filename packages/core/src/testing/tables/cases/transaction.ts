/** Transactions: all or none, in order, and seen so. */
import assert from 'node:assert/strict'
import type { TableBackend, TableChange } from '../../../tables/backend.ts'
import type { Entity } from '../../../tables/entity.ts'
import { expectError } from '../../conformance/expectations.ts'
import { watchDuring, winnersOf, wins } from '../../conformance/racing.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import { entityOf, etagOf, insert, movesOf, put, queryAll, remove, update } from '../entities.ts'
import { expectEntity, expectTable } from '../expectations.ts'

const there: readonly Entity[] = ['a', 'b', 'c', 'd'].map((rowKey) =>
  entityOf('p', rowKey, { was: 'old', number: 1 }),
)

/** Every kind of change, each of an entity of its own. */
function mixed(etagOfD: string): TableChange[] {
  return [
    { type: 'insert', entity: entityOf('p', 'new', { a: 1 }) },
    { type: 'upsert', mode: 'merge', entity: entityOf('p', 'a', { more: 2 }) },
    { type: 'upsert', mode: 'replace', entity: entityOf('p', 'b', { only: 3 }) },
    { type: 'upsert', mode: 'merge', entity: entityOf('p', 'upserted', { a: 4 }) },
    update(entityOf('p', 'c', { more: 5 }), undefined, 'merge'),
    remove('p', 'd', etagOfD),
  ]
}

const afterMixed: readonly Entity[] = [
  entityOf('p', 'new', { a: 1 }),
  entityOf('p', 'a', { was: 'old', number: 1, more: 2 }),
  entityOf('p', 'b', { only: 3 }),
  entityOf('p', 'upserted', { a: 4 }),
  entityOf('p', 'c', { was: 'old', number: 1, more: 5 }),
]

/** Changes that fail, each with the code that it gives. */
const failing: readonly (readonly [string, string, TableChange])[] = [
  ['insert of what is there', 'ALREADY_EXISTS', { type: 'insert', entity: there[0]! }],
  ['update of what is missing', 'NOT_FOUND', update(entityOf('p', 'none', { a: 1 }))],
  ['delete of what is missing', 'NOT_FOUND', remove('p', 'none')],
]

async function prepared(backend: TableBackend, table: string): Promise<string[]> {
  const etags: string[] = []
  for (const entity of there) etags.push(await insert(backend, table, entity))
  return etags
}

export const transactionGroup: readonly TableCase[] = defineTableCases('transaction', [
  {
    name: 'mixed',
    title: 'changes of every kind are made together, and their outcomes come in order',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etags = await prepared(backend, table)
      const outcomes = await backend.transact(table, mixed(etags[3]!))
      await expectTable(backend, table, afterMixed, 'after a transaction')
      assert.equal(outcomes.length, 6, 'outcomes of 6 changes')
      for (const [at, entity] of afterMixed.entries()) {
        const etag = etagOf(outcomes[at]!)
        await expectEntity(backend, table, entity, `by outcome ${at}`, etag)
        await backend.change(table, update(entity, etag))
      }
      assert.equal(outcomes[5]!.etag, undefined, 'etag of the delete')
    },
  },
  {
    name: 'one',
    title: 'a transaction may be of one change, and a hundred fit',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = Array.from({ length: 100 }, (_, at) =>
        entityOf('p', String(at).padStart(3, '0'), { at, text: 'x'.repeat(1000) }),
      )
      const alone: TableChange[] = [{ type: 'insert', entity: entityOf('q', 'r') }]
      await backend.transact(table, alone)
      const again = await expectError('ALREADY_EXISTS', 'transact() of one, again', () =>
        backend.transact(table, alone),
      )
      assert.ok(again.message.includes('Change 1 of 1'), `its error says "${again.message}"`)
      const inserts = entities.map((entity): TableChange => ({ type: 'insert', entity }))
      const outcomes = await backend.transact(table, inserts)
      assert.equal(outcomes.length, 100, 'outcomes of 100 changes')
      await expectTable(backend, table, [...entities, entityOf('q', 'r')], 'after 100 inserts')
      await backend.transact(
        table,
        entities.map(({ rowKey }, at) => remove('p', rowKey, etagOf(outcomes[at]!))),
      )
      await expectTable(backend, table, [entityOf('q', 'r')], 'after 100 deletes')
    },
  },
  {
    name: 'large',
    title: 'a transaction of nearly 4 MiB fits',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = Array.from({ length: 100 }, (_, at) =>
        entityOf('p', String(at).padStart(3, '0'), { text: String(at % 10).repeat(32_000) }),
      )
      await backend.transact(
        table,
        entities.map((entity): TableChange => ({ type: 'insert', entity })),
      )
      await expectTable(backend, table, entities, 'after a large transaction')
    },
  },
  {
    name: 'all-or-none',
    title: 'a change that fails, at whatever place, undoes all, and the error names the place',
    timeFactor: 4,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etags = await prepared(backend, table)
      const good: TableChange[] = [
        { type: 'insert', entity: entityOf('p', 'new', { a: 1 }) },
        { type: 'upsert', mode: 'replace', entity: entityOf('p', 'b', { only: 3 }) },
        update(entityOf('p', 'c', { more: 5 }), undefined, 'merge'),
        remove('p', 'd'),
      ]
      const stale = update(entityOf('p', 'a', { a: 1 }), etags[3])
      const bad = [...failing, ['update of another version', 'PRECONDITION_FAILED', stale] as const]
      for (const [kind, code, change] of bad) {
        for (let at = 0; at <= good.length; at++) {
          const changes = good.toSpliced(at, 0, change)
          const doing = `transact() with ${kind} at place ${at + 1}`
          const error = await expectError(code as 'CONFLICT', doing, () =>
            backend.transact(table, changes),
          )
          const place = `Change ${at + 1} of ${changes.length}`
          assert.ok(error.message.includes(place), `${doing} says "${error.message}", no place`)
          const keys = change.type === 'delete' ? change : change.entity
          assert.equal(error.key, `${table}/p/${keys.rowKey}`, `key of the error of ${doing}`)
        }
        await expectTable(backend, table, there, `after transactions with ${kind}`)
      }
      for (const [at, entity] of there.entries()) {
        await expectEntity(backend, table, entity, 'after all of them', etags[at])
      }
    },
  },
  {
    name: 'partitions',
    title: 'partitions of the same rows are changed apart',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, entityOf('q', 'a', { stays: true }))
      await prepared(backend, table)
      await backend.transact(
        table,
        there.map(({ rowKey }) => remove('p', rowKey)),
      )
      const kept = entityOf('q', 'a', { stays: true })
      await expectTable(backend, table, [kept], 'after the other partition was emptied')
    },
  },
  {
    name: 'strange-keys',
    title: 'keys that are strange to the way of a transaction pass it whole',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const keys = ['', "it's", '%2F', 'a b', 'é', '\u{1f600}', '&=+', "')", '--batch', '\uff5e']
      for (const partitionKey of keys) {
        const entities = keys.map((rowKey) => entityOf(partitionKey, rowKey, { rowKey_: rowKey }))
        await backend.transact(
          table,
          entities.map((entity): TableChange => ({ type: 'insert', entity })),
        )
        const outcomes = await backend.transact(
          table,
          entities.map((entity) => update({ ...entity, more: 1 })),
        )
        for (const [at, entity] of entities.entries()) {
          const expected = { ...entity, more: 1 }
          await expectEntity(backend, table, expected, 'by transaction', etagOf(outcomes[at]!))
        }
        await backend.transact(
          table,
          keys.map((rowKey) => remove(partitionKey, rowKey)),
        )
      }
      await expectTable(backend, table, [], 'after all were deleted by transactions')
    },
  },
  {
    name: 'race',
    title: 'of transactions that insert one entity, exactly one is made, whole',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const rounds = context.count(10)
      for (let round = 0; round < rounds; round++) {
        const racers = Array.from({ length: 6 }, (_, racer) => {
          const own = entityOf('p', `${round}-own-${racer}`, { racer })
          const shared = entityOf('p', `${round}-shared`, { racer })
          const changes = [own, shared].map((entity): TableChange => ({ type: 'insert', entity }))
          return wins(backend.transact(table, changes), 'ALREADY_EXISTS')
        })
        const won = await winnersOf(racers)
        assert.equal(won.length, 1, `transactions that won round ${round}: ${won.join()}`)
        const shared = entityOf('p', `${round}-shared`, { racer: won[0]! })
        await expectEntity(backend, table, shared, 'is the winner’s')
      }
      const all = await queryAll(backend, table)
      assert.equal(all.length, rounds * 2, 'entities: two of each winner')
    },
  },
  {
    name: 'seen-whole',
    title: 'who queries during transactions sees each whole or not at all',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await backend.transact(table, movesOf(0))
      const work = async (): Promise<void> => {
        for (let number = 1; number <= context.count(60); number++) {
          await backend.transact(table, movesOf(number))
        }
      }
      const look = async (): Promise<void> => {
        const rows = await queryAll(backend, table)
        const numberOf = (key: string): unknown =>
          rows.find(({ entity }) => entity.rowKey === key)?.entity['number']
        const [left, right] = [numberOf('left'), numberOf('right')]
        assert.equal(left, right, 'numbers of two rows that change together')
        assert.equal(rows.length, Number(left) + 3, `rows beside number ${String(left)}`)
      }
      await watchDuring(work, [look, look])
    },
  },
  {
    name: 'beside-changes',
    title: 'single changes beside transactions are lost by neither',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const count = context.count(40)
      const numbers = Array.from({ length: count }, (_, at) => at)
      await Promise.all([
        ...numbers.map((at) => put(backend, table, entityOf('p', `single${at}`, { at }))),
        ...numbers.map((at) => {
          const rows = [entityOf('p', `t${at}a`, { at }), entityOf('p', `t${at}b`, { at })]
          const changes = rows.map((entity): TableChange => ({ type: 'insert', entity }))
          return backend.transact(table, changes)
        }),
      ])
      assert.equal((await queryAll(backend, table)).length, count * 3, 'entities of all writers')
    },
  },
])
