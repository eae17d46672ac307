import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  type Capabilities,
  isStorageError,
  MemoryStorageBackend,
  type StorageBackend,
  StorageError,
  StorageManager,
} from '../src/index.ts'

const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())

/** A memory backend with other members or capabilities. */
function altered(
  members: Partial<StorageBackend>,
  capabilities: Partial<Capabilities> = {},
): StorageBackend {
  const inner = new MemoryStorageBackend()
  const own = { ...members, capabilities: { ...inner.capabilities, ...capabilities } }
  return new Proxy(inner, {
    get(target, member) {
      if (member in own) return Reflect.get(own, member) as unknown
      const value: unknown = Reflect.get(target, member, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

describe('save and load', () => {
  it('create only, compare and swap, not modified', async () => {
    const store = open()
    const first = await store.save('k', 1, { ifNoneMatch: '*', metadata: { by: 'ceo' } })
    await expect(store.save('k', 2, { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      backend: 'memory',
      operation: 'write',
      key: 'k',
    })
    const second = await store.save('k', 2, { ifMatch: first.etag })
    await expect(store.save('k', 3, { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    await expect(store.load('k', { ifNoneMatch: second.etag })).rejects.toMatchObject({
      code: 'NOT_MODIFIED',
    })
    await expect(store.stat('k', { ifMatch: first.etag })).rejects.toMatchObject({
      code: 'PRECONDITION_FAILED',
    })
    expect(await store.loadEntry('k')).toEqual({ value: 2, info: second })
    await expect(store.delete('k', { ifMatch: first.etag })).rejects.toThrow(StorageError)
    expect(await store.delete('k', { ifMatch: second.etag })).toBe(true)
    expect(await store.delete('k')).toBe(false)
  })

  it("'*' is no etag: that anything is there cannot be asked for", async () => {
    const store = open()
    await store.save('k', 1)
    const any = { ifMatch: '*' }
    for (const call of [
      () => store.save('k', 2, any),
      () => store.load('k', any),
      () => store.delete('k', any),
      () => store.copy('k', 'l', { sourceIfMatch: '*' }),
      () => store.writeStream('k', new Uint8Array(1), any),
    ]) {
      await expect(call()).rejects.toThrow(TypeError)
      await expect(call()).rejects.toThrow(/Match is the etag .* '\*' is for ifNoneMatch only/)
    }
    expect(await store.load('k')).toBe(1)
  })

  it('a missing key: an error, a default, or undefined', async () => {
    const store = open()
    await expect(store.load('k')).rejects.toMatchObject({ code: 'NOT_FOUND', operation: 'read' })
    expect(await store.load('k', { default: 7 })).toBe(7)
    expect(await store.load('k', { default: undefined })).toBeUndefined()
    expect(await store.find('k')).toBeUndefined()
    expect(await store.exists('k')).toBe(false)
    await store.save('k', null)
    expect(await store.load('k', { default: 7 })).toBeNull()
    expect(await store.exists('k')).toBe(true)
  })

  it('types follow the options', async () => {
    const store = open()
    await store.save('k', 'text')
    expectTypeOf(await store.load('k', { as: 'text' })).toEqualTypeOf<string>()
    expectTypeOf(await store.load('k')).toEqualTypeOf<unknown>()
    expectTypeOf(await store.load<number>('k')).toEqualTypeOf<number>()
    expectTypeOf(await store.load('k', { as: 'text', default: 1 })).toEqualTypeOf<string | number>()
  })

  it('hides the metadata of layers', async () => {
    const store = open()
    const metadata = { 'aos-write-id': 'x', mine: '1' }
    const contentType = 'text/plain'
    await store.backend.write('k', new Uint8Array(), { contentType, metadata })
    expect((await store.stat('k')).metadata).toEqual({ mine: '1' })
    expect((await store.readStream('k')).info.metadata).toEqual({ mine: '1' })
  })
})

describe('admission, before any I/O', () => {
  const untouchable = altered(
    Object.fromEntries(
      ['read', 'write', 'stat', 'delete', 'list', 'copy', 'deleteMany'].map((name) => [
        name,
        () => Promise.reject(new Error('touched')),
      ]),
    ),
    {
      conditionalWrite: 'none',
      conditionalDelete: 'none',
      conditionalCopy: 'none',
      conditionalRead: false,
      rangeRead: false,
      userMetadata: false,
    },
  )
  const store = new StorageManager(untouchable)

  it.each<[string, () => Promise<unknown>]>([
    ['ifMatch on save', () => store.save('k', 1, { ifMatch: 'x' })],
    ['ifNoneMatch on save', () => store.save('k', 1, { ifNoneMatch: '*' })],
    ['metadata', () => store.save('k', 1, { metadata: { a: '1' } })],
    ['ifMatch on load', () => store.load('k', { ifMatch: 'x' })],
    ['ifNoneMatch on stat', () => store.stat('k', { ifNoneMatch: 'x' })],
    ['range', () => store.readStream('k', { range: { offset: 1 } })],
    ['ifMatch on delete', () => store.delete('k', { ifMatch: 'x' })],
    ['sourceIfMatch', () => store.copy('a', 'b', { sourceIfMatch: 'x' })],
  ])('%s is UNSUPPORTED', (_name, call) =>
    expect(call()).rejects.toMatchObject({ code: 'UNSUPPORTED', backend: 'memory' }),
  )

  it.each<[string, () => Promise<unknown>]>([
    ['misspelt', () => store.save('k', 1, { ifMach: 'x' } as never)],
    ['signal', () => store.load('k', { signal: 1 } as never)],
    ['etag', () => store.load('k', { ifMatch: '' })],
    ['wildcard', () => store.save('k', 1, { ifNoneMatch: 'x' as never })],
    ['as', () => store.load('k', { as: 'xml' as never })],
    ['schema', () => store.load('k', { schema: {} as never })],
    ['foreign', () => store.load('k', { foreign: 1 as never })],
    ['key', () => store.load(1 as never)],
    ['foreign key', () => store.load(1 as never, { foreign: true })],
    ['options', () => store.save('k', 1, null as never)],
    ['list option', () => store.listKeys({ delimeter: '/' } as never)],
    ['fields', () => store.listPage({ fields: 'some' as never })],
    ['destination', () => store.copy('a', 'b', { destination: {} as never })],
    ['sourceCheck', () => store.move('a', 'b', { sourceCheck: 'x' as never })],
    ['body', () => store.writeStream('k', 1 as never)],
    ['foreign on save', () => store.save('k', 1, { foreign: true } as never)],
  ])('%s is a TypeError', (_name, call) => expect(call()).rejects.toThrow(TypeError))

  it.each<[string, string, () => Promise<unknown>]>([
    ['key', 'INVALID_KEY', () => store.save('/k', 1)],
    ['foreign key on write', 'INVALID_KEY', () => store.copy('k', '/k', { foreign: true })],
    ['content type', 'INVALID_ARGUMENT', () => store.save('k', 1, { contentType: 'x' })],
    ['limit', 'INVALID_ARGUMENT', () => store.listKeys({ limit: 0 })],
    ['page limit', 'INVALID_ARGUMENT', () => store.listPage({ limit: 1001 })],
    ['prefix', 'INVALID_ARGUMENT', () => store.listKeys('a\n')],
    ['concurrency', 'INVALID_ARGUMENT', () => store.loadMany([], { concurrency: 1025 })],
    [
      'both conditions',
      'INVALID_ARGUMENT',
      () => open().save('k', 1, { ifMatch: 'x', ifNoneMatch: '*' as never }),
    ],
  ])('%s is %s', (_name, code, call) => expect(call()).rejects.toMatchObject({ code }))
})

describe('foreign keys', () => {
  it('are read, copied out and deleted, never written', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend)
    await backend.write('a//b/', new Uint8Array([1]), { contentType: 'image/png' })
    expect(await store.listKeys()).toEqual(['a//b/'])
    await expect(store.load('a//b/')).rejects.toMatchObject({ code: 'INVALID_KEY' })
    expect(await store.load('a//b/', { foreign: true })).toEqual(new Uint8Array([1]))
    expect(await store.exists('a//b/', { foreign: true })).toBe(true)
    expect(await store.find('none/', { foreign: true })).toBeUndefined()
    await store.copy('a//b/', 'a/b', { foreign: true })
    expect(await store.deleteMany(['a//b/'], { foreign: true })).toEqual([
      { key: 'a//b/', ok: true, deleted: true },
    ])
    for (const key of ['', 'a\0b', 'a\ud800']) {
      const refused = { code: 'INVALID_KEY' }
      await expect(store.load(key, { foreign: true })).rejects.toMatchObject(refused)
      await expect(store.delete(key, { foreign: true })).rejects.toMatchObject(refused)
      const [result] = await store.deleteMany([key], { foreign: true })
      expect(result).toMatchObject({ ok: false, error: refused })
    }
  })
})

describe('errors of backends', () => {
  it('unknown ones become UNAVAILABLE once, with their cause', async () => {
    const cause = new Error('socket')
    const store = new StorageManager(altered({ read: () => Promise.reject(cause) }))
    const error = await store.load('k').catch((fault: unknown) => fault)
    expect(error).toMatchObject({ code: 'UNAVAILABLE', retryable: 'no', cause, key: 'k' })
  })

  it('known ones get their place, mistakes stay TypeErrors', async () => {
    const locked = new StorageError('LOCKED', 'held')
    const store = new StorageManager(
      altered({
        stat: () => Promise.reject(locked),
        delete: () => Promise.reject(new TypeError('bug')),
      }),
    )
    await expect(store.stat('k')).rejects.toMatchObject({
      code: 'LOCKED',
      backend: 'memory',
      operation: 'stat',
      key: 'k',
      retryable: 'yes',
    })
    await expect(store.delete('k')).rejects.toThrow(TypeError)
    await expect(store.exists('k')).rejects.toMatchObject({ code: 'LOCKED' })
  })

  it('a foreign error after an abort is ABORTED', async () => {
    const control = new AbortController()
    const read = (): Promise<never> => {
      control.abort('stop')
      return Promise.reject(new Error('AbortError'))
    }
    const store = new StorageManager(altered({ read }))
    await expect(store.load('k', { signal: control.signal })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'stop',
    })
  })
})

describe('streams', () => {
  it('go in and out, with ranges', async () => {
    const store = open()
    async function* chunks(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([1, 2])
      yield new Uint8Array([3])
    }
    await store.writeStream('k', chunks(), { contentType: 'image/png', metadata: { a: 'b' } })
    const body = await store.readStream('k', { range: { offset: 1 } })
    expect(body.info).toMatchObject({ size: 3, contentType: 'image/png', metadata: { a: 'b' } })
    expect(await body.bytes()).toEqual(new Uint8Array([2, 3]))
    expect((await store.writeStream('t', 'text')).contentType).toMatch('text/plain')
    expect((await store.writeStream('b', new Blob(['x'], { type: 'a/b' }))).contentType).toBe('a/b')
  })

  it('a failing one leaves the old object', async () => {
    const store = open()
    await store.save('k', 'old')
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield new Uint8Array([1])
      throw new Error('source')
    }
    await expect(store.writeStream('k', failing())).rejects.toMatchObject({ code: 'ABORTED' })
    expect(await store.load('k')).toBe('old')
  })
})

describe('listings', () => {
  it('merge objects and prefixes in order, over pages', async () => {
    const store = open()
    const keys = ['a', 'b/1', 'b/2', 'b-', 'c', 'd/1', '\uffff', '𝒳/1']
    await store.saveMany(keys.map((key) => [key, 1] as const))
    for (const pageSize of [1, 2, 3, 100]) {
      const names: string[] = []
      for await (const entry of store.list({ delimiter: '/', pageSize })) {
        names.push(entry.kind === 'object' ? entry.key : entry.prefix)
      }
      expect(names).toEqual(['a', 'b-', 'b/', 'c', 'd/', '\uffff', '𝒳/'])
    }
    const first: unknown[] = []
    for await (const entry of store.list({ limit: 3, pageSize: 2 })) first.push(entry)
    expect(first).toMatchObject([{ key: 'a' }, { key: 'b-' }, { key: 'b/1' }])
    expect(await store.listKeys({ prefix: 'b', startAfter: 'b-', limit: 1 })).toEqual(['b/1'])
    expect(await store.listKeys('b/')).toEqual(['b/1', 'b/2'])
  })

  it('a backend that repeats a cursor does not loop for ever', async () => {
    const list = () => Promise.resolve({ objects: [], prefixes: [], cursor: 'same' })
    const store = new StorageManager(altered({ list }))
    await expect(store.listKeys()).rejects.toMatchObject({ code: 'UNAVAILABLE' })
  })
})

describe('closing', () => {
  it('is idempotent, and later calls are CLOSED', async () => {
    const store = open()
    const view = store.within('v')
    await store.close()
    await store.close()
    const calls = [
      store.save('k', 1),
      store.load('k'),
      store.find('k'),
      store.stat('k'),
      store.exists('k'),
      store.delete('k'),
      store.listKeys(),
      store.copy('a', 'b'),
      store.health(),
      view.load('k'),
    ]
    for (const call of calls) await expect(call).rejects.toMatchObject({ code: 'CLOSED' })
    const [result] = await store.loadMany(['k'])
    expect(result?.ok === false && isStorageError(result.error, 'CLOSED')).toBe(true)
  })

  it('of a view closes only the view', async () => {
    const store = open()
    const view = store.within('v')
    await view[Symbol.asyncDispose]()
    await expect(view.save('k', 1)).rejects.toMatchObject({ code: 'CLOSED' })
    await store.save('k', 1)
  })

  it('an aborted signal is seen first', async () => {
    const signal = AbortSignal.abort('why')
    await expect(open().save('k', 1, { signal })).rejects.toMatchObject({
      code: 'ABORTED',
      cause: 'why',
    })
  })
})

describe('construction', () => {
  it('takes backends and known options only', () => {
    expect(() => new StorageManager(null as never)).toThrow(TypeError)
    expect(() => new StorageManager({ read() {} } as never)).toThrow(/lacks name/)
    const backend = new MemoryStorageBackend()
    expect(() => new StorageManager(backend, { loger: 1 } as never)).toThrow(/unknown option/)
  })

  it('health tells, also of a sick store', async () => {
    const sick = { ok: false, latencyMs: 1, message: 'disk gone', details: {} }
    const store = new StorageManager(altered({ health: () => Promise.resolve(sick) }))
    expect(await store.health()).toBe(sick)
    expect((await open().health()).ok).toBe(true)
  })
})

describe('closing', () => {
  it('is waited for by every call, and its failure is a StorageError', async () => {
    let release: (error?: Error) => void = () => undefined
    const close = (): Promise<void> =>
      new Promise((resolve, reject) => {
        release = (error) => (error === undefined ? resolve() : reject(error))
      })
    const store = new StorageManager(altered({ close }))
    const first = store.close()
    let isOver = false
    const second = store.close().finally(() => (isOver = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(isOver).toBe(false)
    release(new Error('EIO'))
    const failure = { code: 'UNAVAILABLE', operation: 'close', backend: 'memory' }
    await expect(first).rejects.toMatchObject(failure)
    await expect(second).rejects.toMatchObject(failure)
  })
})

describe('errors on their way', () => {
  it('keep the stack of where they were thrown', async () => {
    const raised = new StorageError('NOT_FOUND', 'no "k"', { key: 'k' })
    const seen = raised.with({ backend: 'x', message: 'no "inner"' })
    expect(seen.stack).toContain('StorageError: no "inner"')
    const frames = (stack = ''): string => stack.slice(stack.indexOf('\n    at '))
    expect(frames(seen.stack)).toBe(frames(raised.stack))
    expect(seen.stack).not.toContain('"k"')
    expect(Object.keys(seen)).not.toContain('stack')
  })

  it('tell a failed fetch from a mistake in the program', async () => {
    const cause = new Error('ECONNREFUSED')
    const failed = new TypeError('fetch failed', { cause })
    const store = new StorageManager(altered({ stat: () => Promise.reject(failed) }))
    await expect(store.stat('k')).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: failed })
    const mistake = new TypeError('options is an object')
    const other = new StorageManager(altered({ stat: () => Promise.reject(mistake) }))
    await expect(other.stat('k')).rejects.toBe(mistake)
  })
})

describe('admission', () => {
  it('knows how much metadata the backend takes', async () => {
    const store = new StorageManager(altered({}, { metadataBytesMax: 10 }))
    await store.save('k', 1, { metadata: { a: 'x'.repeat(9) } })
    await expect(store.save('k', 1, { metadata: { a: 'x'.repeat(10) } })).rejects.toThrow(/most 10/)
  })

  it('checks the conditions of a move onto itself', async () => {
    const store = open()
    await store.save('a', 1)
    await expect(store.move('a', 'a', { ifMatch: 5 as never })).rejects.toThrow(TypeError)
  })
})
