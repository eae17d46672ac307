import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { keyPattern } from '../src/index.ts'

const name = fc.string({
  unit: fc.constantFrom('a', 'b', '.', '*', '𝒳'),
  minLength: 1,
  maxLength: 4,
})
const patternSegment = fc.oneof(
  fc.constant('**'),
  fc.constant('*'),
  name.filter((text) => !text.includes('**')),
)
const patterns = fc.array(patternSegment, { minLength: 1, maxLength: 5 })
const keys = fc.array(name, { minLength: 1, maxLength: 6 }).map((parts) => parts.join('/'))

/** The same by a regular expression: slow at worst, but plain to see. */
function reference(segments: readonly string[]): RegExp {
  const parts = segments.map((segment, at) => {
    const isLast = at === segments.length - 1
    if (segment === '**') return isLast ? '[^/]+(?:/[^/]+)*' : '(?:[^/]+/)*'
    const text = segment
      .split('*')
      .map((part) => RegExp.escape(part))
      .join('[^/]*')
    return isLast ? text : `${text}/`
  })
  return new RegExp(`^${parts.join('')}$`, 'u')
}

describe('key patterns', () => {
  it('match as a regular expression made of them', () => {
    fc.assert(
      fc.property(patterns, keys, (segments, key) => {
        expect(keyPattern(segments.join('/')).matches(key)).toBe(reference(segments).test(key))
      }),
      { numRuns: 2000 },
    )
  })

  it('without stars match themselves and nothing else', () => {
    fc.assert(
      fc.property(keys, keys, (key, other) => {
        fc.pre(!key.includes('*'))
        expect(keyPattern(key).matches(key)).toBe(true)
        expect(keyPattern(key).matches(other)).toBe(other === key)
      }),
    )
  })
})
