import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { MemoryStorageBackend, type StandardSchema, StorageManager } from '../src/index.ts'

const instant = {
  now: () => 0,
  monotonicMs: () => 0,
  sleep: () => Promise.resolve(),
}
const open = (): StorageManager =>
  new StorageManager(new MemoryStorageBackend(), { clock: instant })

const Agent = z.object({ name: z.string(), level: z.number().default(1) })

describe('collections', () => {
  it('get, find, insert, put, delete, has, ids, documents', async () => {
    const store = open()
    const agents = store.collection('agents', Agent)
    await agents.insert('ceo', { name: 'Ada' })
    expect(await agents.get('ceo')).toEqual({ name: 'Ada', level: 1 })
    await expect(agents.insert('ceo', { name: 'Bob' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    })
    const info = await agents.put('cfo', { name: 'Cy', level: 2 })
    await agents.put('cfo', { name: 'Cy', level: 3 }, { ifMatch: info.etag })
    expect(await agents.find('none')).toBeUndefined()
    await expect(agents.get('none')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect([await agents.has('cfo'), await agents.has('none')]).toEqual([true, false])
    await store.save('agentsX', 1)
    expect(await agents.ids()).toEqual(['ceo', 'cfo'])
    const seen: unknown[] = []
    for await (const { id, value } of agents.documents()) seen.push([id, value.level])
    expect(seen).toEqual([
      ['ceo', 1],
      ['cfo', 3],
    ])
    expect(await agents.delete('ceo')).toBe(true)
    expectTypeOf(await agents.get('cfo')).toEqualTypeOf<{ name: string; level: number }>()
    expect(() => store.collection('/x')).toThrow(/begins with/)
    await expect(agents.get('..')).rejects.toMatchObject({ code: 'INVALID_KEY' })
  })

  it('iterate over more documents than are loaded ahead', async () => {
    const items = open().collection<number>('items/')
    for (let i = 0; i < 50; i++) await items.put(`${i}`.padStart(2, '0'), i)
    const seen: number[] = []
    for await (const { value } of items.documents()) seen.push(value)
    expect(seen).toEqual(Array.from({ length: 50 }, (_, i) => i))
  })

  it('updates lose nothing between writers', async () => {
    const counters = open().collection<{ n: number }>('counters')
    await counters.insert('c', { n: 0 })
    const add = () => counters.update('c', ({ n }) => ({ n: n + 1 }), { attempts: 100 })
    await Promise.all(Array.from({ length: 20 }, add))
    expect(await counters.get('c')).toEqual({ n: 20 })
  })

  it('updates give up after their attempts, and pass on what the change throws', async () => {
    const counters = open().collection<number>('counters')
    await counters.put('c', 0)
    let calls = 0
    const change = async (n: number): Promise<number> => {
      calls++
      await counters.put('c', n + 10)
      return n + 1
    }
    await expect(counters.update('c', change, { attempts: 3 })).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: 'exhausted',
      key: 'counters/c',
    })
    expect(calls).toBe(3)
    const failing = (): never => {
      throw new RangeError('no')
    }
    await expect(counters.update('c', failing)).rejects.toThrow(RangeError)
    await expect(counters.update('none', (n) => n)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(counters.update('c', (n) => n, { attempts: 0 })).rejects.toThrow(/attempts/)
  })
})

const schemas: [string, StandardSchema][] = [
  ['zod', z.object({ user: z.object({ age: z.number() }) })],
  ['valibot', v.object({ user: v.object({ age: v.number() }) })],
  ['arktype', type({ user: { age: 'number' } })],
]

describe.each(schemas)('schemas of %s', (_name, schema) => {
  it('pass what fits and refuse the rest before a write, without the value', async () => {
    const store = open()
    await store.save('k', { user: { age: 3 } }, { schema })
    expect(await store.load('k', { schema })).toEqual({ user: { age: 3 } })
    const failure = await store
      .save('k', { user: { age: 'topsecret' } }, { schema })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'SCHEMA_INVALID', key: 'k' })
    expect(String(failure)).toContain('$.user.age')
    expect(String(failure)).not.toContain('topsecret')
    expect(await store.load('k')).toEqual({ user: { age: 3 } })
    await store.save('bad', { user: {} })
    await expect(store.load('bad', { schema })).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    expect(await store.find('none', { schema })).toBeUndefined()
  })
})

describe('schemas', () => {
  it('transform on the way in and out, also asynchronously', async () => {
    const store = open()
    const schema = z.object({ at: z.coerce.date(), n: z.number().default(5) })
    await store.save('k', { at: '2026-01-01T00:00:00Z' }, { schema })
    expect(await store.load('k')).toEqual({ at: new Date('2026-01-01T00:00:00Z'), n: 5 })
    const slow = z.string().refine((text) => Promise.resolve(text !== 'no'), 'must not be no')
    await expect(store.save('s', 'no', { schema: slow })).rejects.toMatchObject({
      code: 'SCHEMA_INVALID',
    })
    await store.save('s', 'yes', { schema: slow })
    expectTypeOf(await store.load('k', { schema })).toEqualTypeOf<{ at: Date; n: number }>()
  })
})
