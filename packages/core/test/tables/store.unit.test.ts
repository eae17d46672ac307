/** The class that users hold, over the memory backend. */
import { describe, expect, it, test, vi } from 'vitest'
import {
  collectStatistics,
  MemoryStorageBackend,
  MemoryTableBackend,
  openTables,
  operationChannels,
  StorageError,
  type StoredEntity,
  TableStore,
  where,
} from '../../src/index.ts'
import type { TableBackend } from '../../src/tables/backend.ts'
import { virtualClock } from '../../src/testing/index.ts'

interface Order {
  readonly partitionKey: string
  readonly rowKey: string
  readonly total: number
  readonly note?: string
}

async function orders(count = 3): Promise<TableStore> {
  const store = await openTables('memory')
  await store.createTable('orders')
  for (let at = 0; at < count; at++) {
    const order: Order = { partitionKey: 'NL', rowKey: `o${at}`, total: at * 10 }
    await store.insert('orders', order)
  }
  return store
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

const rowsOf = (entities: readonly StoredEntity<object>[]): unknown[] =>
  entities.map(({ entity }) => (entity as Order).rowKey)

/** The memory backend with some methods replaced. */
function replaced(methods: Partial<TableBackend>): TableBackend {
  const inner = new MemoryTableBackend()
  return new Proxy(inner, {
    get: (_, name) => {
      const own = methods[name as keyof TableBackend] as unknown
      if (own !== undefined) return own
      const value: unknown = inner[name as keyof TableBackend]
      return typeof value === 'function' ? value.bind(inner) : value
    },
  })
}

describe('entities', () => {
  it('are inserted, got, updated by version, deleted', async () => {
    await using store = await orders(0)
    const { etag } = await store.insert('orders', { partitionKey: 'NL', rowKey: 'a', total: 5 })
    const got = await store.get<Order>('orders', 'NL', 'a')
    expect(got).toMatchObject({ entity: { total: 5 }, etag })
    const next = { ...got.entity, total: got.entity.total + 1 }
    const second = await store.update('orders', next, { ifMatch: got.etag })
    const again = store.update('orders', next, { ifMatch: got.etag })
    await expect(again).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
      backend: 'memory',
      operation: 'change',
      key: 'orders/NL/a',
    })
    expect(await store.delete('orders', 'NL', 'a', { ifMatch: second.etag })).toBe(true)
    expect(await store.delete('orders', 'NL', 'a')).toBe(false)
    expect(await store.find('orders', 'NL', 'a')).toBeUndefined()
    await expect(store.get('orders', 'NL', 'a')).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('are merged unless told to be replaced', async () => {
    await using store = await orders(0)
    const keys = { partitionKey: 'NL', rowKey: 'a' }
    await store.upsert('orders', { ...keys, a: 1 })
    await store.upsert('orders', { ...keys, b: 2 })
    expect((await store.get('orders', 'NL', 'a')).entity).toEqual({ ...keys, a: 1, b: 2 })
    await store.update('orders', { ...keys, c: 3 })
    expect((await store.get('orders', 'NL', 'a')).entity).toEqual({ ...keys, a: 1, b: 2, c: 3 })
    await store.update('orders', { ...keys, d: 4 }, { mode: 'replace' })
    expect((await store.get('orders', 'NL', 'a')).entity).toEqual({ ...keys, d: 4 })
    await store.upsert('orders', { ...keys, e: 5 }, { mode: 'replace' })
    expect((await store.get('orders', 'NL', 'a', { select: ['e'] })).entity).toEqual({
      ...keys,
      e: 5,
    })
  })

  it('of a missing table are no missing entities', async () => {
    await using store = await openTables('memory')
    for (const call of [
      () => store.find('orders', 'NL', 'a'),
      () => store.delete('orders', 'NL', 'a'),
      () => store.get('orders', 'NL', 'a'),
      () => store.insert('orders', { partitionKey: 'NL', rowKey: 'a' }),
      () => all(store.query('orders')),
      () => store.transact('orders', [{ type: 'delete', partitionKey: 'NL', rowKey: 'a' }]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'NOT_FOUND', key: 'orders' })
    }
  })

  it('are the caller’s again as soon as the call returned', async () => {
    await using store = await orders(0)
    const order = { partitionKey: 'NL', rowKey: 'a', at: new Date(1), bytes: Uint8Array.of(1) }
    const inserting = store.insert('orders', order)
    order.at.setTime(9)
    order.bytes[0] = 9
    order.rowKey = 'b'
    await inserting
    const { entity } = await store.get('orders', 'NL', 'a')
    expect(entity).toMatchObject({ at: new Date(1), bytes: Uint8Array.of(1) })
  })

  it('change together or not at all', async () => {
    await using store = await orders(2)
    const outcomes = await store.transact('orders', [
      { type: 'insert', entity: { partitionKey: 'NL', rowKey: 'new', total: 1 } },
      { type: 'update', entity: { partitionKey: 'NL', rowKey: 'o0', total: 2 } },
      { type: 'delete', partitionKey: 'NL', rowKey: 'o1' },
    ])
    expect(outcomes.map(({ etag }) => typeof etag)).toEqual(['string', 'string', 'undefined'])
    const failing = store.transact('orders', [
      { type: 'upsert', entity: { partitionKey: 'NL', rowKey: 'o0', total: 99 } },
      { type: 'insert', entity: { partitionKey: 'NL', rowKey: 'new' } },
    ])
    await expect(failing).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      message: expect.stringContaining('Change 2 of 2'),
      key: 'orders/NL/new',
      operation: 'transact',
    })
    expect(rowsOf(await all(store.query('orders')))).toEqual(['new', 'o0'])
    expect((await store.get<Order>('orders', 'NL', 'o0')).entity.total).toBe(2)
  })
})

describe('queries', () => {
  it('take filters built or as OData text, go through all pages, end at the limit', async () => {
    await using store = await orders(25)
    const filter = where<Order>()('total').ge(100)
    expect(await all(store.query('orders', { filter, pageSize: 4 }))).toHaveLength(15)
    expect(await all(store.query('orders', { filter: 'total ge 100', limit: 3 }))).toHaveLength(3)
    expect(await all(store.query('orders'))).toHaveLength(25)
    const [first] = await all(store.query<Order>('orders', { select: ['total'], limit: 1 }))
    expect(first?.entity).toEqual({ partitionKey: 'NL', rowKey: 'o0', total: 0 })
  })

  it('hold one page at a time, and ask for no more than is wanted', async () => {
    const inner = new MemoryTableBackend()
    const limits: unknown[] = []
    const backend = replaced({
      createTable: inner.createTable.bind(inner),
      change: inner.change.bind(inner),
      query: (table, options) => {
        limits.push(options?.limit)
        return inner.query(table, options)
      },
    })
    await using store = new TableStore(backend)
    await store.createTable('orders')
    for (let at = 0; at < 10; at++) {
      await store.insert('orders', { partitionKey: 'p', rowKey: `${at}` })
    }
    await all(store.query('orders', { pageSize: 4, limit: 6 }))
    expect(limits).toEqual([4, 2])
    for await (const { entity } of store.query('orders', { pageSize: 2 })) {
      if (entity.rowKey === '1') break
    }
    expect(limits).toEqual([4, 2, 2])
  })

  it('give pages with cursors', async () => {
    await using store = await orders(3)
    const first = await store.queryPage('orders', { limit: 2, filter: 'total ge 0' })
    expect(rowsOf(first.entities)).toEqual(['o0', 'o1'])
    const page = { filter: 'total ge 0', cursor: first.cursor }
    expect(rowsOf((await store.queryPage('orders', page)).entities)).toEqual(['o2'])
    const other = store.queryPage('orders', { cursor: first.cursor })
    await expect(other).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })

  /** A table of so many rows, of which the last is `last`. */
  async function many(count: number): Promise<TableStore> {
    const store = await openTables('memory')
    await store.createTable('many')
    const rows = Array.from({ length: count }, (_, at) => `r${String(at).padStart(5, '0')}`)
    for (let at = 0; at < rows.length; at += 100) {
      const changes = rows.slice(at, at + 100).map((rowKey) => ({
        type: 'insert' as const,
        entity: { partitionKey: 'p', rowKey, last: rowKey === rows.at(-1) },
      }))
      await store.transact('many', changes)
    }
    return store
  }

  it('that would look at everything give short pages', async () => {
    await using store = await many(10_050)
    const page = await store.queryPage('many', { filter: 'last' })
    expect(page.entities).toEqual([])
    expect(page.cursor).toBeTypeOf('string')
    expect(rowsOf(await all(store.query('many', { filter: 'last' })))).toEqual(['r10049'])
    const one = { filter: "PartitionKey eq 'p' and RowKey eq 'r10049'" }
    const found = await store.queryPage('many', one)
    expect([rowsOf(found.entities), found.cursor]).toEqual([['r10049'], undefined])
    const first = await store.queryPage('many', { filter: one.filter.replace('r10049', 'r00000') })
    expect([rowsOf(first.entities), first.cursor]).toEqual([['r00000'], undefined])
  })

  it('let others in between, and end by their signal, even when nothing is found', async () => {
    await using store = await many(20_050)
    const controller = new AbortController()
    setImmediate(() => controller.abort(new Error('enough')))
    const filter = 'last eq 5'
    const found = all(store.query('many', { filter, signal: controller.signal }))
    await expect(found).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('that go round in a circle end', async () => {
    const query = async (): Promise<{ entities: []; cursor: string }> => ({
      entities: [],
      cursor: 'same',
    })
    await using store = new TableStore(replaced({ query }))
    await expect(all(store.query('orders'))).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('tables', () => {
  it('are created, listed and deleted, in any case', async () => {
    await using store = await openTables('memory')
    for (const name of ['Orders', 'orderLines', 'people']) {
      expect(await store.createTable(name)).toBe(true)
    }
    expect(await store.createTable('ORDERS')).toBe(false)
    expect(await all(store.listTables())).toEqual(['orderLines', 'Orders', 'people'])
    expect(await all(store.listTables({ prefix: 'ORDER', limit: 1 }))).toEqual(['orderLines'])
    const page = await store.listTablePage({ limit: 2 })
    expect(page.tables).toEqual(['orderLines', 'Orders'])
    expect((await store.listTablePage({ cursor: page.cursor })).tables).toEqual(['people'])
    expect(await store.deleteTable('orders')).toBe(true)
    expect(await store.deleteTable('orders')).toBe(false)
  })
})

describe('mistakes', () => {
  const calls: Record<string, (store: TableStore) => unknown> = {
    'a misspelt option of query': (store) => store.query('orders', { filtr: 'a' } as never),
    'a misspelt option of get': (store) => store.get('orders', 'p', 'r', { selct: [] } as never),
    'a misspelt option of update': (store) =>
      store.update('orders', { partitionKey: 'p', rowKey: 'r' }, { ifMach: 'x' } as never),
    'a mode that is none': (store) =>
      store.upsert('orders', { partitionKey: 'p', rowKey: 'r' }, { mode: 'mix' as never }),
    'an empty etag': (store) => store.delete('orders', 'p', 'r', { ifMatch: '' }),
    'null as a value': (store) =>
      store.insert('orders', { partitionKey: 'p', rowKey: 'r', a: null as never }),
    'a filter that is none': (store) => store.query('orders', { filter: { a: 1 } as never }),
    'a selection that is none': (store) => store.query('orders', { select: 'a' as never }),
    'a signal that is none': (store) => store.createTable('orders', { signal: {} as never }),
    'a name that is no text': (store) => store.createTable(5 as never),
    'an empty cursor': (store) => store.queryPage('orders', { cursor: '' }),
  }

  test.each(Object.entries(calls))('%s is a TypeError', async (_, call) => {
    await using store = await orders(0)
    const run = async (): Promise<unknown> => call(store)
    await expect(run()).rejects.toThrow(TypeError)
  })

  it('of data are told before anything is sent', async () => {
    const sent = vi.fn()
    const backend = replaced(
      Object.fromEntries(
        ['createTable', 'get', 'query', 'change', 'transact', 'listTables'].map((name) => [
          name,
          sent,
        ]),
      ),
    )
    await using store = new TableStore(backend)
    const keys = { partitionKey: 'p', rowKey: 'r' }
    for (const [call, code] of [
      [() => store.createTable('a'), 'INVALID_KEY'],
      [() => store.get('orders', '/', 'r'), 'INVALID_KEY'],
      [() => store.delete('orders', 'p', '?'), 'INVALID_KEY'],
      [() => store.insert('orders', { ...keys, 'a-b': 1 }), 'INVALID_ARGUMENT'],
      [() => store.insert('orders', { ...keys, a: -0 }), 'SERIALIZATION'],
      [() => store.insert('orders', { ...keys, a: 'x'.repeat(40_000) }), 'QUOTA_EXCEEDED'],
      [async () => all(store.query('orders', { filter: 'a eq' })), 'INVALID_ARGUMENT'],
      [async () => all(store.query('orders', { limit: 0 })), 'INVALID_ARGUMENT'],
      [() => store.queryPage('orders', { limit: 1001 }), 'INVALID_ARGUMENT'],
      [() => store.queryPage('orders', { select: ['Timestamp'] }), 'INVALID_ARGUMENT'],
      [() => store.transact('orders', []), 'INVALID_ARGUMENT'],
      [() => all(store.listTables({ prefix: '_' })), 'INVALID_ARGUMENT'],
    ] as const) {
      await expect(call()).rejects.toMatchObject({ code })
    }
    expect(sent).not.toHaveBeenCalled()
  })
})

describe('the end', () => {
  it('is CLOSED for all, once', async () => {
    const close = vi.fn(async () => undefined)
    const store = new TableStore(replaced({ close }))
    await Promise.all([store.close(), store.close()])
    await store[Symbol.asyncDispose]()
    expect(close).toHaveBeenCalledTimes(1)
    await expect(store.get('orders', 'p', 'r')).rejects.toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('table store'),
    })
  })

  it('comes with the signal', async () => {
    await using store = await orders(1)
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(store.get('orders', 'NL', 'o0', { signal })).rejects.toMatchObject({
      code: 'ABORTED',
      key: 'orders',
    })
    await expect(all(store.query('orders', { signal }))).rejects.toMatchObject({ code: 'ABORTED' })
  })
})

describe('a lost answer', () => {
  const lost = async (): Promise<never> => {
    throw new StorageError('UNAVAILABLE', 'socket hang up')
  }
  const keys = { partitionKey: 'p', rowKey: 'r' }
  const open = { code: 'UNAVAILABLE', retryable: 'no', message: expect.stringMatching(/is open/) }

  it('of a change that would meet itself is told as open', async () => {
    await using store = new TableStore(replaced({ change: lost, transact: lost }))
    for (const call of [
      () => store.insert('orders', keys),
      () => store.update('orders', keys, { ifMatch: 'x' }),
      () => store.delete('orders', 'p', 'r', { ifMatch: 'x' }),
      () => store.transact('orders', [{ type: 'insert', entity: keys }]),
      () => store.transact('orders', [{ type: 'delete', ...keys }]),
    ]) {
      await expect(call()).rejects.toMatchObject(open)
    }
  })

  it('of a change that can be made again says so', async () => {
    await using store = new TableStore(replaced({ change: lost, transact: lost }))
    for (const call of [
      () => store.upsert('orders', keys),
      () => store.update('orders', keys),
      () => store.delete('orders', 'p', 'r'),
      () => store.transact('orders', [{ type: 'upsert', entity: keys }]),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes' })
    }
  })
})

describe('telemetry', () => {
  it('tells of each operation, of keys only when asked, of values never', async () => {
    const contexts: object[] = []
    const listen = (context: unknown): void => void contexts.push({ ...(context as object) })
    const channel = operationChannels['tables.change'].asyncEnd
    channel.subscribe(listen)
    const statistics = collectStatistics()
    try {
      for (const keys of [false, true]) {
        const store = await openTables('memory', { diagnostics: { keys }, clock: virtualClock() })
        await store.createTable('orders')
        await store.insert('orders', { partitionKey: 'p', rowKey: 'r', secret: 'hunter2' })
        await store.insert('orders', { partitionKey: 'p', rowKey: 'r' }).catch(() => undefined)
        await store.close()
      }
    } finally {
      channel.unsubscribe(listen)
      statistics.stop()
    }
    const context = { operation: 'tables.change', backend: 'memory', durationMs: 0 }
    expect(contexts).toEqual([
      { ...context, outcome: 'OK' },
      { ...context, outcome: 'ALREADY_EXISTS' },
      { ...context, outcome: 'OK', key: 'orders' },
      { ...context, outcome: 'ALREADY_EXISTS', key: 'orders' },
    ])
    const counted = statistics.snapshot().series.map(({ operation, count }) => [operation, count])
    expect(counted).toContainEqual(['tables.createTable', 2])
  })

  it('logs a line a call', async () => {
    const lines: unknown[] = []
    const log = (level: string) => (fields: object) => lines.push({ level, ...fields })
    const logger = {
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
    }
    await using store = await openTables('memory', { logger, clock: virtualClock() })
    await store.createTable('orders')
    await store.find('orders', 'p', 'r')
    const line = { backend: 'memory', key: 'orders', duration_ms: 0 }
    expect(lines).toEqual([
      { ...line, level: 'info', operation: 'tables.createTable', outcome: 'OK' },
      { ...line, level: 'debug', operation: 'tables.get', outcome: 'NOT_FOUND' },
    ])
  })
})

describe('openTables', () => {
  it('opens what opens objects, and backends that are open', async () => {
    const config = { storageType: 'memory', objectBytesMax: 5, totalBytesMax: 1000 } as const
    for (const open of ['memory', 'memory:', new URL('memory:'), config] as const) {
      await using store = await openTables(open)
      expect(store.name).toBe('memory')
    }
    const backend = new MemoryTableBackend()
    for (const open of [backend, { backend }]) {
      expect((await openTables(open)).backend).toBe(backend)
    }
  })

  it('refuses what is none, and leaves the backend that was open to its owner', async () => {
    await expect(openTables({ backend: new MemoryStorageBackend() })).rejects.toThrow(TypeError)
    await expect(openTables({ storageType: 'memory', objectBytesmax: 5 } as never)).rejects.toThrow(
      /objectBytesmax/,
    )
    const backend = new MemoryTableBackend()
    await expect(openTables(backend, { logger: {} as never })).rejects.toThrow(TypeError)
    expect(await backend.createTable('orders')).toBe(true)
    expect(() => new TableStore({} as never)).toThrow(/lacks the methods createTable/)
  })

  it('tells that the memory is full', async () => {
    await using store = await openTables({ storageType: 'memory', totalBytesMax: 300 })
    await store.createTable('orders')
    const order = { partitionKey: 'p', rowKey: 'a', text: 'x'.repeat(100) }
    await store.insert('orders', order)
    await expect(store.insert('orders', { ...order, rowKey: 'b' })).rejects.toMatchObject({
      code: 'QUOTA_EXCEEDED',
    })
    await store.delete('orders', 'p', 'a')
    await store.insert('orders', { ...order, rowKey: 'b' })
    await store.deleteTable('orders')
    await store.createTable('orders')
    await store.insert('orders', order)
  })
})
