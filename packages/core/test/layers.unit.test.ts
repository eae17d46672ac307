import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { applyLayers, type BodyStream, defineLayer } from '../src/backend-kit.ts'
import {
  checksum,
  compress as compressed,
  MemoryStorageBackend,
  prefix,
  retry,
  stackOf,
  type StorageBackend,
  StorageError,
  StorageManager,
  timeout,
} from '../src/index.ts'

const type = { contentType: 'application/octet-stream' }

const named = (name: string, rules: object = {}) =>
  defineLayer({
    name,
    wrap: (inner) => new Proxy(inner, { get: (at, member) => Reflect.get(at, member, at) }),
    ...rules,
  })

describe('layer order', () => {
  const rule = [{ layer: 'encrypt', because: 'ciphertext does not compress' }]
  const compress = named('compress', { outsideOf: rule })
  const encrypt = named('encrypt')

  it('is checked, naming both layers and the reason', () => {
    const backend = new MemoryStorageBackend()
    expect(() => applyLayers(backend, [compress, encrypt])).not.toThrow()
    expect(() => applyLayers(backend, [encrypt, compress])).toThrow(
      /"compress" must come before "encrypt".*ciphertext/,
    )
  })

  it('holds an order also against layers that the backend carries already', () => {
    const inner = applyLayers(new MemoryStorageBackend(), [prefix('a'), retry()])
    expect(() => applyLayers(inner, [prefix('b'), timeout()])).toThrow(
      /"retry" \(the backend carries it\) must come before "timeout".*one attempt/,
    )
    expect(() => new StorageManager(inner, { layers: [timeout()] })).toThrow(StorageError)
    // Of a manager: the layers of another one.
    const shared = new StorageManager(new MemoryStorageBackend(), { layers: [retry()] })
    expect(() => new StorageManager(shared.backend, { layers: [timeout()] })).toThrow(StorageError)
    // Right orders, and a second one of a kind, pass.
    const timed = applyLayers(new MemoryStorageBackend(), [timeout()])
    expect(stackOf(applyLayers(timed, [retry()]))).toHaveLength(3)
    expect(stackOf(applyLayers(timed, [timeout()]))).toHaveLength(3)
  })

  it.each([
    ['compress', compressed],
    ['checksum', checksum],
  ])('refuses %s around %s that the backend carries: marks would be lost', (name, layer) => {
    const inner = applyLayers(new MemoryStorageBackend(), [layer()])
    const refused = new RegExp(`carries a layer "${name}" already: .*marks`)
    expect(() => applyLayers(inner, [prefix('a'), layer()])).toThrow(refused)
  })

  it('refuses the same layer twice unless it is repeatable, and what is no layer', () => {
    const backend = new MemoryStorageBackend()
    expect(() => applyLayers(backend, [encrypt, encrypt])).toThrow(/twice/)
    expect(() => applyLayers(backend, [prefix('a'), prefix('b')])).not.toThrow()
    expect(() => applyLayers(backend, [(() => backend) as never])).toThrow(TypeError)
    expect(() => applyLayers(backend, 'x' as never)).toThrow(TypeError)
    expect(() => applyLayers(backend, [retry as never])).toThrow(
      'layers[0] is no layer, but a function: call it, retry(), if it makes one',
    )
    expect(() => applyLayers(backend, [undefined as never])).toThrow(
      'layers[0] is no layer, but undefined; make one with defineLayer()',
    )
  })

  it('puts the first layer outermost', async () => {
    const backend = new MemoryStorageBackend()
    const store = new StorageManager(backend, { layers: [prefix('inner'), prefix('outer')] })
    await store.save('k', 1)
    expect((await backend.list()).objects.map(({ key }) => key)).toEqual(['outer/inner/k'])
  })
})

describe('the prefix view', () => {
  it('shows and tells of nothing outside', async () => {
    const backend = new MemoryStorageBackend()
    const root = new StorageManager(backend)
    await root.saveMany([
      ['a', 1],
      ['team/a', 2],
      ['team/b/c', 3],
      ['teams', 4],
    ])
    const view = root.within('team/')
    expect(await view.listKeys()).toEqual(['a', 'b/c'])
    expect(await view.load('a')).toBe(2)
    expect((await view.stat('a')).key).toBe('a')
    expect(await view.listPage({ delimiter: '/' })).toMatchObject({ prefixes: ['b/'] })
    expect(await view.listKeys({ startAfter: 'a' })).toEqual(['b/c'])
    await expect(view.load('s')).rejects.toMatchObject({ code: 'NOT_FOUND', key: 's' })
    await view.copy('a', 'z')
    expect(await view.deleteMany(['z', 'none'])).toEqual([
      { key: 'z', ok: true, deleted: true },
      { key: 'none', ok: true, deleted: false },
    ])
    expect(await root.listKeys()).toEqual(['a', 'team/a', 'team/b/c', 'teams'])
  })

  it('leaves less room for keys', async () => {
    const view = new StorageManager(new MemoryStorageBackend()).within('p'.repeat(1000))
    expect(view.capabilities.keyBytesMax).toBe(23)
    await expect(view.save('k'.repeat(24), 1)).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await expect(view.save('é'.repeat(12), 1)).rejects.toMatchObject({ code: 'INVALID_KEY' })
    await view.save('k'.repeat(23), 1)
    expect(() => view.within('x'.repeat(23))).toThrow(/no room/)
  })
})

describe('the prefix view and the outside', () => {
  const folder = 'tenant-a/deep/'

  function shown(error: unknown): string {
    const { message, key, stack, cause } = error as StorageError
    const inner = cause === undefined ? '' : shown(cause)
    return `${message} ${key} ${stack} ${JSON.stringify(error)} ${inner}`
  }

  async function seeded(): Promise<{ backend: MemoryStorageBackend; view: StorageManager }> {
    const backend = new MemoryStorageBackend()
    const root = new StorageManager(backend)
    await root.save('tenant-b/secret', 'other')
    for (const key of ['a', 'b/1', 'b/2', 'c', 'd/1', 'e']) await root.save(folder + key, 1)
    return { backend, view: root.within(folder) }
  }

  it('errors tell keys of the inside only', async () => {
    const { backend, view } = await seeded()
    const long = 'k'.repeat(200)
    const calls = [
      view.load('none'),
      view.load(long),
      view.save('a', 1, { ifNoneMatch: '*' }),
      view.copy('none', 'x'),
    ]
    for (const call of calls) {
      const error = await call.catch((fault: unknown) => fault)
      expect(shown(error)).not.toContain('tenant-a')
    }
    backend.stat = () => {
      const cause = new StorageError('CORRUPT', `Key "${folder}a" is torn`, { key: `${folder}a` })
      return Promise.reject(cause.with({ code: 1, cause } as never))
    }
    const error = await view.stat('a').catch((fault: unknown) => fault)
    expect(error).toMatchObject({ message: 'Key "a" is torn', key: 'a' })
    expect(shown(error)).not.toContain('tenant-a')
  })

  it.each([undefined, '/'])('cursors hold keys of the inside only; delimiter %s', async (cut) => {
    const { backend, view } = await seeded()
    const seen: string[][] = [[], []]
    // Once as one process goes on, once as if every page were asked for by another one.
    for (const [place, next] of [
      () => view,
      () => new StorageManager(backend).within(folder),
    ].entries()) {
      let cursor: string | undefined
      do {
        const scope = { limit: 1, ...(cut && { delimiter: cut }), ...(cursor && { cursor }) }
        const page = await next().listPage(scope)
        seen[place]!.push(...page.objects.map(({ key }) => key), ...page.prefixes)
        cursor = page.cursor
        const decoded = Buffer.from(cursor ?? '', 'base64url').toString()
        expect(decoded).not.toContain('tenant-a')
      } while (cursor !== undefined)
    }
    const all =
      cut === undefined ? ['a', 'b/1', 'b/2', 'c', 'd/1', 'e'] : ['a', 'b/', 'c', 'd/', 'e']
    expect(seen).toEqual([all, all])
  })

  it('goes over empty pages of the backend, and not in circles', async () => {
    const { backend, view } = await seeded()
    const list = backend.list.bind(backend)
    backend.list = async (options) =>
      options?.cursor === undefined
        ? { objects: [], prefixes: [], cursor: 'empty' }
        : list({ ...options, cursor: undefined })
    expect(await view.listKeys()).toHaveLength(6)
    backend.list = async () => ({ objects: [], prefixes: [], cursor: 'empty' })
    await expect(view.listKeys()).rejects.toThrow(/same list cursor twice/)
  })

  it('health counts nothing', async () => {
    const { view } = await seeded()
    expect((await view.health()).details).toEqual({})
  })

  it('foreign keys do not lead outside', async () => {
    const { view } = await seeded()
    const foreign = true
    for (const key of ['../tenant-b/secret', '..', 'a/./b', 'a/..']) {
      const refused = { code: 'INVALID_KEY' }
      await expect(view.load(key, { foreign })).rejects.toMatchObject(refused)
      await expect(view.delete(key, { foreign })).rejects.toMatchObject(refused)
    }
    expect(await view.deleteMany(['../x', 'a', '..'], { foreign })).toMatchObject([
      { key: '../x', ok: false, error: { code: 'INVALID_KEY' } },
      { key: 'a', ok: true, deleted: true },
      { key: '..', ok: false },
    ])
    await expect(view.load('a/', { foreign })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })

  it('names a refused foreign key as the caller wrote it', async () => {
    const view = prefix('a')(new MemoryStorageBackend())
    for (const call of [view.read('a/../x'), view.stat('a/../x'), view.delete('a/../x')]) {
      await expect(call).rejects.toMatchObject({ code: 'INVALID_KEY', key: 'a/../x' })
    }
    await expect(view.copy('a/../x', 'y')).rejects.toThrow('"a/../x"')
  })

  it('has no key for a foreign object that is named as the folder itself', async () => {
    const backend = new MemoryStorageBackend()
    for (const key of ['a/', 'a/b']) await backend.write(key, new Uint8Array(1), type)
    const view = new StorageManager(backend).within('a')
    expect(await view.listKeys()).toEqual(['b'])
    expect(await Array.fromAsync(view.list({ pageSize: 1 }))).toMatchObject([{ key: 'b' }])
  })
})

describe('the prefix view keeps secret', () => {
  const secret = '/var/data/other-tenant'
  const broken = (members: Partial<StorageBackend>): StorageManager =>
    new StorageManager(Object.assign(new MemoryStorageBackend(), members)).within('a')
  const told = async (call: Promise<unknown>): Promise<unknown> => {
    const outcome = await call.catch((error: unknown) => error)
    expect(inspect(outcome, { depth: 9, showHidden: true })).not.toContain(secret)
    return outcome
  }
  const system = new Error(`EACCES: open '${secret}/a/x'`)

  it('what is wrong with the whole store', async () => {
    const health = { ok: false, latencyMs: 1, message: `cannot write ${secret}`, details: {} }
    const view = broken({ health: async () => health })
    expect(await told(view.health())).toMatchObject({ ok: false, latencyMs: 1 })
  })

  it.each<[string, () => Error, object]>([
    [
      'the cause of an error',
      () => new StorageError('PERMISSION_DENIED', 'not allowed', { key: 'a/x', cause: system }),
      { code: 'PERMISSION_DENIED', key: 'x' },
    ],
    [
      'the cause of its cause',
      () => {
        const cause = new StorageError('UNAVAILABLE', 'disk', { key: 'a/x', cause: system })
        return new StorageError('UNAVAILABLE', 'again', { key: 'a/x', cause })
      },
      { code: 'UNAVAILABLE', key: 'x', cause: { code: 'UNAVAILABLE', key: 'x' } },
    ],
    ['a raw error of the system', () => system, { code: 'UNAVAILABLE', retryable: 'no' }],
    [
      'the failure of a fetch',
      () => new TypeError('fetch failed', { cause: system }),
      { code: 'UNAVAILABLE' },
    ],
  ])('%s', async (_name, make, expected) => {
    const view = broken({ stat: () => Promise.reject(make()) })
    expect(await told(view.stat('x'))).toMatchObject(expected)
  })

  it('what a body throws as it is read', async () => {
    const inner = new MemoryStorageBackend()
    await inner.write('a/x', new Uint8Array(1), type)
    const { info } = await inner.read('a/x')
    const failure = new StorageError('UNAVAILABLE', 'gone: "a/x"', { key: 'a/x', cause: system })
    const body: BodyStream = {
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failure) }),
      cancel: () => Promise.resolve(),
    }
    const view = broken({ read: async () => ({ info, start: 0, end: 1, body }) })
    const opened = await view.readStream('x')
    expect(await told(opened.bytes())).toMatchObject({ key: 'x', message: 'gone: "x"' })
  })

  it('nothing that is the caller’s own', async () => {
    const view = new StorageManager(new MemoryStorageBackend()).within('a')
    const mine = new Error('mine')
    const failing = {
      [Symbol.asyncIterator]: () => ({ next: (): Promise<never> => Promise.reject(mine) }),
    }
    await expect(view.writeStream('x', failing)).rejects.toMatchObject({ cause: mine })
    const signal = AbortSignal.abort(mine)
    await expect(view.stat('x', { signal })).rejects.toMatchObject({ cause: mine })
    const chunk = (async function* () {
      yield 'text' as never
    })()
    await expect(view.writeStream('x', chunk)).rejects.toBeInstanceOf(TypeError)
  })
})

describe('listings that go in circles end', () => {
  it.each([1, 2, 3, 7])('of %i pages', async (length) => {
    let pages = 0
    const backend = Object.assign(new MemoryStorageBackend(), {
      list: async () => ({ objects: [], prefixes: [], cursor: `${pages++ % length}` }),
    })
    const store = new StorageManager(backend)
    for (const each of [store, store.within('view')]) {
      pages = 0
      await expect(each.listKeys()).rejects.toThrow(/same list cursor twice/)
      expect(pages).toBeLessThan(4 * length + 4)
    }
  })
})

it('a layer with a misspelt rule is refused', () => {
  const misspelt = { name: 'x', wrap: (inner: StorageBackend) => inner, insideof: [] }
  expect(() => defineLayer(misspelt)).toThrow(/unknown option "insideof"/)
})
