/** The prefixes that the tree knows, while others write and delete. */
import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  LivePrefixes,
  prefixQuery,
} from '../../../src/screens/objects/web/browse/prefix-queries.ts'
import type { Prefixes } from '../../../src/screens/objects/server/wire.ts'

type Answer = PromiseWithResolvers<unknown>

/** What the server is asked; each question is answered by the test. */
let asked: Map<string, Answer>
let queries: QueryClient
let live: LivePrefixes

function answer(path: string, body: unknown): void {
  const question = asked.get(path)
  if (question === undefined) throw new Error(`${path} is not asked; ${[...asked.keys()].join()}`)
  asked.delete(path)
  question.resolve(body)
}

/** A row of the tree that is expanded: reads the prefixes under it. */
function show(prefix: string): void {
  const stop = new QueryObserver(queries, prefixQuery(prefix)).subscribe(() => undefined)
  stops.push(stop)
}
let stops: (() => void)[] = []

function known(prefix: string): readonly string[] | undefined {
  return queries.getQueryData<Prefixes>(['objects', 'prefixes', prefix])?.prefixes
}

const root = '/api/objects/prefixes?prefix='
const under = (prefix: string): string =>
  `/api/objects/entries?prefix=${encodeURIComponent(prefix)}&delimiter=&limit=1`
const prefixes = (...names: string[]): Prefixes => ({ prefixes: names, isTruncated: false })
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(1000)

beforeEach(() => {
  vi.useFakeTimers()
  asked = new Map()
  vi.stubGlobal('fetch', async (path: string) => {
    const question = Promise.withResolvers<unknown>()
    asked.set(path, question)
    return Response.json(await question.promise)
  })
  queries = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, retry: false } } })
  live = new LivePrefixes(queries)
})
afterEach(() => {
  for (const stop of stops) stop()
  stops = []
  live.close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('the prefixes of the tree', () => {
  it('come that were written while their parent was read the first time', async () => {
    show('')
    await settle()
    live.note([{ key: 'late/x', kind: 'written' }])
    await settle()
    answer(root, prefixes('a/'))
    await settle()
    expect(known('')).toEqual(['a/', 'late/'])
  })

  it('come also when an older answer to a second reading does not have them', async () => {
    show('')
    await settle()
    answer(root, prefixes('a/'))
    await settle()
    void queries.invalidateQueries()
    live.note([{ key: 'late/x', kind: 'written' }])
    await settle()
    answer(root, prefixes('a/'))
    await settle()
    expect(known('')).toEqual(['a/', 'late/'])
  })

  it('do not wait for the reading of another one', async () => {
    show('')
    await settle()
    answer(root, prefixes('a/'))
    show('a/')
    await settle()
    live.note([{ key: 'b/x', kind: 'written' }])
    await settle()
    expect(known('')).toEqual(['a/', 'b/'])
    answer(`${root}a%2F`, prefixes())
  })

  it('go when nothing is under them any more', async () => {
    show('')
    await settle()
    answer(root, prefixes('a/', 'b/'))
    await settle()
    live.note(['a/x', 'b/x'].map((key) => ({ key, kind: 'deleted' })))
    await settle()
    answer(under('a/'), { rows: [] })
    answer(under('b/'), { rows: [{ kind: 'object', key: 'b/y' }] })
    await settle()
    expect(known('')).toEqual(['b/'])
  })

  it('stay when somebody writes while it is looked whether they are empty', async () => {
    show('')
    await settle()
    answer(root, prefixes('a/', 'b/'))
    await settle()
    live.note(['a/x', 'b/x'].map((key) => ({ key, kind: 'deleted' })))
    await settle()
    live.note([{ key: 'a/new', kind: 'written' }])
    answer(under('a/'), { rows: [] })
    answer(under('b/'), { rows: [] })
    await settle()
    expect(known('')).toEqual(['a/'])
  })

  it('are read again when too many came, also those of a first reading', async () => {
    show('')
    await settle()
    const many = Array.from({ length: 60 }, (_, i) => `p${String(i).padStart(2, '0')}/`)
    live.note(many.map((prefix) => ({ key: `${prefix}x`, kind: 'written' })))
    await settle()
    answer(root, prefixes())
    await settle()
    answer(root, prefixes(...many))
    await settle()
    expect(known('')).toEqual(many)
  })
})
