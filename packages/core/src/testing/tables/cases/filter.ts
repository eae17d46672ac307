/** Filters: each operator on each type, and what no value can change. */
import assert from 'node:assert/strict'
import type { ComparisonOperator, FilterNode } from '../../../tables/filter.ts'
import { and, not, odata, or, where } from '../../../tables/filter-builder.ts'
import { parseFilter } from '../../../tables/filter-parser.ts'
import type { TableValue } from '../../../tables/entity.ts'
import type { TableBackend } from '../../../tables/backend.ts'
import type { Definition } from '../../kit/case.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import { entityOf, fill, namesOf, put, queryAll, valuesByType } from '../entities.ts'
import { expectFilters } from '../expectations.ts'
import { randomEntities, randomFilter } from '../random-filter.ts'

const equality: readonly ComparisonOperator[] = ['eq', 'ne']
const ordering: readonly ComparisonOperator[] = ['gt', 'ge', 'lt', 'le']

/** Each value in a row of its own, and a row without. */
async function fillValues(
  backend: TableBackend,
  table: string,
  values: readonly TableValue[],
): Promise<void> {
  const rows = values.map((value, at) => entityOf('p', String(at).padStart(4, '0'), { value }))
  await fill(backend, table, [...rows, entityOf('p', 'none'), entityOf('p', 'other', { b: 1 })])
}

function comparisons(
  operators: readonly ComparisonOperator[],
  values: readonly TableValue[],
): FilterNode[] {
  return operators.flatMap((operator) =>
    values.map((value): FilterNode => ({ type: 'comparison', operator, property: 'value', value })),
  )
}

/** Two cases a type: equality, and order, which services know less well. */
const typeCases: readonly Definition<TableCase>[] = Object.entries(valuesByType).flatMap(
  ([type, values]) =>
    [['equal', equality] as const, ['order', ordering] as const].map(
      ([name, operators]): Definition<TableCase> => ({
        name: `${type.replaceAll(' ', '-')}-${name}`,
        title: `${operators.join(', ')} find values of type ${type}`,
        timeFactor: 3,
        async run(context) {
          const { backend } = context
          const table = await context.newTable()
          await fillValues(backend, table, values)
          await expectFilters(backend, table, comparisons(operators, values))
        },
      }),
    ),
)

const hostile: readonly string[] = [
  ...["'", "''", "' or 'a' eq 'a", "x' or PartitionKey ne '", "') or (value ne '", '%27', '%2527'],
  ...['\\', "\\' or 1 eq 1", '&$top=1', '?', '#', '+', ' ', '"', '\n', '\0', "'--", "guid'x'", '1'],
  ...["datetime'2026-01-01T00:00:00Z'", 'true', 'null', '\u{1f600}', 'é', "a''b", "'a'"],
]

export const filterGroup: readonly TableCase[] = defineTableCases('filter', [
  ...typeCases,
  {
    name: 'missing',
    title: 'a property that is missing satisfies no comparison, and each that is negated',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fill(backend, table, [
        entityOf('p', 'a', { value: 1 }),
        entityOf('p', 'b', { value: 'text' }),
        entityOf('p', 'none'),
      ])
      const filters = [...equality, ...ordering].flatMap((operator) =>
        [1, 'text', true, 5n].map((value): FilterNode => {
          return { type: 'comparison', operator, property: 'lacking', value }
        }),
      )
      await expectFilters(backend, table, [...filters, ...filters.map((filter) => not(filter))])
      const found = await queryAll(backend, table, { filter: not(where('value').eq(1)) })
      assert.deepEqual(namesOf(found), ['p/b', 'p/none'], 'not (value eq 1)')
    },
  },
  {
    name: 'other-type-equal',
    title: 'eq finds values of its own type only',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const values: TableValue[] = [
        ...['5', 'true', '2026-01-01T00:00:00.000Z', 'NQ==', 5, 5.5, true, 1, 0, false],
        ...[new Date('2026-01-01T00:00:00.000Z'), Uint8Array.of(5)],
      ]
      await fillValues(backend, table, values)
      await expectFilters(backend, table, comparisons(['eq'], values))
    },
  },
  {
    name: 'other-type',
    title: 'a comparison with a value of another type is false, also ne',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const values = Object.values(valuesByType).flatMap((all) => [all[1] ?? all[0]!, all.at(-1)!])
      await fillValues(backend, table, values)
      await expectFilters(backend, table, comparisons([...equality, ...ordering], values))
    },
  },
  {
    name: 'mixed-numbers',
    title: 'whole and broken numbers compare with each other',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const values = [-3, -2.5, -1, 0, 0.5, 1, 1.5, 2, 2.5, 1e10, 12345678901]
      await fillValues(backend, table, values)
      await expectFilters(backend, table, comparisons([...equality, ...ordering], values))
    },
  },
  {
    name: 'keys',
    title: 'keys are compared by UTF-16 code units, in ranges of each kind',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const keys = ['', "it's", 'A', 'a', 'ab', 'b', 'é', '\ud7ff', '\u{1f600}', '\uff5e']
      await fill(
        backend,
        table,
        keys.flatMap((partition) => keys.map((row) => entityOf(partition, row, { a: 1 }))),
      )
      const [pk, rk] = [where('partitionKey'), where('rowKey')]
      const filters = keys.flatMap((key) => [
        ...[pk.eq(key), pk.gt(key), pk.le(key), rk.ne(key), rk.lt(key), rk.ge(key)],
        ...[and(pk.eq(key), rk.ge('a')), and(pk.eq('a'), rk.gt(key)), or(pk.eq(key), rk.eq(key))],
        ...[and(pk.ge(key), pk.lt('b')), not(pk.eq(key)), not(or(pk.lt(key), rk.gt('a')))],
        ...[pk.startsWith(key), and(pk.eq('a'), rk.startsWith(key))],
      ])
      await expectFilters(backend, table, filters)
    },
  },
  {
    name: 'prefix',
    title: 'startsWith finds what begins so, and nothing behind it',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const texts = ['', 'a', 'ab', 'abc', 'b', 'a\uffff', 'a\uffffz', '\ud7ff', '\ud7ffx']
      await fillValues(backend, table, [
        ...texts,
        '\u{1f600}',
        '\u{1f600}x',
        '\u{10ffff}',
        '\ue000',
      ])
      for (const text of [...texts, '\u{1f600}', '\u{10ffff}']) {
        const filter = where('value').startsWith(text)
        const found = await queryAll(backend, table, { filter })
        const wrong = found.filter(({ entity }) => !String(entity['value']).startsWith(text))
        assert.deepEqual(namesOf(wrong), [], `rows that do not begin with ${JSON.stringify(text)}`)
        await expectFilters(backend, table, [filter])
      }
    },
  },
  {
    name: 'logic',
    title: 'and, or and not, nested in one another',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const rows = Array.from({ length: 16 }, (_, at) =>
        entityOf('p', at.toString(2).padStart(4, '0'), {
          a: (at & 1) > 0,
          b: (at & 2) > 0,
          c: at >> 2,
          ...((at & 8) > 0 ? { d: 'there' } : {}),
        }),
      )
      await fill(backend, table, rows)
      const texts = [
        'a eq true and b eq true or c eq 0',
        'a eq true and (b eq true or c eq 0)',
        'a or b and c gt 1',
        '(a or b) and c gt 1',
        'not (a eq true and b eq true)',
        'not (a) and not (b)',
        'not (not (a eq true))',
        "not (d eq 'there') and not (c eq 1 or c eq 3)",
        "a and b and d ne 'x' and c ge 2",
        '2 lt c or true eq a'.replace('true eq a', 'a eq true'),
        `(((((a eq true)))) or (not (not (not (b eq true)))))`,
      ]
      await expectFilters(backend, table, texts.map(parseFilter))
      const many = Array.from({ length: 15 }, (_, at) => where('rowKey').eq(rows[at]!.rowKey))
      const found = await queryAll(backend, table, { filter: or(...many) })
      assert.equal(found.length, 15, 'rows of 15 comparisons, the most that there can be')
    },
  },
  {
    name: 'time',
    title: 'the time of the last change can be asked for as Timestamp',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (const rowKey of ['a', 'b', 'c']) {
        await put(backend, table, entityOf('p', rowKey))
        await new Promise((resolve) => setTimeout(resolve, 15))
      }
      const { modifiedAt } = await backend.get(table, 'p', 'b')
      const before = new Date(modifiedAt.getTime() - 7)
      const after = new Date(modifiedAt.getTime() + 7)
      const filter = and(where('Timestamp').gt(before), where('Timestamp').lt(after))
      assert.deepEqual(namesOf(await queryAll(backend, table, { filter })), ['p/b'], 'around "b"')
      const later = where('Timestamp').ge(after)
      const found = await queryAll(backend, table, { filter: later })
      assert.deepEqual(namesOf(found), ['p/c'], 'behind "b"')
    },
  },
  {
    name: 'injection',
    title: 'no text in a filter is anything but a text',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fillValues(backend, table, [...hostile, 'bystander'])
      for (const text of hostile) {
        for (const filter of [where('value').eq(text), odata`value eq ${text}`]) {
          const found = await queryAll(backend, table, { filter })
          const values = found.map(({ entity }) => entity['value'])
          assert.deepEqual(values, [text], `values that equal ${JSON.stringify(text)}`)
        }
      }
    },
  },
  {
    name: 'random',
    title: 'filters made by chance give what the reference gives',
    timeFactor: 4,
    async run(context) {
      const { backend, random } = context
      const table = await context.newTable()
      await fill(backend, table, randomEntities(random, 120))
      const filters = Array.from({ length: context.count(300) }, () => randomFilter(random))
      await expectFilters(backend, table, filters)
    },
  },
])
