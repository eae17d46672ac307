import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { guardSource } from '../src/backend-kit.ts'
import {
  type BodyInput,
  MemoryStorageBackend,
  prefix,
  type StorageBackend,
  StorageError,
  StorageManager,
} from '../src/index.ts'
import { faults } from '../src/testing/index.ts'

type Source = AsyncIterable<Uint8Array>
const chunk = new Uint8Array([1])

async function drain(source: Source, signal?: AbortSignal): Promise<number> {
  let bytes = 0
  for await (const part of guardSource(source, signal)) bytes += part.byteLength
  return bytes
}

/** A source whose iterator is this object. */
const of = (iterator: object): Source => ({ [Symbol.asyncIterator]: () => iterator }) as Source

describe.each([
  ['without a signal', undefined],
  ['with a signal', new AbortController().signal],
])('a guarded source %s', (_name, signal) => {
  it('may answer at once', async () => {
    const answers = [{ value: chunk }, { value: chunk }, { done: true }]
    expect(await drain(of({ next: () => answers.shift() }), signal)).toBe(2)
  })

  it('may be closed at once, or not at all', async () => {
    let closed = 0
    const next = (): object => ({ value: chunk })
    for (const end of [
      () => closed++,
      () => {
        throw new Error('no')
      },
      undefined,
    ]) {
      const guarded = guardSource(of({ next, return: end }), signal)
      await guarded.next()
      await guarded.return(undefined)
    }
    expect(closed).toBe(1)
  })

  it.each<[string, Source]>([
    [
      'when it is opened',
      {
        [Symbol.asyncIterator]: () => {
          throw new Error('mine')
        },
      },
    ],
    [
      'when it is asked',
      of({
        next: () => {
          throw new Error('mine')
        },
      }),
    ],
    ['later', of({ next: () => Promise.reject(new Error('mine')) })],
  ])('may fail %s: ABORTED, with its error as the cause', (_when, source) =>
    expect(drain(source, signal)).rejects.toMatchObject({
      code: 'ABORTED',
      cause: { message: 'mine' },
    }),
  )
})

describe('a source whose signal has fired already', () => {
  const signal = AbortSignal.abort('stop')

  it('is closed, when it is guarded and when it is given to a store', async () => {
    const store = new StorageManager(new MemoryStorageBackend())
    const aborted = { code: 'ABORTED', cause: 'stop' }
    const [one, two, three] = [0, 0, 0].map(() => Readable.from([chunk]))
    await expect(drain(one!, signal)).rejects.toMatchObject(aborted)
    await expect(store.writeStream('k', two!, { signal })).rejects.toMatchObject(aborted)
    const options = { contentType: 'a/b', signal }
    const writing = new MemoryStorageBackend().write('k', three!, options)
    await expect(writing).rejects.toMatchObject(aborted)
    expect([one, two, three].map((stream) => stream!.destroyed)).toEqual([true, true, true])
    let isClosed = false
    const end = (): void => void (isClosed = true)
    await expect(drain(of({ return: end }), signal)).rejects.toMatchObject(aborted)
    expect(isClosed).toBe(true)
  })
})

describe('a body that is refused', () => {
  const closed: string[] = []
  const end = (how: string) => () => {
    closed.push(how)
    return { done: true, value: undefined }
  }
  const next = () => new Promise(() => undefined)
  /** One body of each kind that holds something open, and how it is told. */
  const bodies = (): Record<string, BodyInput> => ({
    iterator: of({ next, return: end('iterator') }),
    'sync iterable': { [Symbol.iterator]: () => ({ next, return: end('sync iterable') }) as never },
    'web stream': new ReadableStream<Uint8Array>({ cancel: () => void end('web stream')() }),
    'Node stream': new Readable({ read() {}, destroy: () => void end('Node stream')() }),
  })

  it.each<[string, string, object]>([
    ['key', '/bad', {}],
    ['content type', 'k', { contentType: 'nonsense' }],
    ['metadata', 'k', { metadata: { A: '1' } }],
    ['conditions', 'k', { ifMatch: 'x', ifNoneMatch: '*' }],
    ['option', 'k', { ifMach: 'x' }],
    ['key too long for a view', 'k'.repeat(1023), {}],
  ])('for its %s is closed', async (_name, key, options) => {
    closed.length = 0
    const view = new StorageManager(new MemoryStorageBackend()).within('view')
    for (const body of Object.values(bodies())) {
      await expect(view.writeStream(key, body, options)).rejects.toBeInstanceOf(Error)
    }
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toEqual(Object.keys(bodies()))
  })

  const injector = faults({ seed: 1 })
  const closing = async (backend: StorageBackend): Promise<StorageBackend> => {
    await backend.close()
    return backend
  }
  it.each<[string, () => StorageBackend | Promise<StorageBackend>]>([
    ['the prefix view', () => prefix('view')(new MemoryStorageBackend())],
    [
      'an injected fault',
      () => {
        injector.failNext('write')
        return injector(new MemoryStorageBackend())
      },
    ],
    [
      'a closed store behind a torn write',
      () => {
        injector.tearNext('write', 1)
        return closing(injector(new MemoryStorageBackend()))
      },
    ],
  ])('by %s is closed', async (_name, make) => {
    closed.length = 0
    const backend = await make()
    const body = of({ next, return: end('iterator') })
    await expect(backend.write('../x', body, { contentType: 'a/b' })).rejects.toBeInstanceOf(
      StorageError,
    )
    await new Promise((resolve) => setImmediate(resolve))
    expect(closed).toEqual(['iterator'])
  })
})

describe('a source that is silent as the store closes', () => {
  it.each([
    ['without a signal', {}],
    ['with a signal', { signal: new AbortController().signal }],
  ])('is closed, and its write told as CLOSED, %s', async (_name, options) => {
    const store = new StorageManager(new MemoryStorageBackend())
    let closed = 0
    const silent = of({ next: () => new Promise(() => undefined), return: () => closed++ })
    const writes = ['a', 'b'].map((key) => store.writeStream(key, silent, options))
    const outcomes = Promise.allSettled(writes)
    await new Promise((resolve) => setImmediate(resolve))
    await store.close()
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'CLOSED' } })
    }
    expect(closed).toBe(2)
  })
})
