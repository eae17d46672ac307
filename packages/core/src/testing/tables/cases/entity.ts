/** Entities: each change of one, and what stands there then. */
import assert from 'node:assert/strict'
import type { Entity } from '../../../tables/entity.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import type { TableCaseContext } from '../context.ts'
import { entityOf, etagOf, insert, put, queryAll, remove, update } from '../entities.ts'
import { expectEntity, expectNoEntity, expectRefused, expectTable } from '../expectations.ts'

const old: Entity = entityOf('p', 'r', { kept: 'old', changed: 'old', text: 'old' })
const laid: Entity = entityOf('p', 'r', { changed: 'new', added: 5, text: true })
const merged: Entity = entityOf('p', 'r', { kept: 'old', changed: 'new', text: true, added: 5 })

/** Keys that are legal, and strange to something in between. */
const strangeKeys: readonly string[] = [
  ...['', ' ', '  ', 'a b', "'", "''", "it's", '"', '%', '%2F', '%41', '+', '&', '=', '(a)', '*'],
  ...[':', ';', ',', '.', '..', '@', '$', '~', '|', '<', '>', '[', '{', '^', '`', '-', '_', 'a'],
  ...['A', 'é', 'e\u0301', '\u{1f600}', '\uff5e', '\ue000', '0', '00', '10', '2', 'null', "a'b,c"],
  ...["x') or (PartitionKey ne '", 'PartitionKey', "RowKey='a'", '\u200b', 'İ', 'ß'],
]

/** Names that are legal, and mean something to JavaScript, to SDKs or to OData. */
const strangeNames: readonly string[] = [
  ...['timestamp', 'etag', 'modifiedAt', 'type', 'value', 'length'],
  ...['then', 'toJSON', 'prototype', '_', '__', '_odata', 'a1', 'größe', '数'],
  ...['partitionkey', 'PARTITIONKEY', 'rowkey', 'Rowkey', 'TimeStamp', 'Etag', 'and', 'not'],
  ...['true', 'null', 'x'.repeat(255)],
]

/** What careless JavaScript takes for its own. */
const inheritedNames: readonly string[] = ['constructor', 'toString', 'valueOf', 'hasOwnProperty']

async function expectNames(context: TableCaseContext, names: readonly string[]): Promise<void> {
  const { backend } = context
  const table = await context.newTable()
  const entity = entityOf('p', 'r', Object.fromEntries(names.map((name, at) => [name, at])))
  await insert(backend, table, entity)
  await expectEntity(backend, table, entity, 'with properties of strange names')
  await expectTable(backend, table, [entity], 'with properties of strange names')
  for (const name of names) {
    const { entity: one } = await backend.get(table, 'p', 'r', { select: [name] })
    assert.deepEqual(one, entityOf('p', 'r', { [name]: entity[name]! }), `select ${name}`)
  }
}

export const entityGroup: readonly TableCase[] = defineTableCases('entity', [
  {
    name: 'insert',
    title: 'an insert adds an entity, and refuses one that is there',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etag = await insert(backend, table, old)
      await expectEntity(backend, table, old, 'after insert', etag)
      await expectRefused('ALREADY_EXISTS', [table, 'p', 'r'], 'insert again', () =>
        insert(backend, table, laid),
      )
      await expectEntity(backend, table, old, 'after a refused insert', etag)
    },
  },
  {
    name: 'upsert-new',
    title: 'an upsert adds what is missing, in both modes',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (const mode of ['merge', 'replace'] as const) {
        const entity = entityOf('p', mode, { a: 1 })
        const etag = etagOf(await backend.change(table, { type: 'upsert', mode, entity }))
        await expectEntity(backend, table, entity, `after upsert, ${mode}`, etag)
      }
    },
  },
  {
    name: 'upsert-merge',
    title: 'an upsert that merges keeps the other properties',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, old)
      const change = { type: 'upsert', mode: 'merge', entity: laid } as const
      const etag = etagOf(await backend.change(table, change))
      await expectEntity(backend, table, merged, 'after upsert, merge', etag)
    },
  },
  {
    name: 'upsert-replace',
    title: 'an upsert that replaces drops the other properties',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, old)
      const etag = await put(backend, table, laid)
      await expectEntity(backend, table, laid, 'after upsert, replace', etag)
    },
  },
  {
    name: 'update-merge',
    title: 'an update that merges keeps the other properties',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, old)
      const etag = etagOf(await backend.change(table, update(laid, undefined, 'merge')))
      await expectEntity(backend, table, merged, 'after update, merge', etag)
    },
  },
  {
    name: 'update-replace',
    title: 'an update that replaces drops the other properties',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, old)
      const etag = etagOf(await backend.change(table, update(laid)))
      await expectEntity(backend, table, laid, 'after update, replace', etag)
      await backend.change(table, update(entityOf('p', 'r')))
      await expectEntity(backend, table, entityOf('p', 'r'), 'after update to no properties')
    },
  },
  {
    name: 'update-missing',
    title: 'an update of a missing entity is refused and adds nothing',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (const mode of ['merge', 'replace'] as const) {
        await expectRefused('NOT_FOUND', [table, 'p', 'r'], `update, ${mode}`, () =>
          backend.change(table, update(old, undefined, mode)),
        )
      }
      await expectTable(backend, table, [], 'after refused updates')
    },
  },
  {
    name: 'delete',
    title: 'a delete takes an entity away, and is refused when there is none',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, old)
      const outcome = await backend.change(table, remove('p', 'r'))
      assert.equal(outcome.etag, undefined, 'etag of a delete')
      await expectNoEntity(backend, table, 'p', 'r', 'after delete')
      await expectRefused('NOT_FOUND', [table, 'p', 'r'], 'delete of a missing entity', () =>
        backend.change(table, remove('p', 'r')),
      )
      await insert(backend, table, laid)
      await expectEntity(backend, table, laid, 'after delete and insert')
    },
  },
  {
    name: 'keys',
    title: 'keys of any legal text are different keys and come back as they were',
    timeFactor: 3,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = strangeKeys.flatMap((key, at) => [
        entityOf(key, 'row', { at }),
        entityOf('partition', key, { at }),
      ])
      await Promise.all(entities.map((entity) => insert(backend, table, entity)))
      for (const entity of entities) await expectEntity(backend, table, entity, 'strange keys')
      await expectTable(backend, table, entities, 'with strange keys')
      await Promise.all(
        entities.map((entity) => backend.change(table, update({ ...entity, more: 'x' }))),
      )
      for (const { partitionKey, rowKey } of entities) {
        await backend.change(table, remove(partitionKey, rowKey))
      }
      await expectTable(backend, table, [], 'whose entities were deleted')
    },
  },
  {
    name: 'names',
    title: 'properties of any legal name come back under it, and only they',
    run: (context) => expectNames(context, strangeNames),
  },
  {
    name: 'own-property-name',
    title: 'a property may be called like those that every object of JavaScript has',
    run: (context) => expectNames(context, inheritedNames),
  },
  {
    name: 'case',
    title: 'names of properties are different when their case is',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entity = entityOf('p', 'r', { name: 1, Name: 'two', NAME: true })
      await insert(backend, table, entity)
      await expectEntity(backend, table, entity, 'with names that differ in case')
    },
  },
  {
    name: 'select',
    title: 'a selection gives these properties, the keys, and nothing else',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etag = await insert(backend, table, entityOf('p', 'r', { a: 1, b: 'two', c: true }))
      const whole = await backend.get(table, 'p', 'r')
      for (const [select, expected] of [
        [['a'], { a: 1 }],
        [['c', 'a'], { a: 1, c: true }],
        [['none', 'b'], { b: 'two' }],
        [['none'], {}],
        [[], {}],
      ] as const) {
        const doing = `select ${JSON.stringify(select)}`
        const [queried] = await queryAll(backend, table, { select })
        for (const stored of [await backend.get(table, 'p', 'r', { select }), queried!]) {
          assert.deepStrictEqual(stored.entity, entityOf('p', 'r', expected), doing)
          assert.equal(stored.etag, etag, `etag with ${doing}`)
          assert.deepEqual(stored.modifiedAt, whole.modifiedAt, `modifiedAt with ${doing}`)
        }
      }
    },
  },
  {
    name: 'own',
    title: 'what was given belongs to the one who got it',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const make = (): Entity => entityOf('p', 'r', { b: Uint8Array.of(1, 2), d: new Date(5000) })
      await insert(backend, table, make())
      const reads = [
        () => backend.get(table, 'p', 'r'),
        async () => (await queryAll(backend, table))[0]!,
      ]
      for (const read of reads) {
        const stored = await read()
        const { b, d } = stored.entity as { b?: Uint8Array; d?: Date }
        b!.fill(9)
        d!.setTime(0)
        stored.modifiedAt.setTime(0)
        Object.assign(stored.entity, { more: 1 })
        await expectEntity(backend, table, make(), 'after what was read was changed')
        assert.notEqual((await backend.get(table, 'p', 'r')).modifiedAt.getTime(), 0, 'modifiedAt')
      }
    },
  },
  {
    name: 'time',
    title: 'the time of the last change is told, and moves with each change',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const startMs = Date.now()
      await insert(backend, table, old)
      const first = await backend.get(table, 'p', 'r')
      assert.ok(first.modifiedAt instanceof Date, 'modifiedAt is a Date')
      const driftMs = Math.abs(first.modifiedAt.getTime() - startMs)
      assert.ok(driftMs < 600_000, `modifiedAt is ${driftMs} ms from the clock`)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await backend.change(table, update(laid))
      const second = await backend.get(table, 'p', 'r')
      assert.ok(second.modifiedAt > first.modifiedAt, 'modifiedAt after an update 20 ms later')
      const [queried] = await queryAll(backend, table)
      assert.deepEqual(queried?.modifiedAt, second.modifiedAt, 'modifiedAt of a query')
      assert.equal(queried?.etag, second.etag, 'etag of a query')
    },
  },
])
