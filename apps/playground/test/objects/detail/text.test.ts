import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  exactText,
  restoredText,
  withoutShape,
} from '../../../src/screens/objects/web/detail/editor/exact-text.ts'
import { decodeText } from '../../../src/screens/objects/web/detail/text/decode-text.ts'
import {
  isContinued,
  rowText,
  textRows,
} from '../../../src/screens/objects/web/detail/text/text-rows.ts'

const parts = ['a', ' ', 'word ', '\n', '\r\n', '\r', '\t', 'é', 'e\u0301', '日本', '😀', '\uFEFF']
const anyText = fc.array(fc.constantFrom(...parts), { maxLength: 60 }).map((all) => all.join(''))

describe('a text in an editor', () => {
  test('is the text again when it is saved', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { plain, shape } = withoutShape(text, false)
        expect(restoredText(plain, shape)).toBe(text)
        if (shape.lineBreak !== undefined) expect(plain).not.toContain('\r')
      }),
      { numRuns: 2000 },
    )
  })

  test.each([
    ['a\r\nb\r\n', '\r\n', 'a\nb\n'],
    ['a\nb', '\n', 'a\nb'],
    ['a\rb', '\r', 'a\nb'],
    ['a\r\nb\n', undefined, 'a\r\nb\n'],
    ['no line ends', '\n', 'no line ends'],
  ])('%j has its lines and its line ends', (text, lineBreak, plain) => {
    expect(withoutShape(text, false)).toEqual({ plain, shape: { lineBreak, hasBom: false } })
  })

  test('is not made of bytes that are no UTF-8', () => {
    expect(exactText(Uint8Array.of(0x63, 0xe9), false)).toBeUndefined()
  })

  test('keeps a byte order mark; in JSON it is a character that can be deleted', () => {
    const marked = new TextEncoder().encode('\uFEFFa')
    const shape = { lineBreak: '\n', hasBom: true }
    expect(exactText(marked, false)).toEqual({ plain: 'a', shape })
    expect(exactText(marked, true)?.plain).toBe('\uFEFFa')
  })
})

describe('decoding', () => {
  const bytes = new TextEncoder().encode('aé日😀')

  test('leaves away a character that is cut off, unless it is the end', () => {
    for (let end = 0; end <= bytes.length; end++) {
      const { text, isUtf8 } = decodeText(bytes.subarray(0, end), false)
      expect('aé日😀'.startsWith(text)).toBe(true)
      expect(isUtf8).toBe(true)
    }
    expect(decodeText(bytes.subarray(0, 2), true)).toMatchObject({ text: 'a\uFFFD', isUtf8: false })
  })

  test('notes a byte order mark', () => {
    const marked = new TextEncoder().encode('\uFEFFx')
    expect(decodeText(marked, true)).toEqual({ text: 'x', isUtf8: true, hasBom: true })
  })
})

describe('rows', () => {
  test('are the whole text, in order, and no wider than they may be', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 8, max: 30 }), (text, columns) => {
        const rows = textRows(text, columns)
        const places = Array.from({ length: rows.count }, (_, row) => row)
        const shown = places.map((row) => rowText(text, rows, row))
        expect(shown.join('')).toBe(text.replaceAll(/\r\n|\r|\n/g, ''))
        expect(shown.every((row) => row.isWellFormed())).toBe(true)
        expect(Math.max(...shown.map((row) => row.length))).toBeLessThanOrEqual(columns * 8)
        const lines = places.filter((row) => !isContinued(rows, row))
        expect(lines).toHaveLength(text.split(/\r\n|\r|\n/).length)
      }),
      { numRuns: 1000 },
    )
  })

  test('break behind a space, or anywhere in a long word', () => {
    const rows = (text: string): string[] => {
      const made = textRows(text, 10)
      return Array.from({ length: made.count }, (_, row) => rowText(text, made, row))
    }
    expect(rows('hello big world')).toEqual(['hello big ', 'world'])
    expect(rows('x'.repeat(25))).toEqual(['x'.repeat(10), 'x'.repeat(10), 'x'.repeat(5)])
    expect(rows('日'.repeat(7))).toEqual(['日'.repeat(5), '日'.repeat(2)])
  })

  test('end also where nothing has a width', () => {
    expect(textRows('\u0301'.repeat(10_000), 10).count).toBeGreaterThan(100)
  })
})
