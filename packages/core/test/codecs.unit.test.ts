import { runInNewContext } from 'node:vm'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from 'vitest'
import { decodeJson } from '../src/codecs/json.ts'
import { decodeStructured } from '../src/codecs/structured-decode.ts'
import { type Codec, StorageManager, valueDepthMax } from '../src/index.ts'
import { MemoryStorageBackend } from '../src/index.ts'

const open = (): StorageManager => new StorageManager(new MemoryStorageBackend())
const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits, 'hex'))

function nested(levels: number, core: unknown): unknown {
  let value = core
  for (let i = 0; i < levels; i++) value = [value]
  return value
}

/** `[1, <count holes>]`. */
function holes(count: number): number[] {
  const list = [1]
  list.length += count
  return list
}

/** On Node 22 no invalid date is equal to another one. */
function isSame(a: unknown, b: unknown): boolean {
  const areInvalid = [a, b].every((each) => each instanceof Date && Number.isNaN(each.getTime()))
  return areInvalid || isDeepStrictEqual(a, b)
}

describe('saving by value', () => {
  const cycle: Record<string, unknown> = { list: [1] }
  cycle['self'] = cycle
  const kept: [string, unknown, string][] = [
    ['object', { a: [1, 'x', null, true] }, 'application/json'],
    ['own __proto__', JSON.parse('{"__proto__":{"x":1}}'), 'application/json'],
    ['lone surrogate in JSON', { a: '\ud800' }, 'application/json'],
    ['null', null, 'application/json'],
    ['text', 'é\ufeff', 'text/plain; charset=utf-8'],
    ['bytes', new Uint8Array([1, 2]), 'application/octet-stream'],
    ['undefined', undefined, 'application/cbor'],
    ['undefined member', { a: undefined }, 'application/cbor'],
    ['date', new Date(1_700_000_000_123), 'application/cbor'],
    ['invalid date', new Date(Number.NaN), 'application/cbor'],
    ['far date', new Date(8.64e15 - 1), 'application/cbor'],
    ['odd numbers', [Number.NaN, Infinity, -Infinity, -0, 2 ** 60, 0.1], 'application/cbor'],
    ['BigInts', [0n, 5n, -1n, 2n ** 200n, -(2n ** 200n)], 'application/cbor'],
    [
      'Map',
      new Map<unknown, unknown>([
        [1, 'a'],
        ['1', new Map()],
        [{ k: 1 }, 2],
      ]),
      'application/cbor',
    ],
    ['Set', new Set([1, '1', new Date(3)]), 'application/cbor'],
    ['cycle', cycle, 'application/cbor'],
    ['embedding', { v: new Float32Array([1.5, -2]) }, 'application/cbor'],
    [
      'views',
      [new Uint16Array([1]), new BigInt64Array([-5n]), new Uint8ClampedArray([3])],
      'application/cbor',
    ],
    [
      'buffers',
      [new Uint8Array([1, 2]).buffer, new DataView(new ArrayBuffer(2))],
      'application/cbor',
    ],
    ['bytes in an object', { b: new Uint8Array(100_000).fill(7) }, 'application/cbor'],
    ['replacement character', { s: '\ufffd', d: 1n }, 'application/cbor'],
    [
      '__proto__ beside a date',
      Object.assign(JSON.parse('{"__proto__":1}'), { d: new Date(1) }),
      'application/cbor',
    ],
    ['deep JSON', nested(valueDepthMax - 1, 1), 'application/json'],
    ['deep structure', nested(valueDepthMax - 1, 1n), 'application/cbor'],
  ]

  it.each(kept)('keeps: %s', async (_name, value, contentType) => {
    const store = open()
    expect((await store.save('k', value)).contentType).toBe(contentType)
    expect(isSame(await store.load('k'), value)).toBe(true)
  })

  it('keeps shared parts shared, other realms, and null prototypes as plain', async () => {
    const store = open()
    const part = { n: 1n }
    await store.save('shared', [part, part])
    const [a, b] = await store.load<[object, object]>('shared')
    expect(a).toBe(b)
    await store.save('realm', runInNewContext('({ a: [1], d: new Date(5), m: new Map([[1, 2]]) })'))
    expect(await store.load('realm')).toEqual({ a: [1], d: new Date(5), m: new Map([[1, 2]]) })
    await store.save('null', Object.assign(Object.create(null) as object, { a: 1 }))
    expect(await store.load('null')).toEqual({ a: 1 })
    await store.save('buffer', { b: Buffer.from('hi') })
    expect(await store.load('buffer')).toEqual({ b: new Uint8Array([104, 105]) })
  })

  it('streams a Blob under its own type', async () => {
    const store = open()
    const info = await store.save('k', new Blob(['a,b'], { type: 'text/csv' }))
    expect(info.contentType).toBe('text/csv')
    expect(await store.load('k')).toBe('a,b')
    expect((await store.save('l', new Blob(['x']))).contentType).toBe('application/octet-stream')
  })

  class Agent {
    readonly name = 'ceo'
  }
  const lost: [string, unknown, RegExp][] = [
    ['class instance', { a: [0, { b: new Agent() }] }, /\$\.a\[1\]\.b is an instance of Agent/],
    ['function', { 'odd name': () => 1 }, /\$\["odd name"\] is a function/],
    ['symbol', Symbol('x'), /symbol/],
    ['symbol key', { [Symbol('x')]: 1 }, /symbol keys/],
    ['hole', { a: holes(2) }, /\$\.a is an array with holes/],
    ['array property', Object.assign([1], { x: 1 }), /holes or with properties/],
    ['hole and property', Object.assign(holes(1), { x: 1 }), /holes or with properties/],
    ['boxed primitive', new Number(1), /boxed/],
    ['RegExp', /x/, /RegExp/],
    ['Error', new TypeError('x'), /Error/],
    ['Promise', Promise.resolve(1), /await it/],
    ['WeakMap', new WeakMap(), /weak/],
    ['subclass of Map', new (class Special extends Map {})(), /Special/],
    ['date with a property', Object.assign(new Date(), { x: 1 }), /properties of its own/],
    ['surrogate beside a BigInt', [1n, '\ud800'], /\$\[1\] is text with a lone surrogate/],
    ['lone surrogate', '\ud800', /lone surrogate/],
    ['too deep', nested(valueDepthMax + 2, 1), /deeper than 512 levels/],
    ['huge BigInt', 2n ** 600_000n, /65536 bytes/],
  ]

  it.each(lost)('refuses: %s', async (_name, value, message) => {
    const store = open()
    await store.save('k', 'old')
    const failure = await store.save('k', value).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'SERIALIZATION', key: 'k', backend: 'memory' })
    expect((failure as Error).message).toMatch(message)
    expect(await store.load('k')).toBe('old')
  })

  it('takes accessors as what they give, and refuses when they throw', async () => {
    const store = open()
    await store.save('k', {
      get a() {
        return 1
      },
    })
    expect(await store.load('k')).toEqual({ a: 1 })
    const cause = new Error('not now')
    const throwing = {
      get a() {
        throw cause
      },
    }
    await expect(store.save('k', throwing)).rejects.toMatchObject({ code: 'SERIALIZATION', cause })
  })

  it('never tells content in an error', async () => {
    const failure = open().save('k', { a: new Agent(), password: 'secret', b: ['secret', 1n] })
    await expect(failure).rejects.toThrow(expect.not.stringContaining('secret') as never)
  })
})

describe('saving by content type', () => {
  it.each([
    ['application/json', { a: 1 }],
    ['application/vnd.api+json; v=1', [1]],
    ['text/csv', 'a,b'],
    ['application/cbor', { d: new Date(1) }],
    ['image/png', new Uint8Array([1])],
  ])('%s', async (contentType, value) => {
    const store = open()
    expect((await store.save('k', value, { contentType })).contentType).toBe(contentType)
    expect(await store.load('k')).toEqual(value)
  })

  it.each([
    ['application/json', { at: [new Date()] }, /\$\.at\[0\] is a Date, which JSON damages/],
    ['application/json', { a: undefined }, /\$\.a is undefined/],
    ['application/json', [Number.NaN], /\$\[0\] is a number/],
    ['application/json', 1n, /BigInt/],
    ['text/plain', { a: 1 }, /No codec writes/],
    ['image/png', [1], /No codec writes/],
  ])('%s refuses what it would damage', async (contentType, value, message) => {
    await expect(open().save('k', value, { contentType })).rejects.toThrow(message)
  })

  it('is overridden by `as`', async () => {
    const store = open()
    await store.save('k', { a: 1 })
    expect(await store.load('k', { as: 'text' })).toBe('{"a":1}')
    expect(await store.load('k', { as: 'bytes' })).toEqual(new Uint8Array(Buffer.from('{"a":1}')))
    await store.save('t', '[1]')
    expect(await store.load('t', { as: 'json' })).toEqual([1])
    await store.save('b', new Uint8Array([0xff]))
    await expect(store.load('b', { as: 'text' })).rejects.toMatchObject({ code: 'SERIALIZATION' })
    await expect(store.load('b', { as: 'json' })).rejects.toMatchObject({ code: 'SERIALIZATION' })
  })
})

describe('own codecs', () => {
  const url: Codec<URL> = {
    contentType: ['text/uri-list', 'text/x-uri'],
    test: (value) => value instanceof URL,
    encode: (value) => new Uint8Array(Buffer.from(value.href)),
    decode: (bytes) => new URL(Buffer.from(bytes).toString()),
  }

  it('take precedence, by value and by type', async () => {
    const store = new StorageManager(new MemoryStorageBackend(), { codecs: [url] })
    expect((await store.save('k', new URL('http://a/'))).contentType).toBe('text/uri-list')
    expect(await store.load('k')).toEqual(new URL('http://a/'))
    await store.save('l', 'plain')
    expect(await store.load('l')).toBe('plain')
  })

  it('fail as SERIALIZATION', async () => {
    const store = new StorageManager(new MemoryStorageBackend(), { codecs: [url] })
    await store.writeStream('k', 'no url', { contentType: 'text/x-uri' })
    await expect(store.load('k')).rejects.toMatchObject({ code: 'SERIALIZATION', key: 'k' })
    const contentType = 'text/x-uri'
    await expect(store.save('k', 1, { contentType })).rejects.toMatchObject({
      code: 'SERIALIZATION',
    })
  })
})

describe('hostile bytes', () => {
  it.each([
    ['truncated', 'a26161016162'],
    ['huge array', '9b00000000ffffffff'],
    ['huge bytes', '5b000000007fffffff'],
    ['huge text', '7affffffff'],
    ['huge map', 'bb00000000ffffffff'],
    ['duplicate names', 'a2616101616102'],
    ['duplicate members', 'd90102820101'],
    ['trailing bytes', '0101'],
    ['indefinite length', '9f01ff'],
    ['unknown tag', 'd9dffe8319e00081616105'],
    ['no UTF-8', '61ff'],
    ['reference to nothing', 'd81d05'],
    ['reference to itself', 'd81cd81d00'],
    ['mark on a mark', 'd81cd81c80'],
    ['regexp', 'd8236328612b'],
    ['odd float array', 'd85543010203'],
    ['unknown name', 'd81b826845766164644576616c'],
    ['break', 'ff'],
    ['nothing', ''],
  ])('%s', (_name, digits) => {
    expect(() => decodeStructured(hex(digits), 'k')).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION' }),
    )
  })

  it.each([0x81, 0xc1, 0xd8])('nested without end: %i', (byte) => {
    expect(() => decodeStructured(new Uint8Array(200_000).fill(byte), 'k')).toThrow(/structured/)
  })

  it('a megabyte of BigInt is refused at once', () => {
    const bytes = new Uint8Array(1_048_582)
    bytes.set([0xc2, 0x5a, 0, 0x10, 0, 0])
    expect(() => decodeStructured(bytes, 'k')).toThrow(/structured/)
  })

  it('__proto__ is a name like others', () => {
    const value = decodeStructured(hex('a1695f5f70726f746f5f5fa1617801'), 'k') as object
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value)).toEqual(['__proto__'])
  })

  it.each(['{', '[1,]', 'NaN', `${'['.repeat(600)}${']'.repeat(600)}`])('JSON %#', (text) => {
    expect(() => decodeJson(new Uint8Array(Buffer.from(text)), 'k')).toThrow(
      expect.objectContaining({ code: 'SERIALIZATION' }),
    )
  })

  it('brackets in strings are no nesting', () => {
    const value = ['['.repeat(2000), '\\"['.repeat(600), '\\\\']
    expect(decodeJson(new Uint8Array(Buffer.from(JSON.stringify(value))), 'k')).toEqual(value)
  })
})

describe('what came back damaged once', () => {
  const kept: [string, unknown][] = [
    ['byte order marks', { a: '\ufeffabc', '\ufeffkey': '\ufeff', d: 1n }],
    ['members that differ by a mark', new Set(['a', '\ufeffa', 'é', '\ufeffé'])],
    ['long marked text', { a: `\ufeff${'x'.repeat(70_000)}`, d: 1n }],
    ['empty arrays in a Set', new Set([new Uint8Array(0), new Uint8Array(0)])],
    [
      'empty arrays as keys',
      new Map([
        [new Uint8Array(0), 1],
        [new Uint8Array(0), 2],
      ]),
    ],
    ['empty buffers', new Set([new ArrayBuffer(0), new ArrayBuffer(0)])],
    ['JSON as deep as may be', nested(valueDepthMax, 1)],
    ['CBOR as deep as may be', nested(valueDepthMax, 1n)],
    ['a Map as deep as may be', nested(valueDepthMax - 1, new Map([[1, new Date(1)]]))],
  ]

  it.each(kept)('%s', async (_name, value) => {
    const store = open()
    await store.save('k', value)
    expect(isDeepStrictEqual(await store.load('k'), value)).toBe(true)
  })

  it.each([1, 1n])('one level more than can be loaded is not saved: %s', (core) =>
    expect(open().save('k', nested(valueDepthMax + 1, core))).rejects.toThrow(/512 levels/),
  )

  it.each([
    ['application/json', new Uint8Array([255]), /writeStream/],
    ['application/json', new Uint8Array(Buffer.from('{"a":1}')), /writeStream/],
    ['application/cbor', new Uint8Array([1]), /writeStream/],
    ['text/csv', new Uint8Array([97]), /as: "bytes"/],
    ['image/svg+xml', '<svg/>', /as: "text"/],
    ['application/octet-stream', 'abc', /as: "text"/],
  ])('%s refuses what it would give back as another kind', async (contentType, value, message) => {
    const failure = open().save('k', value, { contentType })
    await expect(failure).rejects.toMatchObject({ code: 'SERIALIZATION' })
    await expect(failure).rejects.toThrow(message)
  })

  it('bytes changed after the call are stored as they were', async () => {
    const seen: unknown[] = []
    const backend = new MemoryStorageBackend()
    const write = backend.write.bind(backend)
    backend.write = async (key, body, options) => {
      // As a backend that opens a file first.
      await new Promise((resolve) => setImmediate(resolve))
      seen.push([...(body as Uint8Array)], options.metadata)
      return write(key, body, options)
    }
    const store = new StorageManager(backend)
    const bytes = new Uint8Array([1, 2])
    const metadata = { by: 'ceo' }
    const saving = store.save('k', bytes, { metadata })
    bytes.fill(9)
    metadata.by = 'x\ny'
    await saving
    expect(seen).toEqual([[1, 2], { by: 'ceo' }])
  })

  it('an accessor that gives something else the second time', async () => {
    let reads = 0
    const value = {
      list: [1],
      get at() {
        return reads++ === 0 ? 1 : new Date()
      },
    }
    const store = open()
    await store.save('k', value)
    expect(await store.load('k')).toEqual({ list: [1], at: 1 })
  })

  it('a proxy that gives something else the second time', async () => {
    let reads = 0
    const value = new Proxy({ at: 1 }, { get: () => (reads++ === 0 ? 'x' : Number.NaN) })
    const store = open()
    await store.save('k', { value })
    expect(await store.load('k')).toEqual({ value: { at: 'x' } })
  })

  it('a hidden toJSON is not asked', async () => {
    const value = Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'other' })
    const store = open()
    await store.save('k', [value])
    expect(await store.load('k')).toEqual([{ a: 1 }])
  })

  it('a Map that its own members change', async () => {
    const map = new Map<string, unknown>()
    const member = {
      get grow() {
        map.set('late', 1)
        return 1n
      },
    }
    map.set('a', member)
    const store = open()
    await store.save('k', map)
    expect(await store.load('k')).toEqual(new Map([['a', { grow: 1n }]]))
  })

  it('a subclass of Uint8Array is refused, at the top as inside', async () => {
    class Wrapped extends Uint8Array {}
    const store = open()
    await expect(store.save('k', new Wrapped(1))).rejects.toThrow(/instance of Wrapped/)
    await store.save('k', Buffer.from('a'))
    expect(await store.load('k')).toEqual(new Uint8Array([97]))
  })
})

describe('shared parts', () => {
  function doubled(levels: number): unknown {
    let value: unknown = { n: 1 }
    for (let i = 0; i < levels; i++) value = { x: value, y: value }
    return value
  }

  it('do not cost exponentially, nor become so when hostile bytes are stored again', async () => {
    const store = open()
    expect((await store.save('k', doubled(40))).size).toBeLessThan(1000)
    const loaded = await store.load<{ x: object; y: object }>('k')
    expect(loaded.x).toBe(loaded.y)
    expect((await store.save('again', loaded)).contentType).toBe('application/cbor')
    const asJson = store.save('k', doubled(40), { contentType: 'application/json' })
    await expect(asJson).rejects.toThrow(/shared parts/)
  })

  it('stay JSON where they are few, also in large documents', async () => {
    const store = open()
    const tag = { name: 'x' }
    const rows = Array.from({ length: 20_000 }, (_, id) => ({ id, tag }))
    expect((await store.save('k', rows)).contentType).toBe('application/json')
    expect(await store.load('k')).toEqual(rows)
    expect((await store.save('k', doubled(5))).contentType).toBe('application/json')
  })

  it('count their depth at each place', async () => {
    const part = nested(300, 1)
    const value = { part, deep: nested(250, part) }
    await expect(open().save('k', value)).resolves.toMatchObject({
      contentType: 'application/cbor',
    })
  })
})

describe('the types of own codecs', () => {
  const upper: Codec = {
    contentType: 'application/json',
    encode: (value) => new Uint8Array(Buffer.from(`!${JSON.stringify(value)}`)),
    decode: (bytes) => JSON.parse(Buffer.from(bytes).toString().slice(1)) as unknown,
  }

  it('are theirs in both directions', async () => {
    const store = new StorageManager(new MemoryStorageBackend(), { codecs: [upper] })
    await store.save('k', { a: 1 })
    expect(await store.load('k', { as: 'text' })).toBe('!{"a":1}')
    expect(await store.load('k')).toEqual({ a: 1 })
  })

  it.each<[string, unknown]>([
    ['claimed twice', [upper, { ...upper, contentType: ['a/b', 'Application/JSON; v=1'] }]],
    ['no list', upper],
    ['nothing', [null]],
    ['without functions', [{ contentType: 'a/b' }]],
    ['with a test that is none', [{ ...upper, test: true }]],
    ['without types', [{ ...upper, contentType: [] }]],
  ])('%s: TypeError', (_name, codecs) =>
    expect(
      () => new StorageManager(new MemoryStorageBackend(), { codecs: codecs as never }),
    ).toThrow(TypeError),
  )

  it('are media types, as a Blob has', async () => {
    const codecs = [{ ...upper, contentType: 'json' }]
    expect(() => new StorageManager(new MemoryStorageBackend(), { codecs })).toThrow(/media type/)
    const blob = new Blob(['a'], { type: 'picture' })
    await expect(open().save('k', blob)).rejects.toThrow(/media type/)
    await expect(open().writeStream('k', blob)).rejects.toThrow(/media type/)
  })
})
