import { parseSearch, stringifySearch } from '../../src/web/address.ts'
import objects from '../../src/screens/objects/web/screen.ts'
import * as fc from 'fast-check'
import { parse } from 'valibot'
import { describe, expect, it } from 'vitest'

describe('an address', () => {
  it('means what a person wrote, also where it looks like a number', () => {
    const view = parse(
      objects.search,
      parseSearch('?key=007&filter=1e3&prefix=true&at=16&desc=true'),
    )
    expect(view).toMatchObject({ key: '007', filter: '1e3', prefix: 'true', at: 16, desc: true })
  })

  it('leaves out what is wrong or not there', () => {
    const view = parse(objects.search, parseSearch('?at=-1&desc=yes&as=movie&sort=colour'))
    expect(stringifySearch(view)).toBe('?prefix=')
    expect(parse(objects.search, parseSearch('?at=1e999'))).toMatchObject({ at: undefined })
    expect(stringifySearch({})).toBe('')
  })

  it('that names an object only lists where that is', () => {
    const prefixOf = (text: string): string => parse(objects.search, parseSearch(text)).prefix
    expect(prefixOf('?key=a/b/c')).toBe('a/b/')
    expect(prefixOf('?key=c')).toBe('')
    expect(prefixOf('?key=a/')).toBe('a/')
    expect(prefixOf('?key=a/b/c&prefix=')).toBe('')
    expect(prefixOf('?key=a/b/c&prefix=x')).toBe('x')
  })

  it('keeps every view that it can tell', () => {
    const text = fc.string({ unit: 'grapheme' })
    const views = fc.record({
      prefix: text,
      key: fc.option(text, { nil: undefined }),
      filter: fc.option(text, { nil: undefined }),
      at: fc.option(fc.maxSafeNat(), { nil: undefined }),
      desc: fc.option(fc.boolean(), { nil: undefined }),
    })
    fc.assert(
      fc.property(views, (view) => {
        const again: unknown = parse(objects.search, parseSearch(stringifySearch(view)))
        expect(again).toEqual(view)
        expect(parse(objects.search, again)).toEqual(again)
      }),
    )
  })
})
