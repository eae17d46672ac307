/** Where the view stands after a transfer. */
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  doubtful,
  isLeaving,
  noteUnderWay,
  type Over,
  type Place,
  placeAfter,
  undone,
} from '../../../src/screens/objects/web/transfer/over.ts'
import type { TransferRequest } from '../../../src/screens/objects/server/wire.ts'

const problem = { code: 'CONFLICT', message: 'somebody came between', fix: 'look' } as const

function over(
  kind: TransferRequest['kind'],
  paths: readonly (readonly [from: string, to?: string])[],
  { failed = [], failedCount = failed.length }: { failed?: string[]; failedCount?: number } = {},
): Over {
  const items = paths.filter(([from]) => !from.endsWith('/'))
  const prefixes = paths.filter(([from]) => from.endsWith('/'))
  return {
    request: {
      kind,
      items: items.map(([key, to]) => ({ key, to })),
      prefixes: prefixes.map(([prefix, to]) => ({ prefix, to })),
    },
    result: { failed: failed.map((key) => ({ key, problem })), failedCount },
  }
}

describe('the view', () => {
  it.each<[string, Place, Over, Place | undefined]>([
    ['stays for a copy', { prefix: 'a/', key: 'a/x' }, over('copy', [['a/x', 'b/x']]), undefined],
    ['stays for what is not open', { prefix: 'a/' }, over('move', [['a/x', 'b/x']]), undefined],
    [
      'follows the open object, in its list',
      { prefix: 'a/', key: 'a/x' },
      over('move', [['a/x', 'b/x']]),
      { prefix: 'a/', key: 'b/x' },
    ],
    [
      'follows the prefix that it is in',
      { prefix: 'a/b/', key: 'a/b/x' },
      over('move', [['a/', 'c/d/']]),
      { prefix: 'c/d/b/', key: 'c/d/b/x' },
    ],
    [
      'lets go of a deleted object',
      { prefix: 'a/', key: 'a/x' },
      over('delete', [['a/x']]),
      { prefix: 'a/', key: undefined },
    ],
    [
      'goes up from a deleted prefix',
      { prefix: 'a/b/c/', key: 'a/b/c/x' },
      over('delete', [['a/b/']]),
      { prefix: 'a/', key: undefined },
    ],
    ['stays by a name that only begins so', { prefix: 'ab/' }, over('delete', [['a/']]), undefined],
    [
      'stays with an object that stayed',
      { prefix: 'a/', key: 'a/x' },
      over('move', [['a/', 'b/']], { failed: ['a/x'] }),
      undefined,
    ],
    [
      'follows an object where others of its prefix stayed',
      { prefix: 'a/', key: 'a/x' },
      over('move', [['a/', 'b/']], { failed: ['a/y'] }),
      { prefix: 'a/', key: 'b/x' },
    ],
    [
      'stays where it is not known which stayed',
      { prefix: 'a/', key: 'a/x' },
      over('delete', [['a/']], { failed: ['a/y'], failedCount: 101 }),
      undefined,
    ],
  ])('%s', (_, place, after, expected) => {
    expect(placeAfter(place, after)).toEqual(expected)
  })

  it('comes back when a move is taken back, unless its object could not', () => {
    const place = { prefix: 'a/b/', key: 'a/b/x' }
    const move = over('move', [['a/b/', 'c/']])
    const moved = { prefix: 'c/', key: 'c/x' }
    expect(placeAfter(place, move)).toEqual(moved)
    const back = (...failed: string[]): Place | undefined => {
      const { result } = over('move', [], { failed })
      return placeAfter(moved, undone(move.request, result))
    }
    expect(back()).toEqual(place)
    // What failed is called by its name before the move.
    expect(back('a/b/x')).toBeUndefined()
    expect(back('a/b/y')).toEqual({ prefix: 'c/', key: 'a/b/x' })
  })

  it('stays when something else than a move is taken back', () => {
    const place = { prefix: 'a/', key: 'a/x' }
    for (const kind of ['copy', 'delete'] as const) {
      const done = over(kind, [['a/', 'b/']])
      expect(placeAfter(place, undone(done.request, done.result))).toBeUndefined()
    }
    expect(placeAfter(place, undone(undefined, over('copy', []).result))).toBeUndefined()
  })
})

describe('a key', () => {
  it('is doubtful when something failed there, or on the way there', () => {
    const paths = [
      ['a', 'b'],
      ['p/', 'q/'],
    ] as const
    const failed = ['a', 'p/x', 'elsewhere']
    const copied = doubtful(over('copy', paths, { failed }))
    expect(copied).toEqual(['a', 'b', 'p/x', 'q/x', 'elsewhere'])
    expect(doubtful(over('move', paths, { failed: ['p/x'] }))).toEqual(['p/x', 'q/x'])
    expect(doubtful(over('delete', [['a'], ['p/']], { failed }))).toEqual(failed)
    const { request, result } = over('move', paths, { failed: ['a'] })
    expect(doubtful(undone(request, result)).toSorted()).toEqual(['a', 'b'])
  })

  it('is leaving while this page takes it away, and a moment longer', () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const ends = [
      noteUnderWay(
        over('move', [
          ['a/x', 'b/x'],
          ['p/', 'q/'],
        ]).request,
      ),
      noteUnderWay(over('delete', [['d']]).request),
      noteUnderWay(over('copy', [['c', 'e']]).request),
    ]
    const leaving = (): string[] => ['a/x', 'a/y', 'p/x', 'b/x', 'd', 'c', 'e'].filter(isLeaving)
    expect(leaving()).toEqual(['a/x', 'p/x', 'd'])
    for (const end of ends) end()
    vi.advanceTimersByTime(500)
    expect(leaving()).toEqual(['a/x', 'p/x', 'd'])
    vi.advanceTimersByTime(1000)
    expect(leaving()).toEqual([])
  })
})
