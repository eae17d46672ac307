/** Tables: made, listed, deleted, missing. */
import assert from 'node:assert/strict'
import type { TableBackend, TablePage } from '../../../tables/backend.ts'
import { expectError } from '../../conformance/expectations.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import { entityOf, insert, put, queryAll, remove, update } from '../entities.ts'
import { expectEntity, expectNoTable, expectTable } from '../expectations.ts'

async function listed(
  backend: TableBackend,
  prefix?: string,
  limit?: number,
): Promise<TablePage[]> {
  const pages: TablePage[] = []
  let cursor: string | undefined
  do {
    const page: TablePage = await backend.listTables({ prefix, limit, cursor })
    pages.push(page)
    ;({ cursor } = page)
    if (pages.length > 5000) throw new Error('a list of tables does not end within 5,000 pages')
  } while (cursor !== undefined)
  return pages
}

async function namesOf(backend: TableBackend, prefix?: string, limit?: number): Promise<string[]> {
  return (await listed(backend, prefix, limit)).flatMap(({ tables }) => tables)
}

export const tableGroup: readonly TableCase[] = defineTableCases('table', [
  {
    name: 'create',
    title: 'a table is created once, and told to be there after that',
    async run(context) {
      const { backend } = context
      const table = context.newName()
      assert.equal(await backend.createTable(table), true, 'createTable() of a new name')
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      assert.equal(
        await backend.createTable(table),
        false,
        'createTable() of a table that is there',
      )
      await expectEntity(backend, table, entityOf('p', 'r', { a: 1 }), 'after createTable() again')
    },
  },
  {
    name: 'create-race',
    title: 'of many that create one table, exactly one is told that it did',
    async run(context) {
      const table = context.newName()
      const made = await Promise.all(
        Array.from({ length: 8 }, () => context.backend.createTable(table)),
      )
      assert.equal(made.filter(Boolean).length, 1, 'calls that were told to have created it')
    },
  },
  {
    name: 'case',
    title: 'names that differ in case only are one table',
    async run(context) {
      const { backend } = context
      const table = context.newName('Kit')
      await backend.createTable(table)
      const other = table.toUpperCase()
      assert.equal(await backend.createTable(other), false, 'createTable() in upper case')
      await insert(backend, other, entityOf('p', 'r', { a: 1 }))
      const [stored] = await queryAll(backend, table.toLowerCase())
      assert.deepEqual(stored?.entity, entityOf('p', 'r', { a: 1 }), 'entity by another name')
      assert.deepEqual(
        await namesOf(backend, table.toLowerCase()),
        [table],
        'name as it was written',
      )
      assert.equal(await backend.deleteTable(other), true, 'deleteTable() in upper case')
    },
  },
  {
    name: 'longest-name',
    title: 'names of 63 characters are names, and differ in the last',
    async run(context) {
      const { backend } = context
      const start = context.newName().padEnd(62, 'x')
      const names = ['a', 'b'].map((end) => context.keepName(`${start}${end}`))
      for (const [at, table] of names.entries()) {
        assert.equal(await backend.createTable(table), true, `createTable("${table}")`)
        await insert(backend, table, entityOf('p', 'r', { at }))
      }
      for (const [at, table] of names.entries()) {
        await expectTable(backend, table, [entityOf('p', 'r', { at })], 'of a longest name')
        assert.equal(await backend.deleteTable(table), true, `deleteTable("${table}")`)
      }
    },
  },
  {
    name: 'delete',
    title: 'a table goes with all that is in it',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      assert.equal(await backend.deleteTable(table), true, 'deleteTable()')
      assert.equal(await backend.deleteTable(table), false, 'deleteTable() of one that is gone')
      await expectNoTable(table, 'get() in a deleted table', () => backend.get(table, 'p', 'r'))
      assert.deepEqual(await namesOf(backend, table), [], 'names after deleteTable()')
    },
  },
  {
    name: 'recreate',
    title: 'a table that was deleted can be created again at once, and is empty',
    requires: 'recreatesAtOnce',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const first = await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      await backend.deleteTable(table)
      assert.equal(await backend.createTable(table), true, 'createTable() after deleteTable()')
      await expectTable(backend, table, [], 'that was created again')
      const second = await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      assert.notEqual(second, first, 'etag in a table that was created again')
    },
  },
  {
    name: 'missing',
    title: 'every method tells that there is no such table, and which',
    async run(context) {
      const { backend } = context
      const table = context.newName()
      const entity = entityOf('p', 'r', { a: 1 })
      const calls: [string, () => Promise<unknown>][] = [
        ['get()', () => backend.get(table, 'p', 'r')],
        ['query()', () => backend.query(table)],
        ['insert', () => insert(backend, table, entity)],
        ['upsert', () => put(backend, table, entity)],
        ['update', () => backend.change(table, update(entity))],
        ['update with ifMatch', () => backend.change(table, update(entity, 'W/"none"'))],
        ['delete', () => backend.change(table, remove('p', 'r'))],
        ['transact()', () => backend.transact(table, [{ type: 'insert', entity }])],
      ]
      for (const [doing, call] of calls) await expectNoTable(table, `${doing}, no table`, call)
      assert.deepEqual(await namesOf(backend, table), [], 'tables that calls made by the way')
    },
  },
  {
    name: 'list',
    title: 'tables are listed in order, by pages of any size, of a prefix only',
    async run(context) {
      const { backend } = context
      const prefix = context.newName().slice(0, 30)
      const names = ['a1', 'a10', 'a2', 'b', 'ba', 'c0', 'z9'].map((end) => `${prefix}${end}`)
      const kept = names.map((name) => context.keepName(name))
      await Promise.all(kept.toReversed().map((name) => backend.createTable(name)))
      assert.deepEqual(await namesOf(backend, prefix), names, 'names of a prefix')
      assert.deepEqual(await namesOf(backend, `${prefix}a`), names.slice(0, 3), 'names of "a"')
      assert.deepEqual(await namesOf(backend, `${prefix}q`), [], 'names of a prefix of none')
      for (const limit of [1, 2, 3, 7]) {
        const pages = await listed(backend, prefix, limit)
        for (const { tables } of pages) assert.ok(tables.length <= limit, `page over ${limit}`)
        const all = pages.flatMap(({ tables }) => tables)
        assert.deepEqual(all, names, `names by pages of ${limit}`)
      }
      const whole = (await namesOf(backend)).filter((name) => name.startsWith(prefix))
      assert.deepEqual(whole, names, 'names without a prefix')
    },
  },
  {
    name: 'list-case',
    title: 'tables are listed without regard to case, as they were written',
    async run(context) {
      const { backend } = context
      const prefix = context.newName().slice(0, 30)
      const names = ['Aa', 'aB', 'AC', 'b', 'Ba'].map((end) => `${prefix}${end}`)
      await Promise.all(names.map((name) => backend.createTable(context.keepName(name))))
      assert.deepEqual(await namesOf(backend, prefix), names, 'names')
      assert.deepEqual(await namesOf(backend, prefix.toUpperCase(), 2), names, 'PREFIX in pages')
    },
  },
  {
    name: 'list-stable',
    title: 'pages of names are stable while tables come and go',
    async run(context) {
      const { backend } = context
      const prefix = context.newName().slice(0, 30)
      const names = ['b', 'd', 'f', 'h'].map((end) => context.keepName(`${prefix}${end}`))
      for (const name of names) await backend.createTable(name)
      const first = await backend.listTables({ prefix, limit: 2 })
      assert.deepEqual(first.tables, names.slice(0, 2), 'the first page')
      await backend.createTable(context.keepName(`${prefix}a`))
      await backend.deleteTable(names[1]!)
      const second = await backend.listTables({ prefix, limit: 2, cursor: first.cursor! })
      assert.deepEqual(second.tables, names.slice(2), 'the second page')
    },
  },
  {
    name: 'list-cursor',
    title: 'a cursor of names that is damaged, or of another prefix, is refused',
    async run(context) {
      const { backend } = context
      const prefix = context.newName().slice(0, 30)
      for (const end of ['a', 'b']) await backend.createTable(context.keepName(`${prefix}${end}`))
      const { cursor } = await backend.listTables({ prefix, limit: 1 })
      assert.ok(cursor !== undefined, 'cursor of the first of two pages')
      const options = { limit: 1, cursor }
      for (const [doing, call] of [
        ['of another prefix', () => backend.listTables({ ...options, prefix: `${prefix}a` })],
        ['damaged', () => backend.listTables({ ...options, prefix, cursor: 'x' })],
      ] as const) {
        await expectError('INVALID_ARGUMENT', `listTables() with a cursor ${doing}`, call)
      }
    },
  },
  {
    name: 'apart',
    title: 'tables hold their own entities',
    async run(context) {
      const { backend } = context
      const [one, two] = [await context.newTable(), await context.newTable()]
      await insert(backend, one, entityOf('p', 'r', { in: 1 }))
      await insert(backend, two, entityOf('p', 'r', { in: 2 }))
      await backend.change(one, remove('p', 'r'))
      await expectTable(backend, one, [], 'whose entity was deleted')
      await expectTable(backend, two, [entityOf('p', 'r', { in: 2 })], 'beside it')
    },
  },
])
