import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { BodyStream } from '../src/backend-kit.ts'
import { MemoryStorageBackend, StorageManager, StoredBody } from '../src/index.ts'
import { faults } from '../src/testing/index.ts'

const info = {
  key: 'k',
  size: 4,
  etag: 'e',
  modifiedAt: new Date(0),
  contentType: 'text/plain',
  metadata: {},
}

/** A body of these chunks that was announced as 4 bytes, and how often it was cancelled. */
function body(...chunks: number[][]): { stored: StoredBody; cancels: () => number } {
  let cancels = 0
  const source: BodyStream = {
    async *[Symbol.asyncIterator]() {
      for (const chunk of chunks) yield new Uint8Array(chunk)
    },
    cancel: async () => void cancels++,
  }
  return {
    stored: new StoredBody({ info, start: 0, end: 4, body: source }),
    cancels: () => cancels,
  }
}

async function iterate(stored: StoredBody): Promise<number[]> {
  const bytes: number[] = []
  for await (const chunk of stored) bytes.push(...chunk)
  return bytes
}

const web = async (stored: StoredBody): Promise<number[]> => [
  ...new Uint8Array(await new Response(stored.stream()).arrayBuffer()),
]
const whole = async (stored: StoredBody): Promise<number[]> => [...(await stored.bytes())]

describe.each([
  ['bytes()', whole],
  ['for await', iterate],
  ['stream()', web],
])('a body consumed by %s', (_name, consume) => {
  it('has the bytes that were announced, and frees its source', async () => {
    const { stored, cancels } = body([1, 2], [], [3, 4])
    expect(await consume(stored)).toEqual([1, 2, 3, 4])
    expect(cancels()).toBeGreaterThan(0)
  })

  it.each([
    ['UNAVAILABLE', 'yes', [[1, 2], [3]]],
    ['UNAVAILABLE', 'yes', []],
    [
      'CORRUPT',
      'no',
      [
        [1, 2, 3],
        [4, 5],
      ],
    ],
  ])('ends with %s when it has others', async (code, retryable, chunks) => {
    const { stored, cancels } = body(...chunks)
    await expect(consume(stored)).rejects.toMatchObject({ code, retryable, key: 'k' })
    expect(cancels()).toBeGreaterThan(0)
  })

  it.each([
    ['UNAVAILABLE', 3],
    ['CORRUPT', 5],
  ])('ends with %s when it came whole and has others', async (code, bytes) => {
    const stored = new StoredBody({ info, start: 0, end: 4, body: new Uint8Array(bytes) })
    await expect(consume(stored)).rejects.toMatchObject({ code })
  })
})

describe('a body that is not consumed', () => {
  it.each<[string, (stored: StoredBody) => Promise<unknown>]>([
    ['a stream that is cancelled', (stored) => stored.stream().cancel()],
    ['an iterator that is returned', async (stored) => stored[Symbol.asyncIterator]().return?.()],
    ['cancel()', (stored) => stored.cancel()],
    ['await using', async (stored) => stored[Symbol.asyncDispose]()],
  ])('frees its source: %s', async (_name, end) => {
    const { stored, cancels } = body([1])
    await end(stored)
    expect(cancels()).toBe(1)
    await expect(stored.bytes()).rejects.toThrow(TypeError)
  })

  it('ends quietly when its consumer leaves it half way', async () => {
    const { stored, cancels } = body([1], [2])
    for await (const chunk of stored) {
      expect(chunk).toEqual(new Uint8Array([1]))
      break
    }
    expect(cancels()).toBe(1)
    await stored.cancel()
  })
})

/** A body of 4 bytes that gives 2 of them and is silent then. */
function silentBody(): StoredBody {
  const source: BodyStream = {
    async *[Symbol.asyncIterator]() {
      yield new Uint8Array([1, 2])
      await new Promise(() => undefined)
    },
    cancel: () => Promise.resolve(),
  }
  return new StoredBody({ info, start: 0, end: 4, body: source })
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.catch((error: unknown) => error)

describe('a body that is cancelled while it is consumed', () => {
  it.each<[string, (stored: StoredBody) => Promise<unknown>]>([
    ['bytes()', whole],
    ['text()', (stored) => stored.text()],
    ['json()', (stored) => stored.json()],
    ['for await', iterate],
    ['stream()', web],
  ])('is ABORTED for %s, although its source stays silent', async (_name, consume) => {
    const stored = silentBody()
    const failure = failureOf(consume(stored))
    await settle()
    await stored.cancel()
    expect(await failure).toMatchObject({ code: 'ABORTED', key: 'k' })
  })

  it('is ABORTED when its `await using` ends before its promise', async () => {
    const read = async (): Promise<Uint8Array> => {
      await using stored = body([1, 2], [3, 4]).stored
      // oxlint-disable-next-line typescript/return-await -- the mistake that this test is about
      return stored.bytes()
    }
    await expect(read()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('is ABORTED for every later chunk', async () => {
    const { stored } = body([1], [2])
    const chunks = stored[Symbol.asyncIterator]()
    await chunks.next()
    await stored.cancel()
    await expect(chunks.next()).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(chunks.next()).rejects.toMatchObject({ code: 'ABORTED' })
  })

  it('is whole when all of it had come', async () => {
    const { stored } = body([1, 2], [3, 4])
    const chunks = stored[Symbol.asyncIterator]()
    await chunks.next()
    await chunks.next()
    await stored.cancel()
    expect(await chunks.next()).toEqual({ done: true, value: undefined })
  })

  it('is not stored by whoever writes it', async () => {
    const store = new StorageManager(new MemoryStorageBackend())
    const stored = silentBody()
    const failure = failureOf(store.writeStream('copy', stored))
    await settle()
    await stored.cancel()
    expect(await failure).toMatchObject({
      code: 'ABORTED',
      cause: { code: 'ABORTED', key: 'k' },
    })
    expect(await store.exists('copy')).toBe(false)
  })
})

/** A store that reads `source` in place of the body of "k", announced as `bytes`. */
async function reading(source: () => AsyncGenerator<Uint8Array>, bytes = 4) {
  const backend = new MemoryStorageBackend()
  await backend.write('k', new Uint8Array(4), { contentType: 'image/png' })
  let cancels = 0
  const read = backend.read.bind(backend)
  const cancel = async (): Promise<void> => void cancels++
  backend.read = async (...call) => ({
    ...(await read(...call)),
    end: bytes,
    body: { [Symbol.asyncIterator]: source, cancel },
  })
  return { store: new StorageManager(backend), cancels: () => cancels }
}

describe('a body of a store', () => {
  it('fails with StorageError, whatever its stream throws', async () => {
    const cause = new Error('ECONNRESET')
    const { store } = await reading(async function* () {
      yield new Uint8Array(1)
      throw cause
    })
    for (const consume of [whole, iterate, web]) {
      const consuming = store.readStream('k').then(consume)
      await expect(consuming).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        retryable: 'no',
        backend: 'memory',
        operation: 'read',
        key: 'k',
        cause,
      })
    }
  })

  it('of a size that cannot be is refused, and its source is freed', async () => {
    const huge = async function* (): AsyncGenerator<Uint8Array> {
      yield new Uint8Array(1)
    }
    const { store, cancels } = await reading(huge, 2 ** 52)
    const expected = { code: 'QUOTA_EXCEEDED', key: 'k' }
    const body = await store.readStream('k')
    await expect(body.bytes()).rejects.toMatchObject(expected)
    expect(cancels()).toBe(1)
    await expect(store.load('k')).rejects.toMatchObject(expected)
    expect(cancels()).toBeGreaterThan(1)
  })
})

describe('a store whose streams end early', () => {
  it('is not taken at its word, by load, readStream and copy', async () => {
    const injector = faults({ rules: [{ fault: { kind: 'silent-end', afterBytes: 2 } }] })
    const inner = new MemoryStorageBackend()
    const store = new StorageManager(inner, { layers: [injector] })
    const destination = new StorageManager(new MemoryStorageBackend())
    await inner.write('k', new Uint8Array([1, 2, 3, 4]), { contentType: 'image/png' })
    const expected = { code: 'UNAVAILABLE', retryable: 'yes' }
    await expect(store.load('k')).rejects.toMatchObject(expected)
    const stored = await store.readStream('k')
    await expect(stored.bytes()).rejects.toMatchObject(expected)
    const copying = store.copy('k', 'to', { destination })
    await expect(copying).rejects.toMatchObject({ ...expected, operation: 'copy', key: 'k' })
    expect(await destination.exists('to')).toBe(false)
  })
})

describe('json()', () => {
  const read = (text: string): StoredBody => {
    const bytes = new Uint8Array(Buffer.from(text))
    return new StoredBody({ info, start: 0, end: bytes.byteLength, body: bytes })
  }

  it('validates by a schema', async () => {
    expect(await read('{"a":1}').json()).toEqual({ a: 1 })
    const schema = z.object({ a: z.number(), b: z.number().default(2) })
    expect(await read('{"a":1}').json(schema)).toEqual({ a: 1, b: 2 })
    await expect(read('{"a":"x"}').json(schema)).rejects.toMatchObject({ code: 'SCHEMA_INVALID' })
    await expect(read('1').json({} as never)).rejects.toThrow(TypeError)
  })

  it('tells nothing of the content, and bounds its depth', async () => {
    const failure = (await read('topsecret')
      .json()
      .catch((error: unknown) => error)) as Error
    expect(failure).toMatchObject({ code: 'SERIALIZATION' })
    expect(failure.message + String(failure.cause)).not.toContain('topsecret')
    await expect(read('['.repeat(600) + ']'.repeat(600)).json()).rejects.toThrow(/512 levels/)
  })
})
