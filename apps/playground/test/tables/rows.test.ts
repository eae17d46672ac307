/** The rows of a query: pages, and what changes while they are shown. */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compareRows, Rows, type RowsSource } from '../../src/screens/tables/web/rows.ts'
import type { WireRow } from '../../src/screens/tables/server/wire.ts'

function row(rowKey: string, etag = '1', properties: WireRow['properties'] = {}): WireRow {
  return { partitionKey: 'p', rowKey, etag, modifiedAt: 0, properties }
}

/** Entities by row key, in pages of two. */
class Table implements RowsSource {
  readonly rows = new Map<string, WireRow>()
  calls = 0
  gate: Promise<void> = Promise.resolve()

  constructor(...keys: readonly string[]) {
    for (const key of keys) this.rows.set(key, row(key))
  }

  async page(cursor: string | undefined): ReturnType<RowsSource['page']> {
    this.calls += 1
    const all = [...this.rows.values()].toSorted(compareRows)
    const from = cursor === undefined ? 0 : all.findIndex(({ rowKey }) => rowKey > cursor)
    const rows = from < 0 ? [] : all.slice(from, from + 2)
    await this.gate
    const last = rows.at(-1)?.rowKey
    return { rows, ...(last === undefined || last === all.at(-1)?.rowKey ? {} : { cursor: last }) }
  }

  async look(keys: Parameters<RowsSource['look']>[0]): Promise<(WireRow | null)[]> {
    return keys.map(({ rowKey }) => this.rows.get(rowKey) ?? null)
  }
}

const namesOf = (rows: Rows): string =>
  rows
    .state()
    .rows.map(({ rowKey }) => rowKey)
    .join('')
const keys = (rowKey: string): { partitionKey: string; rowKey: string } => {
  return { partitionKey: 'p', rowKey }
}

describe('rows', () => {
  it('come page by page, once each', async () => {
    const table = new Table('a', 'b', 'c', 'd', 'e')
    const rows = new Rows(table)
    await Promise.all([rows.load(), rows.load()])
    expect([namesOf(rows), rows.state().status]).toEqual(['ab', 'more'])
    await rows.load()
    await rows.load()
    expect([namesOf(rows), rows.state().status]).toEqual(['abcde', 'whole'])
    await rows.load()
    expect(table.calls).toBe(3)
  })

  it('go on behind a page that is empty', async () => {
    let page = 0
    const rows = new Rows({
      page: async () => (++page < 3 ? { rows: [], cursor: `${page}` } : { rows: [row('z')] }),
      look: async () => [],
    })
    await rows.load()
    expect(namesOf(rows)).toBe('z')
  })

  it('tell a failure, and can be loaded again', async () => {
    const table = new Table('a')
    const page = vi.spyOn(table, 'page').mockRejectedValueOnce(new Error('broken'))
    const rows = new Rows(table)
    await rows.load()
    expect(rows.state()).toMatchObject({ status: 'more', problem: { message: 'broken' } })
    page.mockRestore()
    await rows.load()
    expect(rows.state()).toMatchObject({ status: 'whole', problem: undefined })
  })

  it('know the properties in the order in which they came', async () => {
    const table = new Table()
    const value = { type: 'string', text: '' } as const
    table.rows.set('a', row('a', '1', { y: value, constructor: value }))
    table.rows.set('b', row('b', '1', { x: value }))
    const rows = new Rows(table)
    await rows.load()
    expect(rows.state().columns).toEqual(['y', 'constructor', 'x'])
  })
})

describe('changes', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())
  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(300)

  it('are shown in their place, together, and once', async () => {
    const table = new Table('a', 'c', 'e')
    const rows = new Rows(table)
    await rows.load()
    await rows.load()
    const look = vi.spyOn(table, 'look')
    table.rows.set('b', row('b'))
    table.rows.set('c', row('c', '2'))
    table.rows.delete('a')
    for (const key of ['a', 'b', 'c', 'b']) rows.changed([keys(key)])
    await settle()
    expect(namesOf(rows)).toBe('bce')
    expect(rows.state().rows[1]?.etag).toBe('2')
    expect([...rows.state().changedAt.keys()]).toEqual(['p/b', 'p/c'])
    expect(look).toHaveBeenCalledTimes(1)
  })

  it('behind the last row come with their page, not before', async () => {
    const table = new Table('a', 'b', 'y', 'z')
    const rows = new Rows(table)
    await rows.load()
    table.rows.set('x', row('x'))
    rows.changed([keys('x')])
    await settle()
    expect(namesOf(rows)).toBe('ab')
    await rows.load()
    expect(namesOf(rows)).toBe('abxy')
  })

  it('while a page comes are looked up behind it: the older answer does not win', async () => {
    const table = new Table('a', 'b', 'c', 'd')
    const rows = new Rows(table)
    await rows.load()
    const gate = Promise.withResolvers<void>()
    table.gate = gate.promise
    const loading = rows.load()
    await settle()
    // The page was read, and is on its way.
    table.rows.delete('d')
    rows.changed([keys('d')])
    await settle()
    gate.resolve()
    await loading
    await settle()
    expect(namesOf(rows)).toBe('abc')
  })

  it('of our own are there at once, and are no news later', async () => {
    const table = new Table('a')
    const rows = new Rows(table)
    await rows.load()
    table.rows.set('b', row('b'))
    rows.put(keys('b'), row('b'))
    expect(namesOf(rows)).toBe('ab')
    const { changedAt } = rows.state()
    rows.changed([keys('b')])
    await settle()
    expect(rows.state().changedAt).toBe(changedAt)
    rows.put(keys('b'), null)
    expect(namesOf(rows)).toBe('a')
  })
})

it('closed, they read nothing any more', async () => {
  const table = new Table('a')
  const rows = new Rows(table)
  await rows.load()
  const look = vi.spyOn(table, 'look')
  rows.changed([keys('a')])
  rows.close()
  await sleep(300)
  expect(look).not.toHaveBeenCalled()
  const unread = new Rows(table)
  const page = vi.spyOn(table, 'page')
  unread.close()
  await unread.load()
  expect(page).not.toHaveBeenCalled()
  // Not "loading", which would never end.
  expect(unread.state().status).toBe('more')
})
