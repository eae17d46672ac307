import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attachment } from '../../src/screens/objects/server/disposition.ts'

/** RFC 6266 with the quoted string of RFC 9110 and the extended value of RFC 8187. */
const quoted = String.raw`((?:[ !#-[\]-~])*)`
const extended = String.raw`((?:%[0-9A-F]{2}|[A-Za-z0-9!#$&+.^_${'`'}|~-])+)`
const grammar = new RegExp(`^attachment; filename="${quoted}"; filename\\*=UTF-8''${extended}$`)

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\\/\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/

function namesOf(key: string): [plain: string, extended: string] {
  const match = grammar.exec(attachment(key))
  if (match === null) throw new Error(`no header: ${JSON.stringify(attachment(key))}`)
  return [match[1]!, decodeURIComponent(match[2]!)]
}

describe('the name of a download', () => {
  it.each([
    ['a/b/report.pdf', 'report.pdf', 'report.pdf'],
    ['naïve ☕.txt', 'na_ve _.txt', 'naïve ☕.txt'],
    ['a"b\\c;d.txt', 'a_b_c;d.txt', 'a"b_c;d.txt'],
    ["it's (1)*.txt", "it's (1)*.txt", "it's (1)*.txt"],
    ['100%.txt', '100_.txt', '100%.txt'],
    ['a\r\nX-Evil: 1', 'a__X-Evil: 1', 'a__X-Evil: 1'],
    ['invoice\u202Efdp.exe', 'invoice_fdp.exe', 'invoice_fdp.exe'],
    ['lone \ud800 half', 'lone _ half', 'lone \ufffd half'],
    ['folder/', 'object', 'object'],
    ['a/..', 'object', 'object'],
    ['   ', 'object', 'object'],
  ])('of %j', (key, plain, extended) => {
    expect(namesOf(key)).toEqual([plain, extended])
  })

  it.each([
    ['a/ceo', 'application/json', 'ceo.json'],
    ['a/ceo', 'Text/Plain; charset=utf-8', 'ceo.txt'],
    ['a/ceo.v1', 'application/json', 'ceo.v1'],
    ['a/ceo', 'text/html', 'ceo'],
    ['a/ceo', '__proto__', 'ceo'],
  ])('of %j, which is %s', (key, contentType, name) => {
    expect(attachment(key, contentType)).toContain(`filename="${name}"`)
  })

  it('is a legal header whatever the key, and hides nothing', () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...Array.from(`"\\;%'*()/. \r\n\0\u202e\u{1F600}ä`)) }),
      fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
    )
    fc.assert(
      fc.property(key, (key) => {
        const [plain, extended] = namesOf(key)
        expect(plain).not.toBe('')
        expect(extended).not.toMatch(unsafe)
        expect(extended).not.toMatch(/^\.*$/)
        expect(new Headers({ 'content-disposition': attachment(key) })).toBeDefined()
        const segment = key.slice(key.lastIndexOf('/') + 1)
        if (/^[\w-]+$/.test(segment)) expect([plain, extended]).toEqual([segment, segment])
      }),
      { numRuns: 500 },
    )
  })
})
