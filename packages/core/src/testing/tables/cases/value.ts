/** Values of each type come back as they went in: same type, same value. */
import assert from 'node:assert/strict'
import type { TableBackend } from '../../../tables/backend.ts'
import type { TableValue } from '../../../tables/entity.ts'
import { tableLimits } from '../../../tables/limits.ts'
import type { Definition } from '../../kit/case.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import type { TableCaseContext } from '../context.ts'
import {
  entityOf,
  fill,
  insert,
  type Properties,
  put,
  queryAll,
  remove,
  update,
  valuesByType,
} from '../entities.ts'
import { expectEntity, expectRefused, expectTable } from '../expectations.ts'

/** Alone in an entity, and all beside each other; through get, query and a selection. */
async function expectValues(
  backend: TableBackend,
  table: string,
  values: readonly TableValue[],
): Promise<void> {
  const rows = values.map((value, at) =>
    entityOf('one', String(at).padStart(3, '0'), { value, twice: value }),
  )
  const all = Object.fromEntries(values.map((value, at) => [`v${at}`, value]))
  const together = entityOf('all', 'r', all)
  await fill(backend, table, rows)
  await insert(backend, table, together)
  for (const row of rows) await expectEntity(backend, table, row, 'as it went in')
  await expectEntity(backend, table, together, 'with all values')
  await expectTable(backend, table, [...rows, together], 'with all values')
  const selected = await queryAll(backend, table, { select: ['value'] })
  const expected = [together, ...rows].map(({ partitionKey, rowKey, value }) =>
    entityOf(partitionKey, rowKey, value === undefined ? {} : { value }),
  )
  assert.deepStrictEqual(
    selected.map(({ entity }) => entity),
    expected,
    'a selection of the value',
  )
}

const typeCases: readonly Definition<TableCase>[] = Object.entries(valuesByType).map(
  ([type, values]) => ({
    name: type.replaceAll(' ', '-'),
    title: `values of type ${type} come back as they went in`,
    timeFactor: 2,
    run: async (context) => expectValues(context.backend, await context.newTable(), values),
  }),
)

export const valueGroup: readonly TableCase[] = defineTableCases('value', [
  ...typeCases,
  {
    name: 'change-of-type',
    title: 'a property may change its type, by merge as by replace',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const values = Object.values(valuesByType).map((all) => all.at(-1)!)
      await insert(backend, table, entityOf('p', 'r', { a: 'first', b: 'stays' }))
      for (const value of [...values, ...values.toReversed()]) {
        await backend.change(table, update(entityOf('p', 'r', { a: value }), undefined, 'merge'))
        const merged = entityOf('p', 'r', { a: value, b: 'stays' })
        await expectEntity(backend, table, merged, 'after a merge of another type')
      }
      for (const value of values) {
        await put(backend, table, entityOf('p', 'r', { a: value }))
        const replaced = entityOf('p', 'r', { a: value })
        await expectEntity(backend, table, replaced, 'after a replace of another type')
      }
    },
  },
])

const { keyUnitsMax, propertiesMax, textUnitsMax, binaryBytesMax } = tableLimits

/** An entity of nearly 1 MiB as the service counts it: 15 texts, and a bit. */
function largest(): Record<string, string> {
  const texts = Array.from({ length: 15 }, (_, at) => [`t${at}`, String(at % 10).repeat(32_768)])
  return Object.fromEntries([...texts, ['rest', 'r'.repeat(32_000)]]) as Record<string, string>
}

export const limitGroup: readonly TableCase[] = defineTableCases('limit', [
  {
    name: 'key',
    title: `keys of ${keyUnitsMax} UTF-16 units fit, and differ in the last`,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const keys = ['a', 'é', '\uff5e'].flatMap((unit) => [
        unit.repeat(keyUnitsMax),
        `${unit.repeat(keyUnitsMax - 1)}b`,
      ])
      const entities = keys.map((key) => entityOf(key, key, { a: 1 }))
      for (const entity of entities) await insert(backend, table, entity)
      for (const entity of entities) await expectEntity(backend, table, entity, 'of longest keys')
      await expectTable(backend, table, entities, 'of longest keys')
      for (const key of keys) await backend.change(table, remove(key, key))
      await expectTable(backend, table, [], 'whose longest keys were deleted')
    },
  },
  {
    name: 'properties',
    title: `${propertiesMax} properties fit`,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const names = Array.from({ length: propertiesMax }, (_, at) => [`p${at}`, at] as const)
      const entity = entityOf('p', 'r', Object.fromEntries(names))
      await insert(backend, table, entity)
      await expectEntity(backend, table, entity, 'of most properties')
    },
  },
  {
    name: 'value',
    title: 'the longest text and the most bytes fit',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const bytes = Uint8Array.from({ length: binaryBytesMax }, (_, at) => (at * 7919) >>> 5)
      const texts = ['a', 'é', '\uff5e', "'", '"', '\0'].map((unit) => unit.repeat(textUnitsMax))
      const values: TableValue[] = [bytes, ...texts, '\u{1f600}'.repeat(textUnitsMax / 2)]
      for (const [at, value] of values.entries()) {
        const entity = entityOf('p', String(at), { value })
        await insert(backend, table, entity)
        await expectEntity(backend, table, entity, 'of the longest value')
      }
    },
  },
  {
    name: 'entity',
    title: 'an entity of nearly 1 MiB fits, and a page of several',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = ['a', 'b', 'c', 'd', 'e'].map((rowKey) => entityOf('p', rowKey, largest()))
      for (const entity of entities) await insert(backend, table, entity)
      for (const entity of entities) await expectEntity(backend, table, entity, 'of most bytes')
      await expectTable(backend, table, entities, 'of largest entities')
    },
  },
  {
    name: 'merge-bytes',
    title: 'a merge whose outcome would have too many bytes is refused, and changes nothing',
    run: (context) => expectMergeRefused(context, largest(), { more: 'm'.repeat(32_768) }),
  },
  {
    name: 'merge-properties',
    title: 'a merge whose outcome would have too many properties is refused, and changes nothing',
    async run(context) {
      const names = Array.from({ length: propertiesMax }, (_, at) => [`p${at}`, at] as const)
      await expectMergeRefused(context, Object.fromEntries(names), { more: 1 })
    },
  },
])

async function expectMergeRefused(
  context: TableCaseContext,
  properties: Properties,
  more: Properties,
): Promise<void> {
  const { backend } = context
  const table = await context.newTable()
  const entity = entityOf('p', 'r', properties)
  const etag = await insert(backend, table, entity)
  const change = update(entityOf('p', 'r', more), undefined, 'merge')
  await expectRefused('QUOTA_EXCEEDED', [table, 'p', 'r'], 'a merge over the limit', () =>
    backend.change(table, change),
  )
  await expectEntity(backend, table, entity, 'after a merge that was refused', etag)
}
