/** What mine and theirs come to, whatever their lines end with. */
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
function version(text: string): KeptMerge['theirs'] {
  const details = {
    ...{ key: 'k', size: text.length, etag: text, modifiedAt: '', path: null },
    ...{ contentType: 'text/plain', metadata: {}, kind: 'text' as const },
  }
  return { details, ...withoutShape(text, false) }
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
  const result = { text: base.replace('two', 'both'), conflicts: [{ from: 9, to: 13 }] }
  const mine: Mine = {
    base: version(base),
    typed,
    kept: { theirs: version(theirs), typed, result },
  }

  test('is there as it was left', async () => {
    expect(await putTogether(mine, version(theirs), signal)).toEqual({ result, how: 'kept' })
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
    expect(together).toEqual({
      result: { text: 'ZERO\none\nboth\nthree\nFOUR\nfive\n', conflicts: [] },
      how: 'merged',
    })
  })

  test('has what was typed since also where its lines end otherwise', async () => {
    const [crlf, lf] = [base.replaceAll('\n', '\r\n'), version(theirs)]
    const since = { base: version(crlf), typed: typed.replace('five', 'FIVE'), kept: mine.kept }
    const together = await putTogether(since, lf, signal)
    expect(together.result.text).toBe(base.replace('two', 'both').replace('five', 'FIVE'))
  })
})
