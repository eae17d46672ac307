/** Metadata: whatever the contract lets through comes back, and is such as Azure takes. */
import { metadataBytesMax } from '@aos-storage/core'
import { assertMetadata, writeIdMetadata } from '@aos-storage/core/backend'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeMetadata, encodeMetadata, hiddenWriteId } from '../../src/blobs/metadata.ts'

const name = fc
  .array(fc.constantFrom(...'abz09_-'.split(''), '__', 'aos__', '_d', '_u', 'all', 'wid'), {
    maxLength: 6,
  })
  .map((parts) => `n${parts.join('')}`.slice(0, 64))
const named = fc.oneof(name, fc.constantFrom('aos__all', 'aos__wid', 'constructor', 'x'))
const value = fc
  .oneof(
    fc.string({ maxLength: 12 }),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
    fc.constantFrom('', '=u8?', '=u8?w6k', '=u8?!', 'a  b', '100%', '漢', 'é', 'plain'),
  )
  .map((text) => text.trim())

const metadata = fc.dictionary(named, value, { maxKeys: 130 }).filter((candidate) => {
  try {
    assertMetadata(candidate)
    return true
  } catch {
    return false
  }
})

describe('metadata', () => {
  it('comes back as it was, with and without a hidden id', () => {
    fc.assert(
      fc.property(metadata, fc.option(fc.uuid(), { nil: undefined }), (given, id) => {
        const stored = encodeMetadata(given, id)
        expect(decodeMetadata(stored)).toEqual(given)
        expect(stored[hiddenWriteId]).toBe(id)
      }),
      { numRuns: 2000 },
    )
  })

  it('is stored under C# identifiers, as ASCII that no header folds', () => {
    fc.assert(
      fc.property(metadata, (given) => {
        for (const [storedName, storedValue] of Object.entries(encodeMetadata(given, 'id'))) {
          expect(storedName).toMatch(/^[a-z_][a-z0-9_]*$/)
          expect(storedValue).toMatch(/^[!-~](?:[ -~]*[!-~])?$/)
          expect(storedValue).not.toContain('  ')
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('of the largest size stays below the 8 KiB of Azure, whatever it is made of', () => {
    const id = '00000000-0000-0000-0000-000000000000'
    const makers: ((at: number) => readonly [string, string])[] = [
      (at) => [`n${at}`, 'é'],
      (at) => [`n-${at}`, '漢'],
      (at) => [`n${at}`, ''],
      (at) => [`${'-'.repeat(58)}${at}`.replace('-', 'n'), 'x'],
      (at) => [`n${at}`, '漢'.repeat(100)],
    ]
    for (const maker of makers) {
      const given: Record<string, string> = {}
      for (let at = 0, bytes = 0; ; at++) {
        const [key, text] = maker(at)
        bytes += key.length + Buffer.byteLength(text)
        if (bytes > metadataBytesMax) break
        given[key] = text
      }
      const all = encodeMetadata({ ...given, [writeIdMetadata]: id })
      const bytes = Object.entries(all).reduce((sum, [k, v]) => sum + k.length + v.length, 0)
      expect(bytes).toBeLessThan(8192)
      // Each header has its own start, and Node refuses heads of 16 KiB.
      expect(bytes + Object.keys(all).length * 16).toBeLessThan(14_000)
      expect(decodeMetadata(all)).toEqual({ ...given, [writeIdMetadata]: id })
    }
  })

  it('of others is shown as it is', () => {
    const stored = { author: 'ceo', aos__x: 'y', aos__all: 'no json', note: '=u8?not base64!' }
    expect(decodeMetadata(stored)).toEqual(stored)
    expect(decodeMetadata(undefined)).toEqual({})
  })
})
