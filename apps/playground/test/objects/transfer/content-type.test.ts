/** The content type of an uploaded file: always one that the storage takes. */
import { assertContentType } from '@aos-storage/core/backend'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contentTypeOf } from '../../../src/screens/objects/web/transfer/queue/content-type.ts'

const bytes = 'application/octet-stream'

describe('the content type of a file', () => {
  it.each([
    ['a.json', 'text/plain', 'application/json'],
    ['A.JSON', '', 'application/json'],
    ['notes.md', 'text/x-markdown', 'text/markdown'],
    ['log.txt', '', 'text/plain; charset=utf-8'],
    ['x.tar.gz', 'application/x-compressed', 'application/gzip'],
    ['folder/picture.svg', '', 'image/svg+xml'],
    ['film.mkv', 'video/x-matroska', 'video/x-matroska'],
    ['film.mkv', '', bytes],
    ['json', '', bytes],
    ['x.constructor', '', bytes],
    ['folder.json/plain', '', bytes],
    ['.json', '', 'application/json'],
    ['x.', 'text/x', 'text/x'],
    ['x.abc', 'not a type', bytes],
    ['x.abc', `text/${'x'.repeat(300)}`, bytes],
  ])('%s, which the browser calls "%s": %s', (name, type, expected) => {
    expect(contentTypeOf({ name, type })).toBe(expected)
  })

  it('is always one that the storage takes', () => {
    const type = fc.oneof(
      fc.string({ unit: 'grapheme-ascii' }),
      fc.stringMatching(/^[a-z]{0,3}\/?[a-z+. ;="-]{0,9}$/),
    )
    fc.assert(
      fc.property(fc.string(), type, (name, type) => {
        expect(() => assertContentType(contentTypeOf({ name, type }))).not.toThrow()
      }),
      { numRuns: 2000 },
    )
  })
})
