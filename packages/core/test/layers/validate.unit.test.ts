import { type } from 'arktype'
import * as v from 'valibot'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { aroundCalls, defineLayer } from '../../src/backend-kit.ts'
import {
  applyLayers,
  type InvalidObject,
  isStorageError,
  MemoryStorageBackend,
  type StorageBackend,
  StorageManager,
  validate,
  type ValidateOptions,
  type ValidationRules,
} from '../../src/index.ts'
import { faults } from '../../src/testing/index.ts'

const json = { contentType: 'application/json' }
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const agent = z.object({ name: z.string(), age: z.number() })
const good = '{"name":"ceo","age":40}'
const bad = '{"name":"s3cret","age":"old"}'

interface Validated {
  readonly inner: MemoryStorageBackend
  readonly backend: StorageBackend
  readonly writes: ReturnType<typeof vi.spyOn>
}

function validated(options?: ValidateOptions, rules?: ValidationRules): Validated {
  const inner = new MemoryStorageBackend()
  const writes = vi.spyOn(inner, 'write')
  const backend = applyLayers(inner, [validate(rules ?? { 'agents/*': agent }, options)])
  return { inner, backend, writes }
}

async function errorOf(call: Promise<unknown>): Promise<{ code: string; message: string }> {
  const error = await call.then(
    () => ({ code: 'none', message: '' }),
    (failure: unknown) => failure,
  )
  if (isStorageError(error)) return error
  return error as { code: string; message: string }
}

async function textAt(backend: StorageBackend, key: string, range?: object): Promise<string> {
  const { body } = await backend.read(key, range === undefined ? {} : { range: range as never })
  return Buffer.from(body as Uint8Array).toString()
}

/** A source that knows whether it was closed. */
function streamOf(text: string): { body: AsyncIterable<Uint8Array>; isClosed: () => boolean } {
  let closed = false
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        yield bytes(text)
        await new Promise(setImmediate)
      }
    } finally {
      closed = true
    }
  }
  return { body: body(), isClosed: () => closed }
}

describe('validate, on the way in', () => {
  it('stores what satisfies the schema, byte by byte, whatever it makes of it', async () => {
    const lax = z.object({ name: z.string().toUpperCase(), age: z.coerce.number().default(1) })
    const { inner, backend } = validated({}, { 'agents/*': lax })
    const text = ' {"name":"ceo", "more": true,\n"age":"7"}'
    await backend.write('agents/ceo', bytes(text), { ...json, metadata: { a: 'b' } })
    expect(await textAt(inner, 'agents/ceo')).toBe(text)
    async function* pieces(): AsyncGenerator<Uint8Array> {
      for (const unit of text) yield bytes(unit)
    }
    await backend.write('agents/cfo', pieces(), json)
    expect(await textAt(inner, 'agents/cfo')).toBe(text)
    expect((await inner.stat('agents/ceo')).metadata).toEqual({ a: 'b' })
  })

  it('refuses what does not, before anything is written, with paths and never values', async () => {
    const { backend, writes } = validated()
    const refusal = await errorOf(backend.write('agents/ceo', bytes(bad), json))
    expect(refusal).toMatchObject({
      code: 'SCHEMA_INVALID',
      key: 'agents/ceo',
      operation: 'write',
      backend: 'memory',
    })
    expect(refusal.message).toContain('$.age')
    expect(JSON.stringify(refusal)).not.toContain('s3cret')
    expect((await errorOf(backend.write('agents/ceo', bytes('{'), json))).code).toBe(
      'SERIALIZATION',
    )
    const text = await errorOf(backend.write('agents/ceo', bytes(good), { contentType: 'text/x' }))
    expect(text.code).toBe('SCHEMA_INVALID')
    expect(writes).not.toHaveBeenCalled()
  })

  it('lets keys without a rule pass, untouched and as streams', async () => {
    const { backend, writes } = validated()
    const { body } = streamOf('x')
    const source = (async function* () {
      for await (const chunk of body) {
        yield chunk
        return
      }
    })()
    await backend.write('agents/ceo/memory', source, json)
    expect(writes.mock.calls[0]![1]).toBe(source)
    await backend.write('Agents/ceo', bytes(bad), json)
    expect(await textAt(backend, 'Agents/ceo')).toBe(bad)
  })

  it('stores the bytes that it has seen, although their owner changes them meanwhile', async () => {
    const slow = v.pipeAsync(
      v.looseObject({ age: v.number() }),
      v.checkAsync(async () => {
        await new Promise(setImmediate)
        return true
      }),
    )
    const { inner, backend } = validated({}, { '**': slow })
    const body = bytes('{"age":1}')
    const write = backend.write('a', body, json)
    body.set(bytes('{"age":x}'))
    await write
    expect(await textAt(inner, 'a')).toBe('{"age":1}')
  })

  it('keeps what a schema does to a value of bytes out of the store', async () => {
    const spoiling = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: (value: unknown) => ({ value: (value as Uint8Array).fill(0) }),
      },
    }
    const { inner, backend } = validated({}, { '**': spoiling })
    await backend.write('a', bytes('abc'), { contentType: 'application/octet-stream' })
    expect(await textAt(inner, 'a')).toBe('abc')
    expect(await textAt(backend, 'a')).toBe('abc')
  })

  it('refuses what is larger than it holds, and closes its source', async () => {
    const heard: InvalidObject[] = []
    const options = {
      bytesMax: 100,
      onWrite: 'warn',
      onInvalid: (i: InvalidObject) => void heard.push(i),
    } as const
    const { backend, writes } = validated(options)
    const large = await errorOf(backend.write('agents/a', new Uint8Array(101), json))
    expect(large).toMatchObject({ code: 'QUOTA_EXCEEDED', key: 'agents/a' })
    const endless = streamOf('x'.repeat(30))
    expect((await errorOf(backend.write('agents/a', endless.body, json))).code).toBe(
      'QUOTA_EXCEEDED',
    )
    await expect.poll(endless.isClosed).toBe(true)
    expect(writes).not.toHaveBeenCalled()
    expect(heard.map(({ isRefused, error }) => [isRefused, error.code])).toEqual([
      [true, 'QUOTA_EXCEEDED'],
      [true, 'QUOTA_EXCEEDED'],
    ])
  })

  it('ends with ABORTED while a schema does not answer', async () => {
    const never = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => new Promise<never>(() => undefined),
      },
    }
    const { backend, writes } = validated({}, { '**': never })
    const controller = new AbortController()
    const write = errorOf(backend.write('a', bytes('1'), { ...json, signal: controller.signal }))
    await new Promise(setImmediate)
    controller.abort(new Error('enough'))
    expect((await write).code).toBe('ABORTED')
    expect(writes).not.toHaveBeenCalled()
  })

  it('hands on conditions, and what a schema throws as it is', async () => {
    const { backend } = validated()
    await backend.write('agents/a', bytes(good), json)
    const create = backend.write('agents/a', bytes(good), { ...json, ifNoneMatch: '*' })
    expect((await errorOf(create)).code).toBe('ALREADY_EXISTS')
    const broken = {
      '~standard': {
        version: 1 as const,
        vendor: 'test',
        validate: () => {
          throw new TypeError('a mistake')
        },
      },
    }
    const other = validated({}, { '**': broken })
    await expect(other.backend.write('a', bytes('1'), json)).rejects.toThrow('a mistake')
  })
})

describe('validate, on the way out', () => {
  it('gives nothing of what does not satisfy its schema, also no range of it', async () => {
    const { inner, backend } = validated()
    await inner.write('agents/a', bytes(bad), json)
    await inner.write('agents/b', bytes('{'), json)
    expect(await errorOf(backend.read('agents/a'))).toMatchObject({
      code: 'SCHEMA_INVALID',
      key: 'agents/a',
      operation: 'read',
    })
    const range = { offset: 0, length: 1 }
    expect((await errorOf(backend.read('agents/a', { range }))).code).toBe('SCHEMA_INVALID')
    expect((await errorOf(backend.read('agents/b'))).code).toBe('SERIALIZATION')
  })

  it('gives ranges of what does, and keeps conditions', async () => {
    const { backend } = validated()
    const { etag } = await backend.write('agents/a', bytes(good), json)
    expect(await textAt(backend, 'agents/a')).toBe(good)
    expect(await textAt(backend, 'agents/a', { offset: 2, length: 4 })).toBe('name')
    expect(await textAt(backend, 'agents/a', { suffix: 1 })).toBe('}')
    const result = await backend.read('agents/a', { range: { offset: 2, length: 4 } })
    expect([result.start, result.end, result.info.size]).toEqual([2, 6, good.length])
    expect(await errorOf(backend.read('agents/a', { range: { offset: 99 } }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      status: 416,
    })
    expect((await errorOf(backend.read('agents/a', { ifNoneMatch: etag }))).code).toBe(
      'NOT_MODIFIED',
    )
    expect((await errorOf(backend.read('agents/none'))).code).toBe('NOT_FOUND')
  })

  it('refuses what is too large to be validated, and frees it', async () => {
    const { inner, backend } = validated({ bytesMax: 100 })
    await inner.write('agents/a', bytes(`"${'x'.repeat(200)}"`), json)
    let cancels = 0
    const read = inner.read.bind(inner)
    inner.read = async (...given) => {
      const result = await read(...given)
      const body = { [Symbol.asyncIterator]: vi.fn(), cancel: async () => void cancels++ }
      return { ...result, body }
    }
    expect(await errorOf(backend.read('agents/a'))).toMatchObject({ code: 'QUOTA_EXCEEDED' })
    expect((await errorOf(backend.copy('agents/a', 'agents/b'))).code).toBe('QUOTA_EXCEEDED')
    expect(cancels).toBe(2)
  })

  it('with warn gives what is there, and tells of it', async () => {
    const heard: [string, string, string, boolean][] = []
    const onInvalid = ({ key, operation, error, isRefused }: InvalidObject): void => {
      heard.push([key, operation, error.code, isRefused])
      throw new Error('of no concern')
    }
    const { inner, backend } = validated({ onRead: 'warn', onInvalid, bytesMax: 100 })
    await inner.write('agents/a', bytes(bad), json)
    await inner.write('agents/b', bytes('x'.repeat(200)), json)
    expect(await textAt(backend, 'agents/a')).toBe(bad)
    expect(await textAt(backend, 'agents/b')).toHaveLength(200)
    expect(await textAt(backend, 'agents/b', { suffix: 3 })).toBe('xxx')
    expect((await errorOf(backend.write('agents/c', bytes(bad), json))).code).toBe('SCHEMA_INVALID')
    expect(heard).toEqual([
      ['agents/a', 'read', 'SCHEMA_INVALID', false],
      ['agents/b', 'read', 'QUOTA_EXCEEDED', false],
      ['agents/b', 'read', 'QUOTA_EXCEEDED', false],
      ['agents/c', 'write', 'SCHEMA_INVALID', true],
    ])
  })
})

describe('validate, of copies', () => {
  it('onto itself, never writes over what others wrote while it was checked', async () => {
    const inner = new MemoryStorageBackend()
    let left = 0
    const meddled = z.unknown().refine(async () => {
      if (left-- > 0) await inner.write('agents/a', bytes(`{"left":${left}}`), json)
      return true
    })
    const backend = applyLayers(inner, [validate({ 'agents/*': meddled })])
    await inner.write('agents/a', bytes('{}'), json)
    left = 2
    const { etag } = await backend.copy('agents/a', 'agents/a')
    expect(await textAt(inner, 'agents/a')).toBe('{"left":0}')
    expect((await inner.stat('agents/a')).etag).toBe(etag)
    left = 9
    expect(await errorOf(backend.copy('agents/a', 'agents/a'))).toMatchObject({
      code: 'CONFLICT',
      key: 'agents/a',
    })
    left = 1
    const pinned = { sourceIfMatch: (await inner.stat('agents/a')).etag }
    expect((await errorOf(backend.copy('agents/a', 'agents/a', pinned))).code).toBe(
      'PRECONDITION_FAILED',
    )
  })

  it('lets nothing invalid in, from wherever', async () => {
    const { inner, backend } = validated()
    await inner.write('drafts/a', bytes(bad), json)
    await inner.write('drafts/b', bytes(good), { ...json, metadata: { a: 'b' } })
    expect(await errorOf(backend.copy('drafts/a', 'agents/a'))).toMatchObject({
      code: 'SCHEMA_INVALID',
      key: 'agents/a',
      operation: 'copy',
    })
    expect((await errorOf(inner.stat('agents/a'))).code).toBe('NOT_FOUND')
    const info = await backend.copy('drafts/b', 'agents/b')
    expect(info).toMatchObject({ ...json, metadata: { a: 'b' }, size: good.length })
    // Out of the rules anything goes.
    await inner.write('agents/old', bytes(bad), json)
    await backend.copy('agents/old', 'drafts/old')
    expect(await textAt(inner, 'drafts/old')).toBe(bad)
  })

  it('stores what it validated, although the source changes meanwhile', async () => {
    const { inner, backend } = validated()
    await inner.write('drafts/a', bytes(good), json)
    const read = inner.read.bind(inner)
    inner.read = async (...given) => {
      const result = await read(...given)
      await inner.write('drafts/a', bytes(bad), json)
      return result
    }
    await backend.copy('drafts/a', 'agents/a')
    inner.read = read
    expect(await textAt(backend, 'agents/a')).toBe(good)
  })

  it('keeps all conditions, and refuses those that are not claimed', async () => {
    const { inner, backend } = validated()
    const source = await inner.write('drafts/a', bytes(good), json)
    const code = async (options: object): Promise<string> =>
      (await errorOf(backend.copy('drafts/a', 'agents/a', options))).code
    expect(await code({ sourceIfMatch: 'other' })).toBe('PRECONDITION_FAILED')
    expect(await code({ sourceIfMatch: source.etag, ifNoneMatch: '*' })).toBe('none')
    expect(await code({ ifNoneMatch: '*' })).toBe('ALREADY_EXISTS')
    expect(await code({ ifMatch: source.etag })).toBe('PRECONDITION_FAILED')
    const { etag } = await inner.stat('agents/a')
    expect(await code({ ifMatch: etag })).toBe('none')
    const weak = new MemoryStorageBackend()
    const capabilities = { ...weak.capabilities, conditionalWrite: 'none' }
    Object.defineProperty(weak, 'capabilities', { value: capabilities })
    const copies = vi.spyOn(weak, 'copy')
    const rules = applyLayers(weak, [validate({ '**': agent })])
    expect(rules.capabilities.conditionalCopy).toBe('none')
    await errorOf(rules.copy('a', 'b', { ifNoneMatch: '*' }))
    expect(copies).toHaveBeenCalledWith('a', 'b', { ifNoneMatch: '*' })
  })
})

describe('rules', () => {
  it('are of any library, any kind of selection, and the first one holds', async () => {
    const storage = new StorageManager(new MemoryStorageBackend(), {
      layers: [
        validate([
          { keys: 'agents/ceo', schema: z.object({ rank: z.literal(1) }) },
          { keys: /^agents\//, schema: v.looseObject({ rank: v.number() }) },
          { keys: (key) => key.endsWith('.map'), schema: type('Map') as never },
        ]),
      ],
    })
    const code = async (key: string, value: unknown): Promise<string> =>
      (await errorOf(storage.save(key, value))).code
    expect(await code('agents/ceo', { rank: 1 })).toBe('none')
    expect(await code('agents/ceo', { rank: 2 })).toBe('SCHEMA_INVALID')
    expect(await code('agents/cfo', { rank: 2 })).toBe('none')
    expect(await code('agents/cfo', { rank: '2' })).toBe('SCHEMA_INVALID')
    expect(await code('a.map', new Map([[1, 2]]))).toBe('none')
    expect(await code('a.map', { a: 1 })).toBe('SCHEMA_INVALID')
    expect(await storage.load('a.map')).toEqual(new Map([[1, 2]]))
    const invalid = await errorOf(storage.save('agents/cfo', { rank: '2' }))
    expect(invalid).toMatchObject({ key: 'agents/cfo', operation: 'write' })
  })

  it('are decoded by own codecs, where there are any', async () => {
    const csv = {
      contentType: 'text/csv',
      encode: (rows: unknown) => bytes((rows as string[]).join(',')),
      decode: (body: Uint8Array) => Buffer.from(body).toString().split(','),
    }
    const two = z.array(z.string()).length(2)
    const { backend } = validated({ codecs: [csv] }, { '**': two })
    const options = { contentType: 'text/csv' }
    expect((await errorOf(backend.write('a', bytes('a,b'), options))).code).toBe('none')
    expect((await errorOf(backend.write('a', bytes('a'), options))).code).toBe('SCHEMA_INVALID')
  })

  it('and options that mean nothing are refused', () => {
    const wrong: [unknown, unknown, RegExp][] = [
      [undefined, {}, /schemas by key pattern/],
      [{ 'a/*': {} }, {}, /Standard Schema/],
      [{ 'a//*': agent }, {}, /empty segment/],
      [[{ keys: 'a', schemas: agent }], {}, /did you mean "schema"/],
      [[{ keys: 1, schema: agent }], {}, /keys of rule 0/],
      [{}, { onRed: 'warn' }, /did you mean "onRead"/],
      [{}, { onRead: 'ignore' }, /'refuse' or 'warn'/],
      [{}, { bytesMax: 0 }, /bytesMax is 0/],
      [{}, { onInvalid: 1 }, /onInvalid is a function/],
      [{}, { codecs: [{}] }, /codecs\[0\]/],
    ]
    for (const [rules, options, message] of wrong) {
      expect(() => validate(rules as never, options as never)).toThrow(message)
    }
  })

  it('none of them is no layer at all, and any of them hides what goes past', () => {
    const inner = Object.assign(new MemoryStorageBackend(), { presign: async () => ({}) })
    Object.defineProperty(inner, 'capabilities', {
      value: { ...inner.capabilities, extras: ['presign'] },
    })
    expect(applyLayers(inner, [validate({})])).toBe(inner)
    const backend = applyLayers(inner, [validate({ '**': agent })])
    expect(backend.capabilities.extras).toEqual([])
    expect('presign' in backend).toBe(false)
  })

  it('must come before what changes bodies, or proves them', () => {
    for (const name of ['compress', 'encrypt', 'checksum']) {
      const other = defineLayer({ name, wrap: (inner) => aroundCalls(inner, (_, run) => run()) })
      expect(() =>
        applyLayers(new MemoryStorageBackend(), [other, validate({ '**': agent })]),
      ).toThrow(`"validate" must come before "${name}"`)
    }
  })
})

describe('a store behind rules', () => {
  it('tells its failures, and frees bodies that break off', async () => {
    const injector = faults({ seed: 1 })
    const inner = new MemoryStorageBackend()
    const backend = applyLayers(inner, [validate({ '**': agent }), injector])
    await backend.write('a', bytes(good), json)
    injector.tearNext('read', 3)
    expect((await errorOf(backend.read('a'))).code).toBe('UNAVAILABLE')
    injector.add({ operation: 'read', fault: { kind: 'silent-end', afterBytes: 3 }, times: 1 })
    expect((await errorOf(backend.read('a'))).code).toBe('UNAVAILABLE')
    injector.failNext('write', 'RATE_LIMITED')
    expect(await errorOf(backend.copy('a', 'b'))).toMatchObject({
      code: 'RATE_LIMITED',
      operation: 'copy',
    })
    injector.failNext('read', 'UNAVAILABLE')
    expect(await errorOf(backend.copy('a', 'b'))).toMatchObject({ operation: 'copy', key: 'a' })
  })
})

it('lets what is wrong be moved aside, to a key without a rule', async () => {
  const { inner, backend } = validated()
  await inner.write('agents/a', bytes(bad), json)
  expect((await errorOf(backend.read('agents/a'))).code).toBe('SCHEMA_INVALID')
  await backend.copy('agents/a', 'aside/a')
  expect((await backend.read('aside/a')).info.size).toBe(bad.length)
  expect((await errorOf(backend.copy('aside/a', 'agents/b'))).code).toBe('SCHEMA_INVALID')
})

describe('the pointers of versions', () => {
  const rules = { 'agents/**': agent }
  const ceo = { name: 'ceo', age: 40 }
  const id = '00000000-0000-4000-8000-000000000001'
  const pointer = `{"version":1,"latest":1,"writeId":"${id}"}`

  it('are under no rule, and the versions are', async () => {
    const inner = new MemoryStorageBackend()
    const onInvalid = vi.fn<(invalid: InvalidObject) => void>()
    // Fewer bytes than the pointer of a prune has.
    const layers = [validate(rules, { bytesMax: 64, onInvalid })]
    const storage = new StorageManager(inner, { layers })
    for (let age = 1; age <= 20; age++) await storage.saveVersioned('agents/ceo', { ...ceo, age })
    const wrong = storage.saveVersioned('agents/ceo', { name: 's3cret', age: 'old' })
    expect((await errorOf(wrong)).code).toBe('SCHEMA_INVALID')
    expect(await storage.currentVersion('agents/ceo')).toBe(20)
    await storage.rollback('agents/ceo', 2)
    await storage.copy('agents/ceo/current', 'agents/cfo/current')
    expect(await storage.currentVersion('agents/cfo')).toBe(2)
    expect(await storage.pruneVersions('agents/ceo', { keep: 0 })).toMatchObject({ removed: 19 })
    expect((await storage.loadVersion('agents/ceo')).value).toEqual({ ...ceo, age: 2 })
    await inner.write('agents/ceo/v2', bytes(bad), json)
    expect((await errorOf(storage.loadVersion('agents/ceo'))).code).toBe('SCHEMA_INVALID')
    expect(onInvalid.mock.calls.map(([{ key }]) => key)).toEqual([
      'agents/ceo/v21',
      'agents/ceo/v2',
    ])
  })

  it('leave the limit of other bodies as it is, also where only warnings are given', async () => {
    const { backend } = validated({ bytesMax: 1000, onWrite: 'warn' }, rules)
    const write = backend.write('agents/a/current', bytes(`{"a":"${'x'.repeat(2000)}"}`), json)
    expect((await errorOf(write)).code).toBe('QUOTA_EXCEEDED')
  })

  it.each([
    ['agents/a/current', pointer, 'application/json', 'none'],
    ['agents/a/v1', pointer, 'application/json', 'SCHEMA_INVALID'],
    ['agents/a', pointer, 'application/json', 'SCHEMA_INVALID'],
    ['agents/current', pointer, 'text/plain', 'SCHEMA_INVALID'],
    ['agents/a/current', bad, 'application/json', 'SCHEMA_INVALID'],
    ['agents/a/current', '{"version":1}', 'application/json', 'SCHEMA_INVALID'],
    ['agents/a/current', `${pointer} `, 'application/json', 'SCHEMA_INVALID'],
    ['agents/a/current', pointer.replace(id, 's3cret'), 'application/json', 'SCHEMA_INVALID'],
    [
      'agents/a/current',
      pointer.replace('{', '{"name":"s3cret",'),
      'application/json',
      'SCHEMA_INVALID',
    ],
    ['agents/a/current', `{"a":"${'x'.repeat(2000)}"}`, 'application/json', 'QUOTA_EXCEEDED'],
  ])('nothing else passes for one: %s %s %s', async (key, body, contentType, code) => {
    const { inner, backend } = validated({ bytesMax: 1000 }, rules)
    const write = backend.write(key, bytes(body), { contentType })
    expect((await errorOf(write)).code).toBe(code)
    await inner.write(key, bytes(body), { contentType })
    expect((await errorOf(backend.read(key))).code).toBe(code)
    expect((await errorOf(backend.copy(key, `agents/b/${key.slice(7)}`))).code).toBe(code)
  })
})
