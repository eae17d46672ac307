/** What a second handle sees, and what survives close. */
import assert from 'node:assert/strict'
import { expectError } from '../../conformance/expectations.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import {
  entityOf,
  fill,
  insert,
  namesOf,
  put,
  queryAll,
  remove,
  update,
  valuesByType,
} from '../entities.ts'
import { expectEntity, expectNoEntity, expectRefused, expectTable } from '../expectations.ts'

export const persistenceGroup: readonly TableCase[] = defineTableCases('persistence', [
  {
    name: 'second-handle',
    title: 'a second handle sees every change at once',
    needs: ['reopen'],
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const other = await context.reopen()
      const table = await context.newTable()
      for (let at = 0; at < context.count(30); at++) {
        const [writer, reader] = at % 2 === 0 ? [backend, other] : [other, backend]
        const etag = await put(writer, table, entityOf('p', 'r', { at }))
        const seen = entityOf('p', 'r', { at })
        await expectEntity(reader, table, seen, 'through the other handle', etag)
        await expectTable(reader, table, [seen], 'through the other handle')
        await reader.change(table, remove('p', 'r'))
        await expectNoEntity(writer, table, 'p', 'r', 'after the other handle deleted it')
      }
      await other.deleteTable(table)
      assert.equal(await backend.createTable(table).catch(() => true), true, 'table is gone')
    },
  },
  {
    name: 'reopen',
    title: 'what was acknowledged is there after close and reopen, with all that is known of it',
    needs: ['reopen'],
    requires: ({ durability }) => durability !== 'none',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const entities = Object.entries(valuesByType).map(([type, values]) =>
        entityOf('p', type, Object.fromEntries(values.map((value, at) => [`v${at}`, value]))),
      )
      await fill(backend, table, entities)
      await insert(backend, table, entityOf('p', 'gone'))
      await backend.change(table, remove('p', 'gone'))
      const before = await queryAll(backend, table)
      await backend.close()
      const again = await context.reopen()
      assert.deepStrictEqual(await queryAll(again, table), before, 'the table after reopen')
      await expectTable(again, table, entities, 'after reopen')
      assert.equal(await again.createTable(table), false, 'createTable() after reopen')
    },
  },
  {
    name: 'etags',
    title: 'conditions go on over reopen, and no etag comes back',
    needs: ['reopen'],
    requires: ({ durability }) => durability !== 'none',
    async run(context) {
      const table = await context.newTable()
      const seen = new Set<string>()
      const entity = entityOf('p', 'r', { a: 1 })
      let { backend } = context
      for (let round = 0; round < 4; round++) {
        const first = await insert(backend, table, entity)
        const second = await put(backend, table, entity)
        for (const etag of [first, second]) {
          assert.ok(!seen.has(etag), `round ${round} repeats the etag ${etag}`)
          seen.add(etag)
        }
        await backend.close()
        backend = await context.reopen()
        const handle = backend
        await expectRefused('PRECONDITION_FAILED', [table, 'p', 'r'], 'stale, reopened', () =>
          handle.change(table, update(entity, first)),
        )
        await backend.change(table, remove('p', 'r', second))
      }
    },
  },
  {
    name: 'cursor',
    title: 'a cursor goes on through another handle',
    needs: ['reopen'],
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const rows = ['a', 'b', 'c', 'd'].map((rowKey) => entityOf('p', rowKey))
      await fill(backend, table, rows)
      const { cursor } = await backend.query(table, { limit: 2 })
      const other = await context.reopen()
      const page = await other.query(table, { limit: 2, cursor: cursor! })
      assert.deepEqual(namesOf(page.entities), ['p/c', 'p/d'], 'page of the other handle')
    },
  },
  {
    name: 'close-is-own',
    title: 'closing one handle leaves the other usable',
    needs: ['reopen'],
    async run(context) {
      const other = await context.reopen()
      if (other === context.backend) context.skip('reopen gives the same handle')
      const table = await context.newTable()
      await put(context.backend, table, entityOf('p', 'r', { a: 1 }))
      await other.close()
      await expectError('CLOSED', 'get() of the closed handle', () => other.get(table, 'p', 'r'))
      await put(context.backend, table, entityOf('p', 'r', { a: 2 }))
      await expectEntity(context.backend, table, entityOf('p', 'r', { a: 2 }), 'after that')
    },
  },
])
