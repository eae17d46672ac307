import { zstdCompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import {
  applyLayers,
  type Capabilities,
  compress,
  compressionAlgorithms,
  type CompressOptions,
  isCompressible,
  MemoryStorageBackend,
  type StorageBackend,
  StorageManager,
} from '../../src/index.ts'
import { aroundCalls, defineLayer } from '../../src/backend-kit.ts'
import { faults } from '../../src/testing/index.ts'
import { bytesOf, cut, framedStore, noise, prose, textType } from './support/framed-store.ts'

const type = { contentType: textType }
const small: CompressOptions = { level: 1, frameBytes: 1024 }
const large = prose(1_300_000)

describe('what is stored compressed', () => {
  it('is smaller, and marked in metadata that nobody outside sees', async () => {
    const { backend, stored } = framedStore(compress())
    const options = { ...type, metadata: { by: 'ceo' } }
    const written = await backend.write('k', prose(50_000), options)
    const { bytes, info } = await stored('k')
    expect(bytes.byteLength).toBeLessThan(25_000)
    expect(info.metadata).toEqual({ by: 'ceo', 'aos-compress': '1,zstd,262144,50000' })
    const read = await backend.read('k')
    const [listed] = (await backend.list()).objects
    for (const each of [written, read.info, await backend.stat('k'), listed!]) {
      expect(each).toMatchObject({ size: 50_000, etag: info.etag })
      expect(each.metadata).toEqual({ by: 'ceo' })
    }
  })

  it.each<[string, Uint8Array, string, CompressOptions]>([
    ['short', prose(1023), textType, {}],
    ['of a type that is compressed already', prose(5000), 'image/png', {}],
    ['of a type that is not asked for', prose(5000), 'a/b', { contentTypes: ['text/*'] }],
    ['not shrinking', noise(5000), textType, {}],
    ['not shrinking enough', prose(5000), textType, { ratioMax: 0.05 }],
  ])('is not a body %s: it is kept as it is', async (_what, bytes, contentType, options) => {
    const { backend, stored } = framedStore(compress(options))
    for (const body of [bytes, cut(bytes, [100])]) {
      const info = await backend.write('k', body, { contentType })
      const there = await stored('k')
      expect(Buffer.compare(there.bytes, bytes)).toBe(0)
      expect(there.info.metadata).toEqual({})
      expect(info.size).toBe(bytes.byteLength)
    }
  })

  it('is not a long stream whose first frame does not shrink', async () => {
    const { backend, stored } = framedStore(compress())
    const bytes = Buffer.concat([noise(300_000), prose(1_000_000)])
    // Also in one chunk, larger than what is taken of a stream at once.
    for (const sizes of [[50_000], [bytes.byteLength]]) {
      expect((await backend.write('k', cut(bytes, sizes), type)).size).toBe(bytes.byteLength)
      expect(Buffer.compare((await stored('k')).bytes, bytes)).toBe(0)
    }
  })

  it('is a long stream that comes as one chunk', async () => {
    const { backend, stored } = framedStore(compress())
    await backend.write('k', cut(large, [large.byteLength]), type)
    expect((await stored('k')).info.metadata).toEqual({ 'aos-compress': '1,zstd,262144' })
  })

  it('drops a mark that came from outside: the body has not what it tells', async () => {
    const { backend, stored } = framedStore(compress())
    const metadata = { 'aos-compress': '1,zstd,262144,9', by: 'ceo' }
    await backend.write('k', prose(10), { ...type, metadata })
    expect((await stored('k')).info.metadata).toEqual({ by: 'ceo' })
    expect((await backend.stat('k')).size).toBe(10)
  })

  it('can be read whatever is written now, and beside what was written without', async () => {
    const inner = new MemoryStorageBackend()
    const bytes = prose(9000)
    await inner.write('plain', bytes, type)
    for (const algorithm of compressionAlgorithms) {
      await compress({ ...small, algorithm })(inner).write(algorithm, bytes, type)
    }
    for (const algorithm of compressionAlgorithms) {
      const backend = compress({ algorithm, frameBytes: 4096, contentTypes: [] })(inner)
      for (const key of ['plain', ...compressionAlgorithms]) {
        expect(Buffer.compare(await bytesOf(await backend.read(key)), bytes)).toBe(0)
        const range = { offset: 3000, length: 2000 }
        const part = await bytesOf(await backend.read(key, { range }))
        expect(Buffer.compare(part, bytes.subarray(3000, 5000))).toBe(0)
      }
    }
  })

  it('leaves the caller its buffer: it may be changed while it is written', async () => {
    for (const algorithm of compressionAlgorithms) {
      const { backend } = framedStore(compress({ algorithm }))
      const bytes = prose(200_000)
      const write = backend.write('k', bytes, type)
      bytes.fill(0)
      await write
      const read = await bytesOf(await backend.read('k'))
      expect(Buffer.compare(read, prose(200_000))).toBe(0)
    }
  })
})

describe('ranges of compressed objects', () => {
  it('read the frames that hold them, and no more; the index once', async () => {
    const { backend, reads, stored, inner } = framedStore(compress(small), 500)
    const bytes = prose(100_000)
    await backend.write('k', bytes, type)
    const other = compress(small)(applyLayers(inner, [reads.layer(500)]))
    const { length } = (await stored('k')).bytes
    const spans = async (offset: number): Promise<unknown[]> => {
      reads.asked.length = 0
      const result = await other.read('k', { range: { offset, length: 1500 } })
      const part = await bytesOf(result)
      expect(Buffer.compare(part, bytes.subarray(offset, offset + 1500))).toBe(0)
      return reads.asked.map((options) => options?.range)
    }
    const first = await spans(50_000)
    // As if it were not compressed; its index; its frames.
    expect(first).toHaveLength(3)
    expect(first[1]).toEqual({ suffix: 32 + 8 + 98 * 12 + 9 })
    const [frames] = (await spans(60_000)) as { offset: number; length: number }[]
    expect(reads.asked).toHaveLength(1)
    expect(frames!.length).toBeLessThan(length / 20)
    expect(reads.open).toBe(0)
  })

  it('of an object kept as it is cost one request', async () => {
    const { backend, reads } = framedStore(compress(), 500)
    await backend.write('k', noise(9000), type)
    await bytesOf(await backend.read('k', { range: { offset: 5, length: 5 } }))
    expect(reads.asked).toHaveLength(1)
    expect(reads.stats).toBe(0)
  })

  it('behind the end of what is stored, and not of the body, are there', async () => {
    const { backend } = framedStore(compress(small), 500)
    await backend.write('k', prose(50_000), type)
    const read = backend.read('k', { range: { offset: 49_990 } })
    expect(Buffer.compare(await bytesOf(await read), prose(50_000).subarray(-10))).toBe(0)
  })

  it('hold to the conditions of the caller, also when the index is known', async () => {
    const { backend } = framedStore(compress(small))
    const { etag } = await backend.write('k', prose(9000), type)
    const range = { offset: 8000, length: 10 }
    const read = (options: object) => backend.read('k', { range, ...options })
    for (let round = 0; round < 2; round++) {
      expect((await read({ ifMatch: etag })).end).toBe(8010)
      await expect(read({ ifMatch: 'x' })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
      await expect(read({ ifNoneMatch: etag })).rejects.toMatchObject({ code: 'NOT_MODIFIED' })
      expect((await read({ ifNoneMatch: 'x' })).start).toBe(8000)
    }
    await backend.write('k', prose(9000, 2), type)
    await expect(read({ ifMatch: etag })).rejects.toMatchObject({ code: 'PRECONDITION_FAILED' })
    const fresh = await bytesOf(await read({}))
    expect(Buffer.compare(fresh, prose(9000, 2).subarray(8000, 8010))).toBe(0)
    await backend.delete('k')
    await expect(read({})).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('an object that is replaced while it is read', () => {
  const range = { offset: 40_000, length: 5000 }

  it.each([true, false])(
    'is read of one version (conditional reads: %s)',
    async (isConditional) => {
      const { inner, reads } = framedStore(compress(small))
      const watched = unconditional(applyLayers(inner, [reads.layer(300)]), isConditional)
      const backend = compress(small)(watched)
      const writer = compress(small)(inner)
      await writer.write('k', prose(50_000), type)
      reads.before = async (_options, count) => {
        if (count === 2 || count === 5) await writer.write('k', prose(50_000, count), type)
      }
      const part = await bytesOf(await backend.read('k', { range }))
      expect(Buffer.compare(part, prose(50_000, 5).subarray(40_000, 45_000))).toBe(0)
      expect(reads.open).toBe(0)
    },
  )

  it('is a CONFLICT when it is replaced again and again', async () => {
    const { inner, reads } = framedStore(compress(small))
    const backend = compress(small)(applyLayers(inner, [reads.layer(300)]))
    const writer = compress(small)(inner)
    const replace = (): Promise<unknown> => writer.write('k', prose(50_000), type)
    await replace()
    reads.before = replace
    const read = backend.read('k', { range })
    await expect(read).rejects.toMatchObject({ code: 'CONFLICT', retryable: 'yes', key: 'k' })
    expect(reads.asked.length).toBeLessThan(20)
    expect(reads.open).toBe(0)
  })

  it('by one that is kept as it is, or deleted, is read so', async () => {
    const { inner, reads } = framedStore(compress(small))
    const backend = compress(small)(applyLayers(inner, [reads.layer(300)]))
    await compress(small)(inner).write('k', prose(50_000), type)
    reads.before = async (_options, count) => {
      if (count === 2) await inner.write('k', noise(45_000), type)
      if (count === 4) await inner.delete('k')
    }
    const part = await bytesOf(await backend.read('k', { range }))
    expect(Buffer.compare(part, noise(45_000).subarray(40_000))).toBe(0)
    await expect(backend.read('k', { range })).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})

describe('a stream whose size is known at its end', () => {
  it('tells it from its index, asked for once', async () => {
    const { inner, reads } = framedStore(compress())
    const writer = compress()(inner)
    await writer.write('k', cut(large, [100_000]), type)
    const backend = compress()(applyLayers(inner, [reads.layer(50_000)]))
    for (let round = 0; round < 3; round++) {
      expect((await backend.stat('k')).size).toBe(large.byteLength)
      expect(reads.asked).toHaveLength(1)
    }
    expect(reads.asked[0]?.range).toEqual({ suffix: 16_384 })
    expect(Buffer.compare(await bytesOf(await backend.read('k')), large)).toBe(0)
    expect(reads.asked).toHaveLength(2)
    // The writer knows it without asking.
    expect((await writer.copy('k', 'copy')).size).toBe(large.byteLength)
    // Listings cannot ask.
    const [listed] = (await backend.list({ prefix: 'k' })).objects
    expect(listed!.size).toBeLessThan(large.byteLength)
    expect(backend.capabilities.listedSize).toBe('stored')
  })

  it('has an index of more than the first look at its end', async () => {
    const { inner, reads } = framedStore(compress(small))
    for (const algorithm of compressionAlgorithms) {
      const options = { ...small, algorithm }
      const bytes = prose(6_500_000)
      await compress(options)(inner).write('k', cut(bytes, [500_000]), type)
      const backend = compress(options)(applyLayers(inner, [reads.layer(50_000)]))
      reads.asked.length = 0
      expect((await backend.stat('k')).size).toBe(bytes.byteLength)
      expect(reads.asked).toHaveLength(2)
      const range = { offset: 6_000_000, length: 100 }
      const part = await bytesOf(await backend.read('k', { range }))
      expect(Buffer.compare(part, bytes.subarray(6_000_000, 6_000_100))).toBe(0)
    }
  })

  it('is CORRUPT or right when any byte of its index is damaged', async () => {
    const { inner, stored, damage } = framedStore(compress(small))
    await compress()(inner).write('k', cut(large, [100_000]), type)
    const bytes = (await stored('k')).bytes.slice()
    const indexBytes = 32 + 8 + 5 * 12 + 9
    for (let at = 1; at <= indexBytes; at++) {
      await damage('k', () => {
        const changed = bytes.slice()
        changed[changed.byteLength - at]! ^= 1 << (at % 8)
        return changed
      })
      const backend = compress()(inner)
      await expect(backend.stat('k')).rejects.toMatchObject({ code: 'CORRUPT', key: 'k' })
      await expect(backend.read('k')).rejects.toMatchObject({ code: 'CORRUPT', key: 'k' })
    }
  })

  it('closes its source when the write is refused, and tells its own failure', async () => {
    const injector = faults()
    const { inner } = framedStore(compress())
    const backend = applyLayers(inner, [compress(), injector])
    let isClosed = false
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield prose(100_000)
      } finally {
        isClosed = true
      }
    }
    injector.add({ operation: 'write', times: 1, fault: { kind: 'error', error: 'RATE_LIMITED' } })
    const refused = backend.write('k', source(), type)
    await expect(refused).rejects.toMatchObject({ code: 'RATE_LIMITED' })
    await expect.poll(() => isClosed).toBe(true)
    const tooLarge = { ...inner.capabilities, objectBytesMax: 2 * 1024 ** 2 }
    const bounded = compress()(withCapabilities(inner, tooLarge))
    const write = bounded.write('k', source(), type)
    await expect(write).rejects.toMatchObject({ code: 'QUOTA_EXCEEDED', key: 'k' })
  })
})

describe('stored bytes that others made', () => {
  it('cannot grow beyond what is told of them', async () => {
    const { backend, inner } = framedStore(compress())
    const bomb = zstdCompressSync(new Uint8Array(50 * 1024 ** 2))
    const metadata = { 'aos-compress': '1,zstd,262144,5000' }
    await inner.write('k', bomb, { ...type, metadata })
    await expect(backend.read('k')).rejects.toMatchObject({
      code: 'CORRUPT',
      message: expect.stringMatching(
        /^compress: "k" cannot be read: .*; restore it from a backup, or delete the key$/,
      ),
    })
  })

  it.each([
    ['CORRUPT', 'nonsense'],
    ['CORRUPT', '1,zstd,0,5'],
    ['CORRUPT', '1,zstd,999999999,5'],
    ['UNSUPPORTED', '2,zstd,262144,5'],
    ['UNSUPPORTED', '1,lzma,262144,5'],
  ])('are %s with the mark %s, and listed all the same', async (code, mark) => {
    const { backend, inner } = framedStore(compress(), 10)
    await inner.write('k', prose(2000), { ...type, metadata: { 'aos-compress': mark } })
    await expect(backend.read('k')).rejects.toMatchObject({ code, key: 'k' })
    await expect(backend.stat('k')).rejects.toMatchObject({ code, key: 'k' })
    expect((await backend.list()).objects).toMatchObject([{ key: 'k', metadata: {} }])
    expect(await backend.delete('k')).toBe(true)
  })

  it('are not read whole for an index that cannot be theirs', async () => {
    const { backend, inner, reads } = framedStore(compress(), 500)
    const metadata = { 'aos-compress': '1,zstd,1024,9000000000000000' }
    await inner.write('k', prose(100_000), { ...type, metadata })
    const read = backend.read('k', { range: { offset: 5, length: 5 } })
    await expect(read).rejects.toMatchObject({ code: 'CORRUPT', key: 'k' })
    expect(reads.asked).toHaveLength(1)
  })

  it('that end early on their way are UNAVAILABLE, and can be read again', async () => {
    const injector = faults()
    const backend = applyLayers(new MemoryStorageBackend(), [compress(small), injector])
    await backend.write('k', prose(50_000), type)
    injector.add({ operation: 'read', times: 1, fault: { kind: 'silent-end', afterBytes: 3000 } })
    const cutOff = backend.read('k').then(bytesOf)
    await expect(cutOff).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: 'yes', key: 'k' })
    expect(Buffer.compare(await bytesOf(await backend.read('k')), prose(50_000))).toBe(0)
  })
})

describe('the layer', () => {
  it('claims what is left of the limits, and hides extras', () => {
    const { backend, inner } = framedStore(compress())
    const { metadataBytesMax, objectBytesMax, extras } = backend.capabilities
    expect(metadataBytesMax).toBe(inner.capabilities.metadataBytesMax - 46)
    expect(objectBytesMax).toBeLessThan(inner.capabilities.objectBytesMax)
    expect(objectBytesMax).toBeGreaterThan(inner.capabilities.objectBytesMax * 0.99)
    expect(extras).toEqual([])
  })

  it.each<Partial<Capabilities>>([
    { userMetadata: false },
    { rangeRead: false },
    { metadataBytesMax: 45 },
  ])('refuses a backend with %o', (less) => {
    const inner = new MemoryStorageBackend()
    const poor = withCapabilities(inner, { ...inner.capabilities, ...less })
    expect(() => compress()(poor)).toThrow('needs a backend with range reads')
  })

  it.each([
    [{ algoritm: 'zstd' }, 'did you mean "algorithm"'],
    [{ algorithm: 'lzma' }, 'zstd, gzip, brotli'],
    [{ level: 23 }, 'from 1 to 22'],
    [{ algorithm: 'gzip', level: 0 }, 'from 1 to 9'],
    [{ frameBytes: 1000 }, 'from 1024 to 16777216'],
    [{ ratioMax: 0 }, 'above 0'],
    [{ contentTypes: 'text/*' }, 'an array'],
    [{ contentTypes: ['text'] }, 'types such as'],
  ])('refuses the options %o', (options, message) => {
    expect(() => compress(options as CompressOptions)).toThrow(message)
  })

  it('closes the body when its own test of types throws', async () => {
    const isTaken = (): boolean => {
      throw new TypeError('no such type')
    }
    const { backend } = framedStore(compress({ contentTypes: isTaken }))
    let isClosed = false
    const body = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: new Uint8Array(1) }),
        return: async () => {
          isClosed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    await expect(backend.write('k', body, type)).rejects.toThrow('no such type')
    await expect.poll(() => isClosed).toBe(true)
  })

  it('stands outside of encryption and inside of validation', () => {
    const named = (name: string) =>
      defineLayer({ name, wrap: (inner) => aroundCalls(inner, (_call, run) => run()) })
    const apply = (...layers: ReturnType<typeof named>[]) =>
      applyLayers(new MemoryStorageBackend(), layers)
    expect(() => apply(named('encrypt'), compress())).toThrow('does not compress')
    expect(() => apply(compress(), named('validate'))).toThrow('schema')
    apply(named('validate'), compress(), named('encrypt'))
  })

  it('serves a manager, whose users see nothing of it', async () => {
    const backend = applyLayers(new MemoryStorageBackend(), [compress()])
    await using manager = await StorageManager.open({ backend })
    const rows = Array.from({ length: 500 }, (_, at) => ({ at, text: 'revenue' }))
    await manager.save('rows', rows, { metadata: { by: 'ceo' } })
    expect(await manager.load('rows')).toEqual(rows)
    expect((await manager.stat('rows')).metadata).toEqual({ by: 'ceo' })
  })

  it.each([
    [true, 'application/json', 'text/html; charset=utf-8', 'image/svg+xml', 'audio/wav', 'a/b'],
    [false, 'image/jpeg', 'VIDEO/mp4', 'application/zip', 'application/epub+zip', 'font/woff2'],
  ])('takes (%s) by default', (isTaken, ...types) => {
    for (const each of types) expect([each, isCompressible(each)]).toEqual([each, isTaken])
  })
})

function withCapabilities(inner: StorageBackend, capabilities: Capabilities): StorageBackend {
  const backend = aroundCalls(inner, (_call, run) => run())
  return Object.defineProperty(backend, 'capabilities', { value: capabilities })
}

function unconditional(inner: StorageBackend, conditionalRead: boolean): StorageBackend {
  return withCapabilities(inner, { ...inner.capabilities, conditionalRead })
}
