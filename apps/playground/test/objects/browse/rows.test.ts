/**
 * The rows of a listing against a model: whatever comes and goes, they are in order and complete.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { compareKeys } from '@aos-storage/core'
import { describe, expect, it } from 'vitest'
import type { Row } from '../../../src/screens/objects/server/wire.ts'
import type { Arrangement } from '../../../src/screens/objects/web/browse/arranging.ts'
import { Rows } from '../../../src/screens/objects/web/browse/rows.ts'

/** Small numbers from a seed, so that a failure is seen again. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * sides)
  }
}

// Signs around the surrogates: their order in UTF-8 is not that of JavaScript.
const signs = ['a', 'B', 'ä', '\u{e001}', '\u{ffee}', '😀', '𝄞']

function randomRow(roll: (sides: number) => number, prefix: string): Row {
  const name = signs[roll(signs.length)]! + roll(40)
  if (roll(4) === 0) return { kind: 'prefix', prefix: `${prefix}${name}/` }
  const contentType = ['a/a', 'b/b', undefined][roll(3)]
  const [size, modifiedAt, etag] = [roll(3), roll(3), String(roll(1000))]
  return { kind: 'object', key: prefix + name, size, modifiedAt, contentType, etag }
}

const keyOf = (row: Row): string => (row.kind === 'object' ? row.key : row.prefix)

/** What a list that is sorted and filtered anew shows. */
function expected(rows: Iterable<Row>, { sort, filter }: Arrangement, prefix: string): string[] {
  const sign = sort.isDescending ? -1 : 1
  const nameAt = prefix.lastIndexOf('/') + 1
  const value = (row: Row): number | string => {
    if (row.kind === 'prefix') return -1
    if (sort.by === 'size') return row.size
    return sort.by === 'modified' ? row.modifiedAt : (row.contentType ?? '')
  }
  const compare = (a: Row, b: Row): number => {
    const byKey = compareKeys(keyOf(a), keyOf(b))
    if (sort.by === 'key') return sign * byKey
    if (a.kind !== b.kind) return a.kind === 'prefix' ? -1 : 1
    const [x, y] = [value(a), value(b)]
    return x === y ? byKey : sign * (x < y ? -1 : 1)
  }
  return [...rows]
    .filter((row) => keyOf(row).slice(nameAt).toLowerCase().includes(filter.toLowerCase()))
    .toSorted(compare)
    .map(keyOf)
}

function randomArrangement(roll: (sides: number) => number): Arrangement {
  const by = (['key', 'size', 'modified', 'type'] as const)[roll(4)]!
  return { sort: { by, isDescending: roll(2) === 0 }, filter: ['', '', '1', 'b', 'Ä'][roll(5)]! }
}

describe('rows of a listing', () => {
  it.each(['', 'some/prefix/', 'B'])(
    'stay in order under %j whatever comes and goes',
    async (prefix) => {
      for (let seed = 0; seed < 60; seed++) {
        const roll = dice(seed)
        const rows = new Rows(prefix)
        const model = new Map<string, Row>()
        let arrangement: Arrangement = rows.arrangement
        for (let step = 0; step < 30; step++) {
          const put = new Map(
            Array.from({ length: roll(12) }, () => randomRow(roll, prefix)).map((row) => [
              keyOf(row),
              row,
            ]),
          )
          const removed = [...model.keys()].filter((key) => !put.has(key) && roll(5) === 0)
          if (roll(3) === 0) {
            arrangement = randomArrangement(roll)
            // In slices: on a busy machine it is not over at once.
            rows.arrange(arrangement, () => undefined)
            while (!rows.isArranged) await nextTurn()
          }
          rows.change([...put.values()], removed, 1)
          for (const [key, row] of put) model.set(key, row)
          for (const key of removed) model.delete(key)
          const shown = [...rows.order].map((slot) => rows.columns.keys[slot])
          expect(shown).toEqual(expected(model.values(), arrangement, prefix))
          expect(rows.byKey.length).toBe(model.size)
        }
      }
    },
  )

  it('are found by key, and cut behind a number of them', () => {
    const rows = new Rows('')
    const keys = ['c', 'a', 'b', '😀', '\u{ffee}']
    rows.append(keys.map((key) => ({ kind: 'object', key, size: 1, modifiedAt: 1, etag: key })))
    for (const key of keys) expect(rows.columns.keys[rows.slotOf(key)!]).toBe(key)
    expect(rows.slotOf('d')).toBeUndefined()
    expect(rows.trim(4)).toBe(true)
    const shown = [...rows.order].map((slot) => rows.columns.keys[slot])
    expect(shown).toEqual(['a', 'b', 'c', '\u{ffee}'])
    expect(rows.trim(4)).toBe(false)
  })

  it('take changes while a long sort is under way', async () => {
    const rows = new Rows('')
    const count = 60_000
    const row = (i: number, size: number): Row => {
      const key = `k${String(i).padStart(6, '0')}`
      return { kind: 'object', key, size, modifiedAt: 0, etag: '' }
    }
    rows.append(Array.from({ length: count }, (_, i) => row(i, (i * 7919) % 10_007)))
    const sorted = new Promise<void>((done) => {
      rows.arrange({ sort: { by: 'size', isDescending: true }, filter: '' }, done)
    })
    expect(rows.isArranged).toBe(false)
    rows.change([row(5, 1_000_000), row(count, 999_999)], ['k000006'], 1)
    await sorted
    const sizes = [...rows.order].map((slot) => rows.columns.sizes[slot]!)
    expect(sizes.length).toBe(count)
    expect(sizes.slice(0, 2)).toEqual([1_000_000, 999_999])
    expect(sizes.every((size, i) => i === 0 || sizes[i - 1]! >= size)).toBe(true)
  })
})
