/** Metadata: whatever the contract lets through comes back, and is such as S3 takes. */
import { assertMetadata, writeIdMetadata } from '@aos-storage/core/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  decodeMetadata,
  encodeMetadata,
  hiddenSha256,
  hiddenWriteId,
  metadataBytesMax,
  type S3Metadata,
} from '../../src/metadata.ts'

const name = fc
  .array(fc.constantFrom(...'abz09_-'.split(''), '__', 'aos--', '-d', '-u', 'all', 'id'), {
    maxLength: 6,
  })
  .map((parts) => `n${parts.join('')}`.slice(0, 64))
const named = fc.oneof(
  name,
  fc.constantFrom('aos--all', 'aos--id', 'aos--sha256', 'constructor', 'x', 'a_', 'a_b'),
)
const value = fc
  .oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('', '=', '=u8?', '=u8?w6k', '=u8?!', 'a  b', '100%', '漢', 'é', 'plain'),
  )
  .map((text) => text.trim())

/** As the contract has it, but for names of layers, which backends get too. */
function isLegal(candidate: Record<string, string>): boolean {
  const users = Object.entries(candidate).filter(([each]) => !each.startsWith('aos-'))
  const rest = Object.entries(candidate).filter(([each]) => each.startsWith('aos-'))
  try {
    assertMetadata(Object.fromEntries(users), metadataBytesMax)
    return bytesOf(Object.fromEntries(rest)) + bytesOf(Object.fromEntries(users)) <= 1024
  } catch {
    return false
  }
}

/** UTF-8, names and values: what the contract counts, and of coded ones what S3 counts. */
function bytesOf(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce(
    (sum, [key, text]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text),
    0,
  )
}

const metadata = fc.dictionary(named, value, { maxKeys: 130 }).filter(isLegal)
const hidden = fc.record({
  writeId: fc.option(fc.uuid(), { nil: undefined }),
  sha256: fc.option(fc.constant('x'.repeat(43)), { nil: undefined }),
})

describe('metadata', () => {
  it('comes back as it was, with and without what is hidden', () => {
    fc.assert(
      fc.property(metadata, hidden, (given, own) => {
        const stored = encodeMetadata(given, own)
        expect(decodeMetadata(stored)).toEqual(given)
        expect(stored[hiddenWriteId]).toBe(own.writeId)
        expect(stored[hiddenSha256]).toBe(own.sha256)
      }),
      { numRuns: 2000 },
    )
  })

  it('is stored under names and values that no header or proxy changes', () => {
    fc.assert(
      fc.property(metadata, (given) => {
        for (const [storedName, storedValue] of Object.entries(encodeMetadata(given))) {
          expect(storedName).toMatch(/^[a-z0-9][a-z0-9-]*$/)
          expect(storedValue).toMatch(/^[!-~](?:[ -~]*[!-~])?$/)
          expect(storedValue).not.toContain('  ')
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('of the largest size fits into the 2,048 bytes of S3, whatever it is made of', () => {
    const own = { writeId: '0'.repeat(36), sha256: 'x'.repeat(43) }
    // Names of two letters as long as there are any, then of three, and of four.
    const letters = 'abcdefghijklmnopqrstuvwxyz'.split('')
    const tails = [...letters, ...'0123456789-_'.split('')]
    const short = [
      ...letters,
      ...letters.flatMap((first) => tails.map((second) => first + second)),
      ...letters.flatMap((first) => tails.map((third) => `${first}_${third}`)),
    ]
    const makers: ((at: number) => readonly [string, string])[] = [
      (at) => [short[at]!, ''],
      (at) => [short[at]!, '='],
      (at) => [short[at]!, 'é'],
      (at) => [short.at(-at - 1)!, ''],
      (at) => [short.at(-at - 1)!, '漢'],
      (at) => [`${'n'.repeat(50)}${'_'.repeat(10)}${at}`, 'x'],
      (at) => [`n${'_'.repeat(55)}${at}`, ''],
      (at) => [`n${at}`, '漢'.repeat(100)],
      (at) => [`n${at}`, 'x'.repeat(300)],
      (at) => [`n${at}`, 'é '.repeat(20).trim()],
    ]
    for (const [which, maker] of makers.entries()) {
      const given: Record<string, string> = {}
      for (let at = 0, bytes = 0; at < short.length; at++) {
        const [key, text] = maker(at)
        bytes += key.length + Buffer.byteLength(text)
        if (bytes > metadataBytesMax) break
        given[key] = text
      }
      const stored = encodeMetadata(given, own)
      expect([which, bytesOf(stored) <= 2048]).toEqual([which, true])
      expect(decodeMetadata(stored)).toEqual(given)
      // Each header has its own start, and Node refuses heads of 16 KiB.
      expect(bytesOf(stored) + Object.keys(stored).length * 15).toBeLessThan(14_000)
    }
  })

  it('at random, full of what takes most room, fits too', () => {
    const tight = fc
      .array(
        fc.tuple(
          fc.stringMatching(/^[a-z][a-z_-]{0,2}$/),
          fc.constantFrom('', '', '', '=', 'é', '漢', 'x', '=u8?'),
        ),
        { minLength: 200, maxLength: 600 },
      )
      .map((entries) => {
        const given: Record<string, string> = {}
        let bytes = 0
        for (const [key, text] of entries) {
          if (key in given) continue
          bytes += key.length + Buffer.byteLength(text)
          if (bytes > metadataBytesMax) break
          given[key] = text
        }
        return given
      })
    fc.assert(
      fc.property(tight, (given) => {
        const stored = encodeMetadata(given, { writeId: '0'.repeat(36), sha256: 'x'.repeat(43) })
        expect(bytesOf(stored)).toBeLessThanOrEqual(2048)
        expect(decodeMetadata(stored)).toEqual(given)
      }),
      { numRuns: 500 },
    )
  })

  it('of others is shown as it is', () => {
    const stored: S3Metadata = {
      author: 'ceo',
      '0x': 'y',
      '0a-b': 'no code of ours',
      'aos--all': 'no base64',
      note: '=u8?not base64!',
    }
    expect(decodeMetadata(stored)).toEqual(stored)
    expect(decodeMetadata({ ['__proto__']: 'x', a: 'b' })['a']).toBe('b')
    expect(decodeMetadata(undefined)).toEqual({})
  })

  it('keeps the id of a caller as metadata', () => {
    const given = { [writeIdMetadata]: 'of the caller' }
    expect(decodeMetadata(encodeMetadata(given, { writeId: 'hidden' }))).toEqual(given)
  })
})
