/** Queries: order, pages, cursors, selections. */
import assert from 'node:assert/strict'
import type { Entity } from '../../../tables/entity.ts'
import type { FilterNode } from '../../../tables/filter.ts'
import { parseFilter } from '../../../tables/filter-parser.ts'
import { matches } from '../../../tables/matches.ts'
import { compareEntityKeys } from '../../../tables/text-order.ts'
import { expectError } from '../../conformance/expectations.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import { entityOf, fill, insert, namesOf, pagesOf, put, queryAll, remove } from '../entities.ts'
import { expectPages } from '../expectations.ts'

/** Keys whose order tells UTF-16 from UTF-8, from a locale's, from one without case. */
const orderedKeys: readonly string[] = [
  ...['', '!', '0', '00', '1', '10', '2', 'A', 'B', 'Z', '_', 'a', 'a ', 'a-', 'aa', 'b', 'z'],
  ...['e\u0301', 'é', '\ud7ff', '\u{1f600}', '\u{1f601}', '\ue000', '\uff5e', '\uffff'],
]

function grid(partitions: readonly string[], rows: readonly string[]): Entity[] {
  return partitions.flatMap((partition) =>
    rows.map((row, at) => entityOf(partition, row, { at, even: at % 2 === 0 })),
  )
}

function numbered(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `r${String(at).padStart(5, '0')}`)
}

const evenOnly: FilterNode = parseFilter('even eq true')

export const queryGroup: readonly TableCase[] = defineTableCases('query', [
  {
    name: 'order',
    title: 'entities come by partition key, then row key, each by UTF-16 code units',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = grid(orderedKeys, orderedKeys.toReversed())
      await fill(backend, table, context.random.shuffle(entities))
      const expected = namesOf(
        entities
          .map((entity) => ({ entity }))
          .sort((a, b) => compareEntityKeys(a.entity, b.entity)),
      )
      for (const limit of [undefined, 7, 100])
        await expectPages(backend, table, { limit }, expected)
    },
  },
  {
    name: 'pages',
    title: 'pages of any size give each entity once, with a filter and without',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = grid(['p', 'q'], numbered(12))
      await fill(backend, table, entities)
      const all = namesOf(entities.map((entity) => ({ entity })))
      const even = all.filter((_, at) => at % 2 === 0)
      for (const limit of [1, 2, 5, 12, 23, 24, 25]) {
        await expectPages(backend, table, { limit }, all)
        await expectPages(backend, table, { limit, filter: evenOnly }, even)
      }
    },
  },
  {
    name: 'ranges',
    title: 'pages of any size give what lies in a range of keys, in one partition and in all',
    timeFactor: 4,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = grid(['', 'p', 'q', 'q\uffff'], ['', ...numbered(5)])
      await fill(backend, table, entities)
      const ofRows = ["RowKey eq 'r00002'", "RowKey gt 'r00000' and RowKey le 'r00003'"]
      const ofPartitions = [
        "PartitionKey eq 'q'",
        "PartitionKey ge 'p' and PartitionKey lt 'q\uffff'",
      ]
      const texts = [
        ...[...ofRows, "RowKey ge 'r00003'", "RowKey lt 'r00001'", 'not (even)'],
        ...ofPartitions.flatMap((partition) => ofRows.map((row) => `${partition} and ${row}`)),
        "PartitionKey lt 'p' or PartitionKey eq 'q' and RowKey ne 'r00001'",
        "not (PartitionKey eq 'p' or RowKey lt 'r00004')",
      ]
      for (const filter of texts.map(parseFilter)) {
        const expected = entities.filter((entity) => matches(entity, new Date(0), filter))
        const names = namesOf(expected.map((entity) => ({ entity })))
        for (const limit of [1, 2, undefined]) {
          await expectPages(backend, table, { limit, filter }, names)
        }
      }
    },
  },
  {
    name: 'many',
    title: 'more entities than a page holds come all',
    timeFactor: 4,
    async run(context) {
      const { backend, capabilities } = context
      const table = await context.newTable()
      const entities = grid(['p', 'q', 'r'], numbered(900))
      await fill(backend, table, entities)
      const all = namesOf(entities.map((entity) => ({ entity })))
      await expectPages(backend, table, {}, all)
      const pages = await pagesOf(backend, table)
      assert.ok(pages.length > 1, 'a page of 2,700 entities')
      assert.ok(capabilities.queryPageMax <= 2700, 'queryPageMax holds a page in bounds')
      const few = parseFilter("RowKey eq 'r00899'")
      await expectPages(backend, table, { filter: few }, ['p/r00899', 'q/r00899', 'r/r00899'])
    },
  },
  {
    name: 'empty',
    title: 'a query that nothing satisfies ends without entities',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await expectPages(backend, table, {}, [])
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      for (const text of [
        "PartitionKey eq 'q'",
        'a eq 2',
        'b eq 1',
        "RowKey lt ''",
        'RowKey eq 5',
      ]) {
        await expectPages(backend, table, { filter: parseFilter(text) }, [])
      }
    },
  },
  {
    name: 'stable',
    title: 'pages are stable while entities come and go: those that stay come once',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const rows = numbered(20)
      await fill(backend, table, grid(['p'], rows))
      const seen: string[] = []
      let cursor: string | undefined
      do {
        const page = await backend.query(table, { limit: 4, cursor })
        const names = page.entities.map(({ entity }) => entity.rowKey)
        seen.push(...names)
        const last = names.at(-1)
        if (last !== undefined) {
          // The last of the page, one before it, and one that is still to come.
          await backend.change(table, remove('p', last))
          await put(backend, table, entityOf('p', `${rows[0]}x${seen.length}`, { late: true }))
          await put(backend, table, entityOf('p', `${last}x`, { late: true }))
        }
        ;({ cursor } = page)
        assert.ok(seen.length < 100, 'a query of 20 entities does not end')
      } while (cursor !== undefined)
      assert.equal(new Set(seen).size, seen.length, 'entities that came twice')
      const original = seen.filter((row) => !row.includes('x'))
      assert.deepEqual(original, rows, 'entities that were there from the start')
    },
  },
  {
    name: 'cursor',
    title: 'a cursor that is damaged, or of another query, is refused',
    async run(context) {
      const { backend } = context
      const [table, other] = [await context.newTable(), await context.newTable()]
      await fill(backend, table, grid(['p'], numbered(6)))
      await fill(backend, other, grid(['p'], numbered(6)))
      const options = { limit: 2, filter: evenOnly, select: ['at'] }
      const { cursor } = await backend.query(table, { ...options, limit: 1 })
      assert.ok(cursor !== undefined, 'cursor of the first page of several')
      const calls: [string, () => Promise<unknown>][] = [
        ['of another table', () => backend.query(other, { ...options, cursor })],
        ['of a filter', () => backend.query(table, { limit: 2, select: ['at'], cursor })],
        [
          'of another filter',
          () => backend.query(table, { ...options, filter: parseFilter('at gt 1'), cursor }),
        ],
        ['of a selection', () => backend.query(table, { limit: 2, filter: evenOnly, cursor })],
        ['of another selection', () => backend.query(table, { ...options, select: ['x'], cursor })],
        ['cut', () => backend.query(table, { ...options, cursor: cursor.slice(0, 5) })],
        ['damaged', () => backend.query(table, { ...options, cursor: `AAAA${cursor}` })],
        ['of text', () => backend.query(table, { ...options, cursor: 'p/r' })],
        ['of JSON', () => backend.query(table, { ...options, cursor: '[1,2,3]' })],
      ]
      for (const [doing, call] of calls) {
        await expectError('INVALID_ARGUMENT', `query() with a cursor ${doing}`, call)
      }
      const page = await backend.query(table, { ...options, cursor })
      assert.deepEqual(namesOf(page.entities), ['p/r00002', 'p/r00004'], 'the page behind it')
    },
  },
  {
    name: 'cursor-limit',
    title: 'the size of pages may change from page to page',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fill(backend, table, grid(['p'], numbered(6)))
      const first = await backend.query(table, { limit: 1 })
      const second = await backend.query(table, { limit: 3, cursor: first.cursor! })
      const third = await backend.query(table, { cursor: second.cursor! })
      const pages = [first, second, third].map(({ entities }) => entities.length)
      assert.deepEqual(pages, [1, 3, 2], 'entities of pages of 1, 3 and all')
    },
  },
  {
    name: 'strange-cursor',
    title: 'a page may end at a key of any legal text',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const keys = [
        '',
        "it's",
        '%2F',
        'a b',
        'é',
        '\u{1f600}',
        '&=+',
        '"',
        '\uff5e',
        'x'.repeat(512),
      ]
      const entities = grid(keys, keys)
      await fill(backend, table, entities)
      const expected = namesOf(
        entities
          .map((entity) => ({ entity }))
          .sort((a, b) => compareEntityKeys(a.entity, b.entity)),
      )
      await expectPages(backend, table, { limit: 3 }, expected)
    },
  },
  {
    name: 'whole',
    title: 'a query gives what get gives',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fill(backend, table, grid(['p'], numbered(5)))
      await put(backend, table, entityOf('p', 'none'))
      for (const stored of await queryAll(backend, table)) {
        const { partitionKey, rowKey } = stored.entity
        assert.deepStrictEqual(await backend.get(table, partitionKey, rowKey), stored, rowKey)
      }
    },
  },
])
