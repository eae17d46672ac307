import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { guardSource } from '../src/backend-kit.ts'
import { MemoryStorageBackend, StorageManager } from '../src/index.ts'

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
