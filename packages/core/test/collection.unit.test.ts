import { inspect } from 'node:util'
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

describe('collections and their schemas', () => {
  it('updates give what the schema makes of the change', async () => {
    const agents = open().collection('agents', Agent)
    await agents.insert('ceo', { name: 'Ada' })
    const { value } = await agents.update('ceo', () => ({ name: 'Bea' }))
    expect(value).toEqual({ name: 'Bea', level: 1 })
    expectTypeOf(value).toEqualTypeOf<{ name: string; level: number }>()
  })

  it('a callback that returns nothing changes nothing', async () => {
    const counters = open().collection<number>('counters')
    await counters.put('c', 1)
    await expect(counters.update('c', () => undefined as never)).rejects.toThrow(TypeError)
    expect(await counters.get('c')).toBe(1)
  })

  it.each<[string, StandardSchema, unknown]>([
    ['another type', z.string().transform((text) => text.length), 'abc'],
    ['another value', z.number().transform((n) => n + 1), 1],
  ])('a schema that gives %s is refused before the write', async (_name, schema, value) => {
    const store = open()
    const documents = store.collection('d', schema)
    const failure = documents.put('x', value)
    await expect(failure).rejects.toMatchObject({ code: 'SCHEMA_INVALID', key: 'd/x' })
    await expect(failure).rejects.toThrow(/before put\(\) or after get\(\)/)
    expect(await store.listKeys()).toEqual([])
  })

  it('skip what is under their name but no document', async () => {
    const backend = new MemoryStorageBackend()
    const items = new StorageManager(backend).collection<number>('items')
    await items.put('a', 1)
    for (const key of ['items/', 'items//x', 'items/..', 'items/b/']) {
      await backend.write(key, new Uint8Array([49]), { contentType: 'application/json' })
    }
    expect(await items.ids()).toEqual(['a'])
    const seen: string[] = []
    for await (const { id } of items.documents()) seen.push(id)
    expect(seen).toEqual(['a'])
  })

  it('take a value that is changed after the call', async () => {
    const items = open().collection<Uint8Array>('items')
    const bytes = new Uint8Array([1])
    const putting = items.put('a', bytes)
    bytes.fill(9)
    await putting
    expect(await items.get('a')).toEqual(new Uint8Array([1]))
  })

  it('refuse options that they do not know', async () => {
    const items = open().collection<number>('items')
    const unknown = { as: 'text' } as never
    const calls = [items.get('a', unknown), items.find('a', unknown), items.has('a', unknown)]
    for (const call of [...calls, items.delete('a', unknown)]) {
      await expect(call).rejects.toThrow(/unknown option/)
    }
  })
})

describe('the errors of schemas', () => {
  const secret = 'topsecret'
  const cases: [string, StandardSchema, unknown, string][] = [
    ['valibot map', v.map(v.string(), v.number()), new Map([[secret, secret]]), '$[…]'],
    ['valibot set', v.set(v.number()), new Set([secret]), '$[…]'],
    ['valibot trimmed', v.pipe(v.string(), v.trim(), v.email()), ` ${secret} `, '$'],
    ['valibot date', v.pipe(v.date(), v.maxValue(new Date(0))), new Date('2026-05-17'), '$'],
    ['zod message', z.object({ a: z.string().refine(() => false, secret) }), { a: secret }, '$.a'],
    ['arktype', type({ a: 'string.email' }), { a: secret }, '$.a'],
    ['long text', v.object({ a: v.literal('b') }), { a: secret.repeat(8000) }, '$.a'],
  ]

  it.each(cases)('tell the place, never the value: %s', async (_name, schema, value, path) => {
    const failure = await open()
      .save('k', value, { schema })
      .catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'SCHEMA_INVALID' })
    expect((failure as Error).message).toContain(`${path}: `)
    const told = inspect(failure, { depth: 9 }) + JSON.stringify((failure as Error).cause)
    expect(told).not.toContain(secret)
    expect(told).not.toContain('2026-05-17')
  })

  it('tell what is expected, and hand on the issues of the library', async () => {
    const schema = z.object({ n: z.number() })
    const failure = (await open()
      .save('k', { n: 'x' as never }, { schema })
      .catch((error: unknown) => error)) as Error
    expect(failure.message).toContain('$.n: expected number (invalid_type)')
    const { issues } = failure.cause as { issues: readonly { message: string }[] }
    expect(issues[0]!.message).toContain('expected number')
  })
})
