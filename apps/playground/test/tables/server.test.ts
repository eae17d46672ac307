/** The API of the Tables screen: tables, pages, filters, changes under conditions, undo. */
import { Guid } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import type {
  EntityCount,
  Looked,
  RowPage,
  SaveResult,
  TableEvent,
  TableList,
  UndoResult,
  WireRow,
} from '../../src/screens/tables/server/wire.ts'
import { laySamples } from '../../src/screens/tables/server/samples.ts'
import { everyType, openTablesApp, type TablesApp } from './open-tables.ts'

const keys = { partitionKey: 'p', rowKey: 'r' }

async function insert(
  app: TablesApp,
  rowKey: string,
  properties: object = {},
  partitionKey = 'p',
): Promise<WireRow> {
  const change = { kind: 'insert', partitionKey, rowKey, properties }
  const request = { table: 'notes', isTransaction: false, changes: [change] }
  const { outcomes } = await app.post<SaveResult>('/save', request)
  const [outcome] = outcomes
  if (outcome === undefined || !('row' in outcome) || outcome.row === null) {
    throw new Error(JSON.stringify(outcome))
  }
  return outcome.row
}

async function openNotes(): Promise<TablesApp> {
  const app = await openTablesApp()
  await app.post('/create', { table: 'notes' })
  return app
}

function update(row: WireRow, set: object, more: object = {}): object {
  const { partitionKey, rowKey, etag } = row
  return {
    ...{ kind: 'update', partitionKey, rowKey, ifMatch: etag, mode: 'merge', set, remove: [] },
    ...more,
  }
}

describe('tables', () => {
  it('are created, listed and deleted; a name in other letters is the same one', async () => {
    const app = await openTablesApp()
    expect(await app.get<TableList>('')).toEqual({ tables: [], isMore: false })
    expect(await app.post('/create', { table: 'Notes' })).toEqual({ isCreated: true })
    expect(await app.post('/create', { table: 'notes' })).toEqual({ isCreated: false })
    expect((await app.get<TableList>('')).tables).toEqual(['Notes'])
    expect(await app.post('/drop', { table: 'NOTES' })).toEqual({ isDeleted: true })
    expect(await app.post('/drop', { table: 'notes' })).toEqual({ isDeleted: false })
  })

  it('are counted before they are deleted', async () => {
    const app = await openNotes()
    await insert(app, 'a')
    await insert(app, 'b')
    expect(await app.get<EntityCount>('/count', { table: 'notes' })).toEqual({
      ...{ count: 2, isMore: false },
    })
  })

  it('refuse names that are none', async () => {
    const app = await openTablesApp()
    expect(await app.fault(app.post('/create', { table: 'no-name' }))).toMatchObject({
      ...{ status: 400, code: 'INVALID_KEY' },
    })
  })
})

describe('entities', () => {
  it('keep every type, also as the store has it', async () => {
    const app = await openNotes()
    await insert(app, 'r', everyType)
    expect((await app.row('notes', keys)).properties).toEqual(everyType)
    const { entity } = await app.world.tables.get('notes', 'p', 'r')
    expect(entity).toEqual({
      ...keys,
      ...{ string: "it's “é” 😀", number: -0.25, bigint: -(2n ** 63n), boolean: false },
      date: new Date('2026-01-31T12:00:00.123Z'),
      bytes: new Uint8Array([0, 1, 2, 128, 255]),
      guid: new Guid('12345678-9abc-def0-1234-56789abcdef0'),
    })
  })

  it.each([
    ['number', ''],
    ['number', '1,5'],
    ['number', '0x10'],
    ['bigint', '1.5'],
    ['boolean', 'yes'],
    ['date', 'tomorrow'],
    ['bytes', '%%%'],
    ['guid', '1234'],
  ])('refuse a %s that is %j', async (type, text) => {
    const app = await openNotes()
    const { outcomes } = await app.post<SaveResult>('/save', {
      ...{ table: 'notes', isTransaction: false },
      changes: [{ kind: 'insert', ...keys, properties: { x: { type, text } } }],
    })
    expect(outcomes).toMatchObject([{ problem: { code: 'INVALID_ARGUMENT' } }])
  })

  it('have names that are names of every object too', async () => {
    const app = await openNotes()
    const value = { type: 'string', text: 'mine' }
    await insert(app, 'r', { constructor: value, toString: value })
    expect((await app.row('notes', keys)).properties).toEqual({
      ...{ constructor: value, toString: value },
    })
  })

  it('are cut in a list, and whole when one is asked for', async () => {
    const app = await openNotes()
    const text = 'x'.repeat(30_000)
    const bytes = Buffer.alloc(60_000, 7).toString('base64')
    await insert(app, 'r', { t: { type: 'string', text }, b: { type: 'bytes', text: bytes } })
    const { rows } = await app.get<RowPage>('/rows', { table: 'notes' })
    expect(rows[0]?.properties).toEqual({
      t: { type: 'string', text: 'x'.repeat(240), wholeLength: 30_000 },
      b: { type: 'bytes', text: Buffer.alloc(96, 7).toString('base64'), wholeLength: 60_000 },
    })
    expect((await app.row('notes', keys)).properties['t']).toEqual({ type: 'string', text })
  })

  it('come by pages in the order of their keys', async () => {
    const app = await openTablesApp()
    await laySamples(app.world.tables)
    const found: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const query = { table: 'metrics', ...(cursor === undefined ? {} : { cursor }) }
      const page: RowPage = await app.get<RowPage>('/rows', query)
      found.push(...page.rows.map(({ partitionKey, rowKey }) => `${partitionKey}/${rowKey}`))
      cursor = page.cursor
      pages += 1
    } while (cursor !== undefined)
    expect(found).toHaveLength(1200)
    expect(found).toEqual(found.toSorted())
    expect(pages).toBeGreaterThan(5)
  })

  it('come by a filter, with what is selected', async () => {
    const app = await openTablesApp()
    await laySamples(app.world.tables)
    const filter = "PartitionKey eq 'ceo' and tokens gt 500"
    const query = { table: 'conversations', filter, select: 'role,tokens' }
    const { rows } = await app.get<RowPage>('/rows', query)
    expect(rows.length).toBeGreaterThan(2)
    for (const { properties, partitionKey } of rows) {
      expect(partitionKey).toBe('ceo')
      expect(Object.keys(properties).toSorted()).toEqual(['role', 'tokens'])
      expect(Number(properties['tokens']?.text)).toBeGreaterThan(500)
    }
  })

  it('tell where a filter is wrong', async () => {
    const app = await openNotes()
    const text = 'a eq 1 and b xx 2'
    const problem = await app.fault(app.get('/filter', { text }))
    expect(problem.code).toBe('INVALID_ARGUMENT')
    expect(problem.message).toMatch(/^The filter is wrong at character 14: /)
    const rows = await app.fault(app.get('/rows', { table: 'notes', filter: text }))
    expect(rows.message).toBe(problem.message)
  })

  it('are looked up by keys: what is there now and satisfies the filter', async () => {
    const app = await openNotes()
    await insert(app, 'small', { n: { type: 'number', text: '1' } })
    await insert(app, 'large', { n: { type: 'number', text: '9' } })
    const asked = ['small', 'large', 'none'].map((rowKey) => ({ partitionKey: 'p', rowKey }))
    const { rows } = await app.post<Looked>('/look', {
      ...{ table: 'notes', filter: 'n gt 5', select: [], keys: asked },
    })
    expect(rows).toEqual([null, expect.objectContaining({ rowKey: 'large', properties: {} }), null])
  })
})

describe('changes', () => {
  it('merge leaves other properties alone, replace and remove do not', async () => {
    const app = await openNotes()
    const row = await insert(app, 'r', everyType)
    const text = { type: 'string', text: 'new' }
    const save = async (change: object): Promise<WireRow> => {
      const request = { table: 'notes', isTransaction: false, changes: [change] }
      const { outcomes } = await app.post<SaveResult>('/save', request)
      return (outcomes[0] as { row: WireRow }).row
    }
    const merged = await save(update(row, { string: text }))
    expect(merged.properties).toEqual({ ...everyType, string: text })
    const more = { mode: 'replace', remove: ['guid', 'bytes'] }
    const { guid: _, bytes: __, ...others } = everyType
    const replaced = await save(update(merged, { added: text }, more))
    expect(replaced.properties).toEqual({ ...others, string: text, added: text })
  })

  it('hold for the version that was edited only', async () => {
    const app = await openNotes()
    const row = await insert(app, 'r', { n: { type: 'number', text: '1' } })
    await app.world.tables.update('notes', { ...keys, n: 2 })
    for (const mode of ['merge', 'replace']) {
      const change = update(row, { n: { type: 'number', text: '3' } }, { mode })
      const request = { table: 'notes', isTransaction: false, changes: [change] }
      const { outcomes, undo } = await app.post<SaveResult>('/save', request)
      expect(outcomes).toMatchObject([{ problem: { code: 'PRECONDITION_FAILED' } }])
      expect(undo).toBeNull()
    }
    expect((await app.world.tables.get('notes', 'p', 'r')).entity['n']).toBe(2)
  })

  it('of one transaction are made all or none', async () => {
    const app = await openNotes()
    const rows = [await insert(app, 'a'), await insert(app, 'b')]
    const value = { n: { type: 'number', text: '1' } }
    const request = {
      ...{ table: 'notes', isTransaction: true },
      changes: rows.map((row) => update(row, value)),
    }
    const { outcomes } = await app.post<SaveResult>('/save', request)
    expect(outcomes).toMatchObject(rows.map(() => ({ row: { properties: value } })))
    // Their versions are old now.
    const problem = await app.fault(app.post('/save', { ...request, changes: request.changes }))
    expect(problem.code).toBe('PRECONDITION_FAILED')
    const mixed = [
      { kind: 'insert', partitionKey: 'p', rowKey: 'c', properties: {} },
      update(rows[0]!, value),
    ]
    await app.fault(app.post('/save', { ...request, changes: mixed }))
    expect(await app.world.tables.find('notes', 'p', 'c')).toBeUndefined()
  })

  it('are told, so that open pages show them', async () => {
    const app = await openNotes()
    const told: TableEvent[] = []
    const off = app.world.live.follow<TableEvent>({ name: 'table-changes' }, (event) =>
      told.push(event),
    )
    await app.world.tables.createTable('other')
    await app.world.tables.insert('other', keys)
    await app.world.tables.delete('other', 'p', 'r')
    await app.world.tables.deleteTable('other')
    off()
    expect(told).toEqual([
      { table: 'other', kind: 'created' },
      { table: 'other', kind: 'changed', entities: [{ ...keys, isDeleted: false }] },
      { table: 'other', kind: 'changed', entities: [{ ...keys, isDeleted: true }] },
      { table: 'other', kind: 'deleted' },
    ])
  })
})

describe('undo', () => {
  async function undoOf(
    app: TablesApp,
    isTransaction: boolean,
    changes: object[],
  ): Promise<string> {
    const request = { table: 'notes', isTransaction, changes }
    const { undo } = await app.post<SaveResult>('/save', request)
    return undo!.id
  }

  it.each([true, false])('takes back what was changed (transaction: %s)', async (isTransaction) => {
    const app = await openNotes()
    const kept = await insert(app, 'kept', everyType)
    const gone = await insert(app, 'gone', everyType)
    const id = await undoOf(app, isTransaction, [
      update(
        kept,
        { string: { type: 'string', text: 'other' } },
        { remove: ['guid'], mode: 'replace' },
      ),
      { kind: 'delete', partitionKey: 'p', rowKey: 'gone', ifMatch: gone.etag },
      { kind: 'insert', partitionKey: 'p', rowKey: 'new', properties: {} },
    ])
    expect(await app.post<UndoResult>('/undo', { id })).toEqual({ done: 3, problems: [] })
    const { rows } = await app.get<RowPage>('/rows', { table: 'notes' })
    expect(rows.map(({ rowKey, properties }) => [rowKey, properties])).toEqual([
      ['gone', everyType],
      ['kept', everyType],
    ])
    expect((await app.fault(app.post('/undo', { id }))).code).toBe('NOT_FOUND')
  })

  it('never takes back what somebody else did since', async () => {
    const app = await openNotes()
    const row = await insert(app, 'r', { n: { type: 'number', text: '1' } })
    const id = await undoOf(app, false, [update(row, { n: { type: 'number', text: '2' } })])
    await app.world.tables.update('notes', { ...keys, n: 3 })
    expect(await app.post<UndoResult>('/undo', { id })).toMatchObject({
      ...{ done: 0, problems: [{ code: 'PRECONDITION_FAILED' }] },
    })
    expect((await app.world.tables.get('notes', 'p', 'r')).entity['n']).toBe(3)
  })
})

it('samples are laid into tables that are new, and into no others', async () => {
  const app = await openTablesApp()
  const { tables } = app.world
  await tables.createTable('Metrics')
  await tables.insert('metrics', keys)
  await laySamples(tables)
  const count = async (table: string): Promise<number> =>
    (await app.get<EntityCount>('/count', { table })).count
  expect([await count('metrics'), await count('conversations')]).toEqual([1, 120])
})
