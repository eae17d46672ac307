import { describe, expect, it } from 'vitest'
import { isStorageError, keyPattern } from '../src/index.ts'
import { keyTest } from '../src/backend-kit.ts'

const table: [pattern: string, yes: string[], no: string[]][] = [
  ['agents/*', ['agents/ceo', 'agents/.hidden'], ['agents', 'agents/ceo/x', 'Agents/ceo']],
  ['agents/*.json', ['agents/a.json', 'agents/.json'], ['agents/a.JSON', 'agents/a/b.json']],
  ['a*c*e', ['ace', 'abcde', 'accee'], ['ac', 'acef', 'a/c/e']],
  ['events/**', ['events/1', 'events/a/b/c'], ['events', 'eventsx/1']],
  ['**/draft-*', ['draft-1', 'a/draft-', 'a/b/draft-1'], ['a/draft', 'draft-1/a']],
  ['a/**/z', ['a/z', 'a/b/z', 'a/z/z'], ['az', 'a/z/b']],
  ['**/a/*/**', ['a/b/c', 'x/a/b/c/d'], ['a/b', 'b/a/c']],
  ['**/**', ['a', 'a/b'], []],
  ['*', ['a', '*', 'é'], ['a/b']],
  ['**', ['a', 'a/b'], []],
  ['a/b', ['a/b'], ['a/B', 'a/b/c', 'a']],
  ['{a,b}?[c].x\\', ['{a,b}?[c].x\\'], ['a', 'axcbx']],
  ['*é', ['é', 'xé'], ['e\u0301']],
]

describe('a key pattern', () => {
  it.each(table)('%s', (pattern, yes, no) => {
    const { matches, source } = keyPattern(pattern)
    expect(source).toBe(pattern)
    expect(yes.filter((key) => !matches(key))).toEqual([])
    expect(no.filter((key) => matches(key))).toEqual([])
  })

  it('is refused when it could match nothing', () => {
    for (const wrong of [
      '',
      '/a',
      'a/',
      'a//b',
      'a**',
      'a/**b',
      '***',
      '\ud800',
      'a'.repeat(1025),
    ]) {
      const attempt = (): unknown => keyPattern(wrong)
      expect(attempt).toThrow(/^Key pattern/)
      try {
        attempt()
      } catch (error) {
        expect(isStorageError(error, 'INVALID_ARGUMENT')).toBe(true)
      }
    }
    expect(() => keyPattern(1 as never)).toThrow(TypeError)
  })

  it('takes no more time than the product of the lengths', () => {
    // Backtracking over each star would take longer than the universe.
    const pattern = `${'a*'.repeat(300)}b`
    expect(keyPattern(pattern).matches('a'.repeat(1000))).toBe(false)
    expect(keyPattern('**/a/'.repeat(100) + 'b').matches('a/'.repeat(400) + 'c')).toBe(false)
  })
})

describe('a selection of keys', () => {
  it('is a pattern, ready or not, a regular expression or a function', () => {
    const global = /^a/g
    for (const keys of ['a*', keyPattern('a*'), global, (key: string) => key.startsWith('a')]) {
      const test = keyTest(keys)
      // Twice: a global expression would go on behind its last match.
      expect([test('ab'), test('ab'), test('b')]).toEqual([true, true, false])
    }
    expect(global.lastIndex).toBe(0)
    expect(() => keyTest(5 as never, 'include')).toThrow(/include is a key pattern/)
  })
})
