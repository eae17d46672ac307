import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryStorageBackend, StorageManager } from '../src/index.ts'
import { awaken, rest, restCopy } from '../src/memory/resting-body.ts'

/** Bytes on both sides of the size up to which bodies rest as text, all 256 values among them. */
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 600 }),
  fc
    .tuple(fc.integer({ min: 4080, max: 4110 }), fc.nat(255))
    .map(([length, first]) => Uint8Array.from({ length }, (_, at) => (first + at * 7) & 255)),
)

/** The same bytes as callers hold them: bare, a Buffer, a view amid others, shared memory. */
const holders: [string, (bytes: Uint8Array) => Uint8Array][] = [
  ['an array of its own', (bytes) => bytes.slice()],
  ['a Buffer', (bytes) => Buffer.from(bytes)],
  ['a view', (bytes) => new Uint8Array([1, ...bytes, 2]).subarray(1, bytes.length + 1)],
  [
    'shared memory',
    (bytes) => {
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
      shared.set(bytes)
      return shared
    },
  ],
]

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0

describe.each(holders)('a body that came as %s', (_name, hold) => {
  it('wakes as it was, whole or in part, whoever changes what he has', () => {
    fc.assert(
      fc.property(anyBytes, fc.nat(), fc.nat(), (bytes, a, b) => {
        const given = hold(bytes)
        const body = restCopy(given)
        given.fill(7)
        expect(body.length).toBe(bytes.length)
        const [start, end] = [a % (bytes.length + 1), b % (bytes.length + 1)].sort((x, y) => x - y)
        const first = awaken(body, 0, bytes.length)
        expect(equal(first, bytes)).toBe(true)
        expect(first.constructor).toBe(Uint8Array)
        first.fill(9)
        expect(equal(awaken(body, start!, end!), bytes.slice(start, end))).toBe(true)
      }),
    )
  })
})

it('what nobody else holds rests as a copy does', () => {
  fc.assert(
    fc.property(anyBytes, (bytes) => {
      expect(rest(bytes.slice())).toEqual(restCopy(bytes))
    }),
  )
})

describe('bytes that callers get', () => {
  it.each([10, 5000])('have a buffer of their own: %i of them', async (bytes) => {
    const decoded: Uint8Array[] = []
    const own = {
      contentType: 'image/x-own',
      encode: (value: Uint8Array) => value,
      decode: (stored: Uint8Array) => {
        decoded.push(stored)
        return 1
      },
    }
    const store = new StorageManager(new MemoryStorageBackend(), { codecs: [own] })
    const body = new Uint8Array(bytes).fill(200)
    await store.save('k', body)
    await store.save('own', body, { contentType: 'image/x-own' })
    await store.load('own')
    const chunks: Uint8Array[] = []
    for await (const chunk of await store.readStream('k')) chunks.push(chunk)
    const got = [
      await store.load<Uint8Array>('k'),
      await store.load('k', { as: 'bytes' }),
      await (await store.readStream('k')).bytes(),
      ...chunks,
      ...decoded,
    ]
    expect(got).toHaveLength(5)
    for (const each of got) {
      expect(each).toEqual(body)
      expect(each.buffer.byteLength).toBe(bytes)
    }
  })
})
