import { describe, expect, it } from 'vitest'
import type { EntriesLine, Prefixes, Row, Rows } from '../../src/screens/objects/server/wire.ts'
import { openObjectsApp } from './support/open-objects.ts'

const tree = ['a/1', 'a/2', 'a/b/3', 'a/b/c/4', 'z', 'ä/5', '\u{1F600}/6']

function rowsOf(lines: readonly EntriesLine[]): Row[] {
  return lines.flatMap((line) => ('rows' in line ? line.rows : []))
}

function names(rows: readonly Row[]): string[] {
  return rows.map((row) => (row.kind === 'prefix' ? row.prefix : row.key))
}

describe('GET /entries', () => {
  it('gives rows in order, objects and prefixes merged, then the end', async () => {
    const objects = await openObjectsApp({ keys: tree })
    const lines = await objects.lines<EntriesLine>('GET', '/entries')
    expect(names(rowsOf(lines))).toEqual(['a/', 'z', 'ä/', '\u{1F600}/'])
    expect(lines.at(-1)).toEqual({ end: { count: 4, isTruncated: false } })
    const z = await objects.world.storage.stat('z')
    expect(rowsOf(lines)[1]).toEqual({
      kind: 'object',
      key: 'z',
      size: z.size,
      modifiedAt: z.modifiedAt.getTime(),
      contentType: 'text/plain; charset=utf-8',
      etag: z.etag,
    })
  })

  it('lists under a prefix, and flat with an empty delimiter', async () => {
    const objects = await openObjectsApp({ keys: tree })
    const under = await objects.lines<EntriesLine>('GET', '/entries', { query: { prefix: 'a/' } })
    expect(names(rowsOf(under))).toEqual(['a/1', 'a/2', 'a/b/'])
    const query = { prefix: 'a/', delimiter: '' }
    const flat = await objects.lines<EntriesLine>('GET', '/entries', { query })
    expect(names(rowsOf(flat))).toEqual(['a/1', 'a/2', 'a/b/3', 'a/b/c/4'])
  })

  it('streams 3,000 keys, the first batch small', async () => {
    const keys = Array.from({ length: 3000 }, (_, i) => `many/${String(i).padStart(5, '0')}`)
    const objects = await openObjectsApp({ keys })
    const query = { prefix: 'many/' }
    const response = await objects.ask('GET', '/entries', { query })
    expect(response.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8')
    const lines = (await response.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(names(rowsOf(lines))).toEqual(keys)
    expect(lines.map((line) => line.rows?.length)).toEqual([100, 1000, 1000, 900, undefined])
    const cut = await objects.lines<EntriesLine>('GET', '/entries', {
      query: { ...query, limit: 1500 },
    })
    expect(names(rowsOf(cut))).toEqual(keys.slice(0, 1500))
    expect(cut.at(-1)).toEqual({ end: { count: 1500, isTruncated: true } })
    const whole = await objects.lines<EntriesLine>('GET', '/entries', {
      query: { ...query, limit: 3000 },
    })
    expect(whole.at(-1)).toEqual({ end: { count: 3000, isTruncated: false } })
  })

  it('lists no further than the client reads, and stops when it goes away', async () => {
    const keys = Array.from({ length: 1200 }, (_, i) => `many/${String(i).padStart(5, '0')}`)
    const objects = await openObjectsApp({ keys })
    const pages = countLists(objects.world.storage)
    const response = await objects.ask('GET', '/entries', { query: { prefix: 'many/' } })
    const reader = response.body!.getReader()
    await reader.read()
    await pause()
    expect(pages.count).toBe(1)
    await reader.read()
    await reader.cancel()
    await pause()
    expect(pages.count).toBe(2)
  })

  it('tells an error before the first line by its status, a later one as a line', async () => {
    const objects = await openObjectsApp({ keys: Array.from({ length: 150 }, (_, i) => `k${i}`) })
    const refused = await objects.problem('GET', '/entries', { query: { prefix: 'a\u0007' } })
    expect(refused).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    const response = await objects.ask('GET', '/entries')
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect(JSON.parse((await reader.read()).value!).rows).toHaveLength(100)
    await objects.world.storage.close()
    expect(JSON.parse((await reader.read()).value!)).toMatchObject({ error: { code: 'CLOSED' } })
    expect((await reader.read()).done).toBe(true)
  })

  it.each([{ limit: 0 }, { limit: 250_001 }, { limit: 'x' }, { limit: -1 }, { limit: '1e3' }])(
    'refuses %j',
    async (query) => {
      const objects = await openObjectsApp()
      const problem = await objects.problem('GET', '/entries', { query })
      expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
      expect(problem.message).toContain('query.limit')
    },
  )
})

describe('GET /prefixes', () => {
  it('gives the folders right below', async () => {
    const objects = await openObjectsApp({ keys: tree })
    const top = await objects.json<Prefixes>('GET', '/prefixes')
    expect(top).toEqual({ prefixes: ['a/', 'ä/', '\u{1F600}/'], isTruncated: false })
    const below = await objects.json<Prefixes>('GET', '/prefixes', { query: { prefix: 'a/' } })
    expect(below).toEqual({ prefixes: ['a/b/'], isTruncated: false })
  })

  it('gives 1,000 at most', async () => {
    const keys = Array.from({ length: 1001 }, (_, i) => `d${String(i).padStart(4, '0')}/x`)
    const objects = await openObjectsApp({ keys })
    const { prefixes, isTruncated } = await objects.json<Prefixes>('GET', '/prefixes')
    expect(prefixes).toHaveLength(1000)
    expect(isTruncated).toBe(true)
    await objects.world.storage.delete('d0000/x')
    expect(await objects.json<Prefixes>('GET', '/prefixes')).toMatchObject({ isTruncated: false })
  })
})

describe('POST /rows', () => {
  it('gives what is there now, in the order of the keys', async () => {
    const objects = await openObjectsApp({ keys: tree })
    const json = { keys: ['z', 'gone', 'a/1'] }
    const { rows } = await objects.json<Rows>('POST', '/rows', { json })
    expect(rows.map((row) => row?.key ?? null)).toEqual(['z', null, 'a/1'])
    expect(rows[0]).toMatchObject({ kind: 'object', size: 9 })
  })

  it('refuses more than 1,000 keys, and what is no list of keys', async () => {
    const objects = await openObjectsApp()
    for (const keys of [Array.from({ length: 1001 }, String), 'a', [1], ['']]) {
      const problem = await objects.problem('POST', '/rows', { json: { keys } })
      expect(problem).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
    }
    const body = new TextEncoder().encode('{"keys":')
    const headers = { 'content-type': 'application/json' }
    const broken = await objects.problem('POST', '/rows', { body, headers })
    expect(broken).toMatchObject({ status: 400, code: 'INVALID_ARGUMENT' })
  })
})

/** Counts the pages that are asked of the backend. */
function countLists(storage: { backend: { list: unknown } }): { count: number } {
  const pages = { count: 0 }
  const { backend } = storage
  const list = backend.list as (...args: unknown[]) => unknown
  backend.list = (...args: unknown[]) => {
    pages.count += 1
    return list.apply(backend, args)
  }
  return pages
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 30))
}
