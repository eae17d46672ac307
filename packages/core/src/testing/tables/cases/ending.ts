/** Aborts, close, health, and what is told of oneself. */
import assert from 'node:assert/strict'
import { isStorageError } from '../../../errors.ts'
import type { TableBackend } from '../../../tables/backend.ts'
import { expectError, nameOf } from '../../conformance/expectations.ts'
import { turn } from '../../conformance/objects.ts'
import { defineTableCases, type TableCase } from '../case.ts'
import { entityOf, fill, insert, put, remove, update } from '../entities.ts'
import { expectEntity, expectTable } from '../expectations.ts'

type Call = readonly [doing: string, call: () => Promise<unknown>]

/** Every method, with options, on a table that has the entity p/r. */
function callsOf(
  backend: TableBackend,
  table: string,
  options: { readonly signal?: AbortSignal },
): Call[] {
  const changed = entityOf('p', 'r', { a: 9 })
  const added = entityOf('p', 'new', { a: 9 })
  const insertOf = { type: 'insert', entity: added } as const
  return [
    ['get()', () => backend.get(table, 'p', 'r', options)],
    ['get() of none', () => backend.get(table, 'p', 'none', options)],
    ['query()', () => backend.query(table, options)],
    ['insert', () => backend.change(table, insertOf, options)],
    ['update', () => backend.change(table, update(changed), options)],
    ['delete', () => backend.change(table, remove('p', 'r'), options)],
    ['delete of none', () => backend.change(table, remove('p', 'none'), options)],
    ['transact()', () => backend.transact(table, [insertOf, update(changed)], options)],
    ['listTables()', () => backend.listTables(options)],
    ['createTable()', () => backend.createTable(`${table.slice(0, 50)}new`, options)],
    ['deleteTable()', () => backend.deleteTable(table, options)],
  ]
}

export const abortGroup: readonly TableCase[] = defineTableCases('abort', [
  {
    name: 'before',
    title: 'a signal that fired already stops every method, without a trace',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const etag = await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      const reason = new Error('changed my mind')
      const options = { signal: AbortSignal.abort(reason) }
      const calls: Call[] = [
        ...callsOf(backend, table, options),
        ['health()', () => backend.health(options)],
      ]
      for (const [doing, call] of calls) {
        const error = await expectError('ABORTED', `${doing} with a fired signal`, call)
        assert.equal(error.cause, reason, `cause of ${doing}: the signal's reason`)
        assert.equal(error.retryable, 'no', `retryable of an aborted ${doing}`)
      }
      await expectTable(backend, table, [entityOf('p', 'r', { a: 1 })], 'after aborted calls')
      await expectEntity(backend, table, entityOf('p', 'r', { a: 1 }), 'after them', etag)
      const { tables } = await backend.listTables({ prefix: table.slice(0, 30) })
      assert.deepEqual(tables, [table], 'tables after aborted calls')
    },
  },
  {
    name: 'odd-reasons',
    title: 'a signal may fire with any reason, also none',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      for (const reason of [undefined, null, 'text', 42, { code: 'NOT_FOUND' }]) {
        const signal = AbortSignal.abort(reason)
        const doing = `get() aborted with ${JSON.stringify(reason)}`
        await expectError('ABORTED', doing, () => backend.get(table, 'p', 'r', { signal }))
      }
    },
  },
  {
    name: 'during',
    title: 'a signal that fires during a call ends it: done or ABORTED, whole or not at all',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fill(backend, table, [entityOf('p', 'a', { at: -1 }), entityOf('p', 'b', { at: -1 })])
      for (let at = 0; at < context.count(60); at++) {
        const controller = new AbortController()
        const rows = ['a', 'b'].map((rowKey) => entityOf('p', rowKey, { at }))
        const running = [
          backend.transact(
            table,
            rows.map((entity) => update(entity)),
            {
              signal: controller.signal,
            },
          ),
          backend.query(table, { signal: controller.signal }),
          backend.get(table, 'p', 'a', { signal: controller.signal }),
        ].map((call) => call.then(undefined, (error: unknown) => error))
        for (let turns = 0; turns < at % 4; turns++) await turn()
        controller.abort(new Error('stop'))
        for (const outcome of await Promise.all(running)) {
          if (!(outcome instanceof Error)) continue
          assert.ok(isStorageError(outcome, 'ABORTED'), `an aborted call gave ${nameOf(outcome)}`)
        }
        const [a, b] = await Promise.all(['a', 'b'].map((row) => backend.get(table, 'p', row)))
        assert.equal(a!.entity['at'], b!.entity['at'], 'halves of an aborted transaction')
      }
    },
  },
])

export const closeGroup: readonly TableCase[] = defineTableCases('close', [
  {
    name: 'closed',
    title: 'after close every method is CLOSED, and health is not ok',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      await backend.close()
      for (const [doing, call] of callsOf(backend, table, {})) {
        await expectError('CLOSED', `${doing} after close`, call)
      }
      const health = await backend.health()
      assert.equal(health.ok, false, 'health().ok after close; it tells, it does not throw')
    },
  },
  {
    name: 'idempotent',
    title: 'close can be called again, also at the same time',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await Promise.all([backend.close(), backend.close()])
      await backend.close()
      await expectError('CLOSED', 'get() after three closes', () => backend.get(table, 'p', 'r'))
    },
  },
  {
    name: 'during-operations',
    title: 'close during operations ends them: done or CLOSED, never hanging',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await fill(backend, table, [entityOf('p', 'a'), entityOf('p', 'b')])
      const running = Array.from({ length: 20 }, (_, at) => [
        put(backend, table, entityOf('p', `c${at}`, { at })),
        backend.transact(table, [update(entityOf('p', 'a', { at }))]),
        backend.query(table),
        backend.get(table, 'p', 'b'),
      ])
        .flat()
        .map((call: Promise<unknown>) => call.then(undefined, (error: unknown) => error))
      await turn()
      await backend.close()
      for (const outcome of await Promise.all(running)) {
        if (!(outcome instanceof Error)) continue
        const isEnded = isStorageError(outcome, 'CLOSED', 'ABORTED')
        assert.ok(isEnded, `a call during close gave ${nameOf(outcome)}; CLOSED is due`)
      }
    },
  },
])

export const capabilityGroup: readonly TableCase[] = defineTableCases('capability', [
  {
    name: 'facts',
    title: 'capabilities are sane, and cannot be changed',
    async run({ backend, capabilities }) {
      const { durability, queryPageMax, recreatesAtOnce } = capabilities
      assert.ok(Object.isFrozen(capabilities), 'capabilities are frozen')
      assert.ok(['none', 'process', 'host', 'service'].includes(durability), 'durability')
      const isPage = Number.isInteger(queryPageMax) && queryPageMax >= 1 && queryPageMax <= 1000
      assert.ok(isPage, `queryPageMax is ${queryPageMax}; 1 to 1,000`)
      assert.equal(typeof recreatesAtOnce, 'boolean', 'recreatesAtOnce')
      assert.match(backend.name, /^[a-z][a-z0-9-]*$/, 'name')
    },
  },
  {
    name: 'reach',
    title: 'what lasts can be reached again: the harness can reopen it',
    requires: ({ durability }) => durability !== 'none',
    async run(context) {
      assert.ok(context.has('reopen'), 'a durability is claimed, and the harness has no reopen')
    },
  },
  {
    name: 'health',
    title: 'health is ok where the tables can be used, leaves nothing behind, and tells the time',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const health = await backend.health()
      assert.equal(health.ok, true, `health().ok; it says ${health.message ?? 'nothing'}`)
      assert.ok(health.latencyMs >= 0, 'health().latencyMs')
      await expectTable(backend, table, [], 'after health()')
    },
  },
])

export const errorGroup: readonly TableCase[] = defineTableCases('error', [
  {
    name: 'values',
    title: 'no error quotes a value of an entity',
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      const secret = 'hunter2-very-secret'
      const entity = entityOf('p', 'r', { password: secret })
      const etag = await insert(backend, table, entity)
      await put(backend, table, entity)
      const calls: Call[] = [
        ['insert', () => insert(backend, table, entity)],
        ['update', () => backend.change(table, update(entity, etag))],
        ['transact()', () => backend.transact(table, [{ type: 'insert', entity }])],
        ['update of none', () => backend.change(table, update({ ...entity, rowKey: 'none' }))],
      ]
      for (const [doing, call] of calls) {
        const error = await expectError(
          ['ALREADY_EXISTS', 'PRECONDITION_FAILED', 'NOT_FOUND'],
          doing,
          call,
        )
        const told = JSON.stringify(error) + String(error.stack)
        assert.ok(!told.includes(secret), `the error of ${doing} quotes a value`)
      }
    },
  },
  {
    name: 'usable',
    title: 'a hundred refused calls leave the tables usable',
    timeFactor: 2,
    async run(context) {
      const { backend } = context
      const table = await context.newTable()
      await insert(backend, table, entityOf('p', 'r', { a: 1 }))
      for (let at = 0; at < context.count(100); at++) {
        await Promise.allSettled([
          insert(backend, table, entityOf('p', 'r')),
          backend.get(table, 'p', 'none'),
          backend.change(table, update(entityOf('p', 'r'), 'W/"none"')),
          backend.transact(table, [remove('p', 'none')]),
          backend.query(table, { cursor: 'none' }),
          backend.get(`${table.slice(0, 50)}none`, 'p', 'r'),
        ])
      }
      await expectTable(backend, table, [entityOf('p', 'r', { a: 1 })], 'after refused calls')
    },
  },
])
