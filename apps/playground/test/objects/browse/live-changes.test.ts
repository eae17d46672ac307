/** A listing while others change what it shows, and the server does not always answer. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Row } from '../../../src/screens/objects/server/wire.ts'
import { LiveChanges } from '../../../src/screens/objects/web/browse/live-changes.ts'
import { Listing } from '../../../src/screens/objects/web/browse/listing.ts'

/** What is stored; undefined: the server does not answer. */
let stored: string[] | undefined
let asked: string[]
let listing: Listing
let live: LiveChanges
let close: () => void

const rowOf = (key: string): Row => ({ kind: 'object', key, size: 1, modifiedAt: 1, etag: key })

async function serve(path: string, init: RequestInit): Promise<Response> {
  asked.push(path.split('?')[0]!)
  if (stored === undefined) throw new TypeError('network: nobody answers')
  if (!path.startsWith('/api/objects/rows')) {
    const lines = [{ rows: stored.map(rowOf) }, { end: { count: 0, isTruncated: false } }]
    return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  }
  const { keys } = JSON.parse(init.body as string) as { keys: string[] }
  const all = stored
  return Response.json({ rows: keys.map((key) => (all.includes(key) ? rowOf(key) : null)) })
}

function keys(): string[] {
  const { columns, order } = listing.snapshot()
  return [...order].map((slot) => columns.keys[slot]!)
}

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms)

beforeEach(async () => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', serve)
  asked = []
  stored = ['a']
  listing = new Listing('')
  close = listing.open()
  live = new LiveChanges(listing)
  await pass(1000)
})
afterEach(() => {
  live.close()
  close()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

describe('a listing that is read again at the word of a person', () => {
  it('keeps what changed while it was read', async () => {
    stored = ['a', 'b']
    live.noteAll()
    await pass(2000)
    const read = Promise.withResolvers<void>()
    vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
      const response = await serve(path, init)
      if (!path.startsWith('/api/objects/rows')) await read.promise
      return response
    })
    const refreshed = listing.refresh()
    await pass(10)
    stored = ['b', 'c']
    live.note([
      { key: 'a', kind: 'deleted' },
      { key: 'c', kind: 'written' },
    ])
    await pass(500)
    expect(keys()).toEqual(['b', 'c'])
    read.resolve()
    await refreshed
    expect(keys()).toEqual(['b', 'c'])
  })
})

describe('a listing that could not be read again', () => {
  it.each([
    ['a change', () => live.note([{ key: 'b', kind: 'written' }])],
    ['a gap', () => live.noteAll()],
  ])('after %s is, once the server answers', async (_, change) => {
    stored = undefined
    change()
    await pass(500)
    expect(keys()).toEqual(['a'])
    stored = ['a', 'b', 'c']
    await pass(20_000)
    expect(keys()).toEqual(['a', 'b', 'c'])
  })

  it('asks less and less often, and at once when the feed is back', async () => {
    stored = undefined
    live.noteAll()
    await pass(600_000)
    const count = asked.length
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(120)
    await pass(60_000)
    expect(asked.length - count).toBeLessThan(10)
    stored = ['b']
    live.resume()
    await pass(600)
    expect(keys()).toEqual(['b'])
    asked = []
    await pass(600_000)
    expect(asked).toEqual([])
  })

  it('is asked for no more when it is closed', async () => {
    stored = undefined
    live.noteAll()
    await pass(500)
    live.close()
    asked = []
    await pass(600_000)
    expect(asked).toEqual([])
  })

  it('is so when the person asks, which tells what went wrong', async () => {
    stored = undefined
    await expect(listing.reread()).rejects.toThrow('does not answer')
    expect(keys()).toEqual(['a'])
    stored = ['z']
    await listing.refresh()
    expect(keys()).toEqual(['z'])
  })
})

it('a reading that another one ends is no success', async () => {
  const first = listing.reread()
  const second = listing.reread()
  expect(await Promise.all([first, second])).toEqual([false, true])
})
