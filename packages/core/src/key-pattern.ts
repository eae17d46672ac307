/**
 * Patterns of keys: `*` is any text within one segment, `**` any text, and a leading `**` with its
 * slash also none. A pattern is compared with the whole key.
 *
 * ```
 * agents/*.json    agents/ceo.json, not agents/old/ceo.json
 * logs/**          everything under logs/
 * **\/*.tmp        a.tmp, x/y/b.tmp
 * ```
 */
import { StorageError } from './errors.ts'
import { keyBytesMax, quoteKey } from './keys.ts'

/** Most wildcards in one pattern: comparing takes longer with each. */
const wildcardsMax = 16

/**
 * Compiles a pattern.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_ARGUMENT` for an empty one, or one that is too long.
 */
export function keyPattern(pattern: string): (key: string) => boolean {
  if (typeof pattern !== 'string') {
    throw new TypeError(`A key pattern is a string, not ${typeof pattern}`)
  }
  const pieces = pattern.split(/(\*\*\/|\*\*|\*)/)
  if (pattern === '' || pattern.length > 2 * keyBytesMax || pieces.length > 2 * wildcardsMax + 1) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `The key pattern ${quoteKey(pattern)} is empty or too long; give 1 to ${2 * keyBytesMax} ` +
        `characters with at most ${wildcardsMax} wildcards`,
    )
  }
  const isWithSlash = (at: number): boolean => at === 1 && pieces[0] === ''
  const source = pieces.map((piece, at) => {
    if (piece === '**/')
      return isWithSlash(at) || pieces[at - 1]!.endsWith('/') ? '(?:.*/)?' : '.*/'
    if (piece === '**') return '.*'
    return piece === '*' ? '[^/]*' : piece.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  const whole = new RegExp(`^${source.join('')}$`, 's')
  return (key) => whole.test(key)
}
