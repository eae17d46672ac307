/** Places that are not decided are never lost from one text to the next. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { carriedOver, united } from '../../../src/screens/objects/web/detail/merge/places.ts'

function carried(place: string, text: string, later: string): string[] {
  const from = text.indexOf(place)
  return carriedOver([{ from, to: from + place.length }], text, later).map((part) =>
    later.slice(part.from, part.to),
  )
}

describe('a place in a later text', () => {
  test('is of the same lines where they are still there', () => {
    expect(carried('b', 'a\nb\nc', 'x\na\nb\nc\ny')).toEqual(['b'])
    expect(carried('b', 'a\nb\nc', 'x\r\na\r\nb\r\nc')).toEqual(['b\r'])
  })

  test('is between the lines around it where its own are others', () => {
    expect(carried('b', 'a\nb\nc', 'a\nB\nB\nc')).toEqual(['B\nB'])
    expect(carried('b', 'a\nb\nc', 'a\nc')).toEqual([''])
  })

  test('is everything where nothing is the same', () => {
    expect(carried('b', 'a\nb\nc', 'x\ny')).toEqual(['x\ny'])
  })

  test('of very many is found soon', () => {
    const text = Array.from({ length: 50_000 }, (_, line) => `line ${line}`).join('\n')
    const places: { from: number; to: number }[] = []
    for (const { index, 0: line } of text.matchAll(/.+/g)) {
      places.push({ from: index, to: index + line.length })
    }
    const started = performance.now()
    const later = carriedOver(places, text, `before\n${text}`)
    expect(later).toEqual(places.map(({ from, to }) => ({ from: from + 7, to: to + 7 })))
    expect(performance.now() - started).toBeLessThan(5000)
  })

  test('is inside the text, and in order with others', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 8 })
      .map((lines) => lines.join('\n'))
    fc.assert(
      fc.property(text, text, fc.array(fc.nat({ max: 16 }), { maxLength: 6 }), (one, two, at) => {
        const inside = at.map((place) => Math.min(place, one.length)).toSorted((a, b) => a - b)
        const places = inside.flatMap((from, index) =>
          index % 2 === 1 ? [] : [{ from, to: inside[index + 1] ?? from }],
        )
        const later = united(carriedOver(places, one, two))
        expect(later.length > 0).toBe(places.length > 0)
        let before = -1
        for (const { from, to } of later) {
          expect(from).toBeGreaterThan(before)
          expect(to).toBeGreaterThanOrEqual(from)
          expect(to).toBeLessThanOrEqual(two.length)
          before = to
        }
      }),
    )
  })
})
