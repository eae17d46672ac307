/** Literals of texts that anybody may have chosen: they are what they look like. */
import { runInNewContext } from 'node:vm'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { literal, quoted } from '../../src/web/program.ts'

/** What nobody sees, or what turns what follows. */
const unseen = /[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]|(?![\n\t])\p{Cc}/u
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(
      ...['\n', '\r', '\t', '\0', '\u007f', '\u0085', '`', '$', '{', '}', '\\', "'", '"', 'a', 'é'],
      ...['\u00ad', '\u200b', '\u202e', '\u2066', '\u2028', '\u2029', '\ufeff', '\ud83d', '\ude00'],
      ...['😀', '\u{e0041}', '\u{1d173}', '\u3164'],
    ),
  }),
)

describe.each([
  ['a literal', literal],
  ['a text on one line', quoted],
])('%s', (_, literalOf) => {
  it('is the text again, and holds nothing raw that nobody sees', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const code = literalOf(text)
        expect(runInNewContext(code)).toBe(text)
        expect(code).not.toMatch(unseen)
      }),
      { numRuns: 1000 },
    )
  })
})

it('reads as it runs', () => {
  expect(literal('a\u202E b\u3164\u{E0041}')).toBe(String.raw`'a\u202e b\u3164\u{e0041}'`)
  expect(literal('it\'s\t"a"')).toBe(String.raw`'it\'s\t"a"'`)
  expect(literal('one\r\n`${two}`\u200b\ttab')).toBe('`one\\r\n\\`\\${two}\\`\\u200b\ttab`')
  expect(quoted('one\ntwo')).toBe(String.raw`'one\ntwo'`)
})
