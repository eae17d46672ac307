import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFault } from '../../src/screens/objects/server/json-fault.ts'

describe('a fault in JSON', () => {
  it.each([
    ['', 1, 1, 'the text ends; expected a value'],
    ['{\n  "a": tru\n}', 2, 8, 'expected a value'],
    ['{\r\n"a": 1,\r\n}', 3, 1, 'expected a name in double quotes'],
    ['[1, 2,]', 1, 7, 'expected a value'],
    ['[1 2]', 1, 4, 'expected "," or "]"'],
    ['{"a" 1}', 1, 6, 'expected ":"'],
    ['{"a": 1', 1, 8, 'the text ends; expected "," or "}"'],
    ['"a\nb"', 1, 3, 'expected an escape for the control character in a string'],
    ['"a\\x"', 1, 3, 'expected an escape that JSON knows'],
    ['"abc', 1, 5, 'the text ends; expected the closing quote of a string'],
    ['01', 1, 2, 'expected the end of the text'],
    ['1.', 1, 2, 'expected the end of the text'],
    ['{}\n{}', 2, 1, 'expected the end of the text'],
    ['\ufeff{}', 1, 1, 'expected a value'],
    ["{'a': 1}", 1, 2, 'expected a name in double quotes'],
  ])('of %j', (text, line, column, message) => {
    expect(jsonFault(text)).toEqual({ line, column, message })
  })

  it('is found exactly when there is one, within the text', () => {
    const unit = fc.constantFrom(...Array.from('{}[]",:\\u0a1-+.eE \ntfn'))
    const mutation = fc.record({
      text: fc.json({ depthSize: 'small' }),
      at: fc.nat(),
      cut: fc.nat(3),
      insert: fc.string({ unit, maxLength: 3 }),
    })
    fc.assert(
      fc.property(mutation, ({ text, at, cut, insert }) => {
        const place = at % (text.length + 1)
        const mutated = text.slice(0, place) + insert + text.slice(place + cut)
        const fault = jsonFault(mutated)
        expect(fault === undefined).toBe(parses(mutated))
        if (fault !== undefined && !mutated.includes('\n')) {
          expect(fault.line).toBe(1)
          expect(fault.column).toBeLessThanOrEqual(mutated.length + 1)
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('does not quote the text, and takes deep and long ones', () => {
    expect(JSON.stringify(jsonFault('{"secret": hunter2}'))).not.toContain('hunter')
    expect(jsonFault('['.repeat(200_000))).toMatchObject({ line: 1, column: 200_001 })
    expect(jsonFault(`"${'x'.repeat(4_000_000)}`)).toMatchObject({ column: 4_000_002 })
  })
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
