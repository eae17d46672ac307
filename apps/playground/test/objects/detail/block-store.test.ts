import { describe, expect, test, vi } from 'vitest'
import { blockBytes, BlockStore } from '../../../src/screens/objects/web/detail/hex/block-store.ts'
import {
  offsetDigits,
  offsetText,
  parseOffset,
} from '../../../src/screens/objects/web/detail/hex/offset-text.ts'

interface Read {
  readonly block: number
  readonly signal: AbortSignal
  readonly done: () => void
  readonly fail: (error: Error) => void
}

/** A store whose reads the test answers. */
function openStore(size: number): { readonly store: BlockStore; readonly reads: Read[] } {
  const reads: Read[] = []
  const store = new BlockStore(
    size,
    (offset, length, signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
        const block = offset / blockBytes
        const bytes = new Uint8Array(length).fill(block)
        reads.push({ block, signal, done: () => resolve(bytes), fail: reject })
      }),
  )
  return { store, reads }
}

const see = (store: BlockStore, block: number): void => {
  store.see(block * blockBytes, block * blockBytes + 100)
  vi.advanceTimersByTime(100)
}

describe('the blocks of a large object', () => {
  vi.useFakeTimers()

  test('are read when they are seen, and their neighbours after them', async () => {
    const { store, reads } = openStore(10 * blockBytes)
    store.see(5 * blockBytes, 5 * blockBytes + 10)
    expect(reads.map(({ block }) => block)).toEqual([5, 6, 4])
    expect(store.byteAt(5 * blockBytes)).toBeUndefined()
    reads[0]!.done()
    await vi.advanceTimersByTimeAsync(0)
    expect(store.byteAt(5 * blockBytes)).toBe(5)
    expect(store.version()).toBe(1)
  })

  test('are not read any longer when they are passed', () => {
    const { store, reads } = openStore(1000 * blockBytes)
    see(store, 1)
    see(store, 500)
    expect(reads.map(({ block, signal }) => [block, signal.aborted])).toEqual([
      ...[
        [1, true],
        [2, true],
        [0, true],
      ],
      ...[
        [500, false],
        [501, false],
        [499, false],
      ],
    ])
  })

  test('are not begun while one scrolls on', () => {
    const { store, reads } = openStore(1000 * blockBytes)
    see(store, 0)
    for (let block = 10; block < 900; block++) store.see(block * blockBytes, block * blockBytes + 9)
    expect(reads).toHaveLength(2)
  })

  test('are forgotten, the least recently seen first', async () => {
    const { store, reads } = openStore(1000 * blockBytes)
    for (let block = 0; block < 200; block += 2) {
      see(store, block)
      for (const read of reads.splice(0)) read.done()
      await vi.advanceTimersByTimeAsync(0)
    }
    const kept = Array.from({ length: 200 }, (_, block) => store.byteAt(block * blockBytes))
    expect(kept.filter((byte) => byte !== undefined)).toHaveLength(64)
    expect(kept[198]).toBe(198)
    expect(kept[0]).toBeUndefined()
  })

  test('end at the end of the object', async () => {
    const { store, reads } = openStore(blockBytes + 5)
    see(store, 1)
    reads[0]!.done()
    await vi.advanceTimersByTimeAsync(0)
    expect(reads.map(({ block }) => block)).toEqual([1, 0])
    expect(store.byteAt(blockBytes + 4)).toBe(1)
    expect(store.byteAt(blockBytes + 5)).toBeUndefined()
  })

  test('are not read after a failure until it is repeated', async () => {
    const { store, reads } = openStore(10 * blockBytes)
    see(store, 0)
    reads[0]!.fail(new Error('no'))
    await vi.advanceTimersByTimeAsync(0)
    expect(store.failure).toEqual(new Error('no'))
    see(store, 5)
    expect(reads).toHaveLength(2)
    store.retry()
    expect(store.failure).toBeUndefined()
    expect(reads.slice(2).map(({ block }) => block)).toEqual([5, 6, 4])
  })
})

describe('offsets', () => {
  test.each([
    ['4096', 4096],
    [' 0x1F ', 31],
    ['1fh', 31],
    ['1,000_000', 1_000_000],
    ['', undefined],
    ['-1', undefined],
    ['1f', undefined],
    ['0x', undefined],
    ['9007199254740993', undefined],
  ])('%j is %s', (text, offset) => expect(parseOffset(text)).toBe(offset))

  test('are as long as the last one', () => {
    expect(offsetText(255, offsetDigits(1000))).toBe('000000ff')
    expect(offsetDigits(2 ** 32)).toBe(8)
    expect(offsetDigits(2 ** 32 + 1)).toBe(10)
  })
})
