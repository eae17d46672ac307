/** What mine and theirs come to, whatever their lines end with, and however JSON is laid out. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  restoredText,
  withoutShape,
} from '../../../src/screens/objects/web/detail/editor/exact-text.ts'
import {
  type KeptMerge,
  type Mine,
  putTogether,
  type Together,
} from '../../../src/screens/objects/web/detail/merge/put-together.ts'

const { signal } = new AbortController()

/** A version whose etag is its text. */
function version(text: string, contentType = 'text/plain'): KeptMerge['theirs'] {
  const details = {
    ...{ key: 'k', size: text.length, etag: text, modifiedAt: '', path: null },
    ...{ contentType, metadata: {}, kind: 'text' as const },
  }
  return { details, ...withoutShape(text, contentType !== 'text/plain') }
}

async function merged(base: string, typed: string, theirs: string): Promise<Together> {
  return putTogether({ base: version(base), typed, kept: undefined }, version(theirs), signal)
}

/** What would be stored of it. */
function stored({ result }: Together, theirs: string): string {
  return restoredText(result.text, version(theirs).shape)
}

describe('line ends', () => {
  const mixed = 'a\r\nb\nc\r\nd\r\n'

  test('become those of theirs, where they are all the same', async () => {
    const typed = mixed.replace('c', 'mine').replace('d', 'more')
    const theirs = 'a\nb\nC\nD\n'
    const together = await merged(mixed, typed, theirs)
    expect(stored(together, theirs)).toBe('a\nb\nmine\nmore\n')
    const { from, to } = together.result.conflicts[0]!
    expect(together.result.text.slice(from, to)).toBe('mine\nmore')
    const crlf = theirs.replaceAll('\n', '\r\n')
    expect(stored(await merged(mixed, typed, crlf), crlf)).toBe('a\r\nb\r\nmine\r\nmore\r\n')
    const returns = theirs.replaceAll('\n', '\r')
    expect(stored(await merged(mixed, typed, returns), returns)).toBe('a\rb\rmine\rmore\r')
  })

  test('stay as they are, where theirs mixes them', async () => {
    const base = 'a\r\nb\r\nc\r\n'
    const { plain } = withoutShape(base, false)
    const theirs = 'a\nb\r\nc\r\n'
    const together = await merged(base, plain.replace('c', 'mine'), theirs)
    expect(together.result.conflicts).toEqual([])
    expect(stored(together, theirs)).toBe('a\nb\r\nmine\r\n')
  })

  test('of every kind: places fit the text, and only one side changed is that side', async () => {
    const text = fc
      .array(fc.tuple(fc.constantFrom('a', 'b', ''), fc.constantFrom('\n', '\r\n', '\r', '\n\n')), {
        maxLength: 8,
      })
      .map((lines) => lines.flat().join(''))
    await fc.assert(
      fc.asyncProperty(text, text, text, async (base, mine, theirs) => {
        const typed =
          version(base).shape.lineBreak === undefined
            ? mine
            : withoutShape(mine, false).plain.replaceAll('\r', '')
        const { result } = await merged(base, typed, theirs)
        for (const { from, to } of result.conflicts) {
          expect(from).toBeLessThanOrEqual(to)
          expect(to).toBeLessThanOrEqual(result.text.length)
        }
        const { plain } = version(base)
        expect(stored(await merged(base, plain, theirs), theirs)).toBe(theirs)
        expect(stored(await merged(base, typed, base), base)).toBe(
          restoredText(typed, version(base).shape),
        )
      }),
    )
  })
})

describe('a merge that was left', () => {
  const base = 'zero\none\ntwo\nthree\nfour\nfive\n'
  const typed = base.replace('two', 'mine')
  const theirs = base.replace('two', 'theirs')
  const result = { text: base.replace('two', 'both'), conflicts: [] }
  const mine: Mine = {
    base: version(base),
    typed,
    kept: { theirs: version(theirs), typed, result, isLaidOut: false },
  }

  test('is there as it was left', async () => {
    const together = await putTogether(mine, version(theirs), signal)
    expect(together).toEqual({ result, how: 'kept', isLaidOut: false, compared: theirs })
  })

  test('has what was typed since', async () => {
    const since = { ...mine, typed: typed.replace('five', 'FIVE') }
    const together = await putTogether(since, version(theirs), signal)
    expect(together.how).toBe('kept')
    expect(together.result.text).toBe(base.replace('two', 'both').replace('five', 'FIVE'))
  })

  test('is put together with what they saved since', async () => {
    const newer = theirs.replace('four', 'FOUR')
    const since = { ...mine, typed: typed.replace('zero', 'ZERO') }
    const together = await putTogether(since, version(newer), signal)
    expect(together.result).toEqual({
      text: 'ZERO\none\nboth\nthree\nFOUR\nfive\n',
      conflicts: [],
    })
    expect(together.how).toBe('merged')
  })

  test('is as undecided as before, whatever comes to it', async () => {
    const undecided = { text: typed, conflicts: [{ from: 9, to: 13 }] }
    const left = { ...mine, kept: { ...mine.kept!, result: undecided } }
    const open = ({ result: { text, conflicts } }: Together): string[] =>
      conflicts.map(({ from, to }) => text.slice(from, to))
    expect(open(await putTogether(left, version(theirs), signal))).toEqual(['mine'])
    const since = { ...left, typed: typed.replace('zero', 'ZERO\n0') }
    expect(open(await putTogether(since, version(theirs), signal))).toEqual(['mine'])
    const newer = version(theirs.replace('five', 'FIVE'))
    const together = await putTogether(since, newer, signal)
    expect(together.result.text).toBe('ZERO\n0\none\nmine\nthree\nfour\nFIVE\n')
    expect(open(together)).toEqual(['mine'])
  })

  test('has what was typed since also where its lines end otherwise', async () => {
    const [crlf, lf] = [base.replaceAll('\n', '\r\n'), version(theirs)]
    const since = { base: version(crlf), typed: typed.replace('five', 'FIVE'), kept: mine.kept }
    const together = await putTogether(since, lf, signal)
    expect(together.result.text).toBe(base.replace('two', 'both').replace('five', 'FIVE'))
  })
})

describe('JSON', () => {
  const base = '{"name":"north","status":"on","budget":1e2,"city":"Oslo"}'
  const laid = '{\n  "name": "north",\n  "status": "on",\n  "budget": 1e2,\n  "city": "Oslo"\n}'
  const json = (text: string): KeptMerge['theirs'] => version(text, 'application/json')
  const put = (typed: string, theirs: string, from = base): Promise<Together> =>
    putTogether({ base: json(from), typed, kept: undefined }, json(theirs), signal)
  const south = base.replace('north', 'south')
  const off = base.replace('"on"', '"off"')

  test('on one line has the changes of both, member by member', async () => {
    expect(await put(off, south)).toEqual({
      result: { text: laid.replace('north', 'south').replace('"on"', '"off"'), conflicts: [] },
      how: 'merged',
      isLaidOut: true,
      compared: laid.replace('north', 'south'),
    })
  })

  test('ends as theirs does, with their ends of lines', async () => {
    const { text } = (await put(off, `${south}\n`)).result
    expect(text.endsWith('\n}\n')).toBe(true)
    const theirs = `${laid.replace('north', 'south').replaceAll('\n', '\r\n')}\r\n`
    const together = await put(off, theirs)
    expect(together.result.conflicts).toEqual([])
    expect(restoredText(together.result.text, json(theirs).shape)).toBe(
      theirs.replace('"on"', '"off"'),
    )
  })

  test('has only what both changed to be decided', async () => {
    const { result, isLaidOut } = await put(
      off.replace('north', 'east'),
      south.replace('Oslo', 'Bergen'),
    )
    expect(isLaidOut).toBe(true)
    expect(result.text).toBe(
      laid.replace('north', 'east').replace('"on"', '"off"').replace('Oslo', 'Bergen'),
    )
    expect(result.conflicts.map(({ from, to }) => result.text.slice(from, to))).toEqual([
      '  "name": "east",',
    ])
  })

  test('keeps a layout of its own when nothing is won by another', async () => {
    const own = (value: number): string => `{ "a":\n  ${value} }\n`
    const together = await put(own(2), own(3), own(1))
    expect(together.result.text).toBe(own(2))
    expect(together.result.conflicts).toHaveLength(1)
    expect(together).toMatchObject({ isLaidOut: false, compared: own(3) })
  })

  test('that is laid out already is told as such, and is merged by members', async () => {
    const together = await put(laid.replace('"on"', '"off"'), laid.replace('1e2', '3'), laid)
    expect(together.result).toEqual({
      text: laid.replace('"on"', '"off"').replace('1e2', '3'),
      conflicts: [],
    })
    expect(together.isLaidOut).toBe(false)
  })

  test('that is none is merged by its lines', async () => {
    const broken = off.replace('}', '')
    const together = await put(broken, south)
    expect(together.result).toEqual({ text: broken, conflicts: [{ from: 0, to: broken.length }] })
    expect(together.isLaidOut).toBe(false)
    // So is JSON that is stored as text.
    const mine = { base: version(base), typed: off, kept: undefined }
    expect((await putTogether(mine, version(south), signal)).result.conflicts).toHaveLength(1)
  })

  test('stays laid out in a merge that was left', async () => {
    const { result, isLaidOut } = await put(off, south)
    const written = { ...result, text: result.text.replace('Oslo', 'Bergen') }
    const kept = { theirs: json(south), typed: off, result: written, isLaidOut }
    const left = { base: json(base), typed: off, kept }
    expect(await putTogether(left, json(south), signal)).toEqual({
      result: written,
      how: 'kept',
      isLaidOut: true,
      compared: laid.replace('north', 'south'),
    })
    const more = { ...left, typed: off.replace('1e2', '7') }
    const text = written.text.replace('1e2', '7')
    expect((await putTogether(more, json(south), signal)).result).toEqual({ text, conflicts: [] })
    const newer = json(south.replace('south', 'west'))
    expect((await putTogether(more, newer, signal)).result).toEqual({
      text: text.replace('south', 'west'),
      conflicts: [],
    })
  })

  test('of numbers as they are written, and nothing lost, whoever changed what', async () => {
    const names = ['a', 'b', 'c', 'd']
    const value = fc.constantFrom('1', '1.0', '1e0', '12345678901234567890', '"x"', '{}')
    const values = fc.tuple(value, value, value, value)
    const text = (all: readonly string[]): string =>
      `{${names.map((name, index) => `"${name}":${all[index]!}`).join(',')}}`
    await fc.assert(
      fc.asyncProperty(values, values, values, async (one, mine, theirs) => {
        const { result } = await put(text(mine), text(theirs), text(one))
        const open = result.conflicts.map(({ from, to }) => result.text.slice(from, to)).join(' ')
        for (const [index, was] of one.entries()) {
          const [his, hers] = [mine[index]!, theirs[index]!]
          const expected = his === was ? hers : his
          const member = new RegExp(`"${names[index]!}": ?${RegExp.escape(expected)}(?![\\w.])`)
          expect(result.text).toMatch(member)
          const isBoth = his !== was && hers !== was && his !== hers
          if (isBoth) expect(open).toMatch(member)
        }
      }),
    )
  })
})
