/** Round trips, ranges and damage of framed bodies, for every form. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ByteRange,
  checksum,
  checksumAlgorithms,
  compress,
  compressionAlgorithms,
  isStorageError,
  type Layer,
  type StorageBackend,
} from '../../src/index.ts'
import { bytesOf, cut, framedStore, noise, prose, textType } from './support/framed-store.ts'

const type = { contentType: textType }

/** Each form, in frames of so many bytes. */
const forms: [string, (frameBytes: number) => Layer][] = [
  ...compressionAlgorithms.map((algorithm): [string, (frameBytes: number) => Layer] => [
    algorithm,
    (frameBytes) => compress({ algorithm, level: 1, frameBytes, bytesMin: 0, ratioMax: 1 }),
  ]),
  ...checksumAlgorithms.map((algorithm): [string, (frameBytes: number) => Layer] => [
    algorithm,
    (blockBytes) => checksum({ algorithm, blockBytes }),
  ]),
]

const body = fc
  .tuple(
    fc.oneof(fc.nat(3000), fc.constantFrom(1023, 1024, 1025, 2048, 4096), fc.nat(20_000)),
    fc.nat(1000),
    fc.constantFrom('prose', 'noise', 'both'),
  )
  .map(([bytes, seed, kind]) => {
    if (kind === 'prose') return prose(bytes, seed)
    if (kind === 'noise') return noise(bytes, seed)
    return Buffer.concat([prose(bytes >> 1, seed), noise(bytes - (bytes >> 1), seed)])
  })

const range = (size: number): fc.Arbitrary<ByteRange> =>
  fc.oneof(
    fc.nat(size).map((offset) => ({ offset })),
    fc.tuple(fc.nat(size), fc.nat(size + 5)).map(([offset, length]) => ({ offset, length })),
    fc.nat(size + 5).map((suffix) => ({ suffix })),
  )

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

async function expectRange(
  backend: StorageBackend,
  bytes: Uint8Array,
  asked: ByteRange,
): Promise<void> {
  const size = bytes.byteLength
  const from = 'suffix' in asked ? Math.max(0, size - asked.suffix) : asked.offset
  const to = 'suffix' in asked ? size : Math.min(size, from + (asked.length ?? size))
  const result = await backend.read('k', { range: asked })
  expect([result.start, result.end, result.info.size]).toEqual([from, to, size])
  expect(same(await bytesOf(result), bytes.subarray(from, to))).toBe(true)
}

describe.each(forms)('a body as %s', (_name, layer) => {
  it('comes back as it was, whole and in each range, whatever its chunks were', async () => {
    const given = body.chain((bytes) =>
      fc.record({
        bytes: fc.constant(bytes),
        frameBytes: fc.constantFrom(1024, 1500, 4096, 65_536),
        /** Undefined: written as bytes. */
        chunks: fc.option(fc.array(fc.nat(5000), { maxLength: 4 }), { nil: undefined }),
        readChunk: fc.option(fc.integer({ min: 1, max: 6000 }), { nil: undefined }),
        ranges: fc.array(range(bytes.byteLength), { maxLength: 4 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(given, async ({ bytes, frameBytes, chunks, readChunk, ranges }) => {
        const { backend, reads } = framedStore(layer(frameBytes), readChunk)
        const isEmpty = chunks !== undefined && chunks.every((each) => each === 0)
        const sizes = isEmpty ? [1000] : chunks
        const input = sizes === undefined ? bytes : cut(bytes, sizes)
        const info = await backend.write('k', input, type)
        expect(info.size).toBe(bytes.byteLength)
        expect(info.metadata).toEqual({})
        const whole = await backend.read('k')
        expect(whole.info.size).toBe(bytes.byteLength)
        expect(same(await bytesOf(whole), bytes)).toBe(true)
        for (const each of ranges) await expectRange(backend, bytes, each)
        const behind = backend.read('k', { range: { offset: bytes.byteLength + 1 } })
        await expect(behind).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', status: 416 })
        expect(reads.open).toBe(0)
      }),
      { numRuns: 60 },
    )
  })

  it('of a size that is known only at its end is the same, seen by another handle', async () => {
    // More than what is taken of a stream before the write begins.
    const bytes = Buffer.concat([prose(700_000), noise(200_000), prose(400_123, 5)])
    const store = framedStore(layer(65_536), 50_000)
    const { size } = await store.backend.write('k', cut(bytes, [60_000, 1, 300_000]), type)
    expect(size).toBe(bytes.byteLength)
    const others = [store.backend, layer(4096)(store.inner)]
    for (const backend of others) {
      expect((await backend.stat('k')).size).toBe(bytes.byteLength)
      expect(same(await bytesOf(await backend.read('k')), bytes)).toBe(true)
      await fc.assert(
        fc.asyncProperty(range(bytes.byteLength), (each) => expectRange(backend, bytes, each)),
        { numRuns: 15 },
      )
      const copy = await backend.copy('k', 'copy')
      expect(copy).toMatchObject({ key: 'copy', size: bytes.byteLength, metadata: {} })
    }
    expect(store.reads.open).toBe(0)
  })
})

describe.each(forms)('a damaged body as %s', (_name, layer) => {
  const isHonest = (error: unknown): boolean => isStorageError(error, 'CORRUPT', 'UNAVAILABLE')

  /** What reads of damaged bytes give: never wrong bytes. */
  async function expectHonest(
    change: (bytes: Uint8Array) => Uint8Array,
    bytes: Uint8Array,
  ): Promise<number> {
    let refused = 0
    for (const chunkBytes of [undefined, 700]) {
      const { backend, damage, reads } = framedStore(layer(1024), chunkBytes)
      await backend.write('k', bytes, type)
      await damage('k', change)
      const reading: [ByteRange | undefined, Uint8Array][] = [
        [undefined, bytes],
        [{ offset: 1500, length: 100 }, bytes.subarray(1500, 1600)],
        [{ suffix: 10 }, bytes.subarray(-10)],
      ]
      for (const [asked, expected] of reading) {
        try {
          const result = await backend.read('k', asked === undefined ? {} : { range: asked })
          expect(same(await bytesOf(result), expected)).toBe(true)
        } catch (error) {
          if (!isHonest(error)) throw error
          expect(error).toMatchObject({ key: 'k' })
          refused++
        }
      }
      expect(reads.open).toBe(0)
    }
    return refused
  }

  it('is CORRUPT or right, never wrong: each byte of a short one, changed', async () => {
    const bytes = prose(2500)
    const probe = framedStore(layer(1024))
    await probe.backend.write('k', bytes, type)
    const { length } = (await probe.stored('k')).bytes
    // Every byte where there is no more than some hundreds of them, else one in a few.
    const step = Math.max(1, Math.floor(length / 300))
    let refused = 0
    for (let at = 0; at < length; at += step) {
      const flip = 1 << (at % 8)
      const change = (stored: Uint8Array): Uint8Array => {
        stored[at]! ^= flip
        return stored
      }
      refused += await expectHonest(change, bytes)
    }
    expect(refused).toBeGreaterThan(length / step)
  })

  it('is CORRUPT or right, never wrong: cut, prolonged, or with parts exchanged', async () => {
    const bytes = prose(2500)
    const changes = fc.oneof(
      fc.nat(3000).map((at) => (stored: Uint8Array) => stored.slice(0, at % stored.byteLength)),
      fc
        .uint8Array({ minLength: 1, maxLength: 50 })
        .map((more) => (stored: Uint8Array) => Buffer.concat([stored, more])),
      fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => (stored: Uint8Array) => {
        const [from, to] = [a % stored.byteLength, b % stored.byteLength]
        return Buffer.concat([stored.subarray(to), stored.subarray(from, to)])
      }),
    )
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        await expectHonest(change, bytes)
      }),
      { numRuns: 60 },
    )
  })

  it('names the object, and is told before a stream ends well', async () => {
    const bytes = prose(100_000)
    const { backend, damage } = framedStore(layer(1024), 5000)
    await backend.write('the/key', bytes, type)
    await damage('the/key', (stored) => {
      stored[stored.byteLength >> 1]! ^= 255
      return stored
    })
    const { body } = await backend.read('the/key')
    const failure = await bytesOf({ body } as never).catch((error: unknown) => error)
    expect(failure).toMatchObject({ code: 'CORRUPT', key: 'the/key' })
    expect(String(failure)).toContain('"the/key"')
  })
})
