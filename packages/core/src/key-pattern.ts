/**
 * Patterns of keys, for rules, filters and selections.
 *
 * ```
 * agents/*          one segment behind agents/             agents/ceo, not agents/ceo/memory
 * agents/*.json     a part of a segment                    agents/ceo.json
 * events/**         everything below events/               events/1, events/2026/1, not events
 * **\/draft-*       any segments before, also none         draft-1, a/b/draft-1
 * **                every key
 * ```
 *
 * Nothing else is special: case and dots count, no character is folded, braces and `?` are
 * themselves. Node's `path.matchesGlob` follows shells, where a leading dot hides a file and a
 * backslash is a separator on some hosts; keys have neither. Invariant: matching takes at most the
 * product of both lengths in steps, whatever the pattern.
 */
import { StorageError } from './errors.ts'
import { quoteKey } from './keys.ts'
import { describe } from './options.ts'

/** Longest pattern in characters. */
export const keyPatternCharsMax = 1024

/** A pattern that was understood; made by {@link keyPattern}. */
export interface KeyPattern {
  /** As it was written. */
  readonly source: string
  readonly matches: (key: string) => boolean
}

/** How keys are selected: by a pattern as text or ready, a regular expression, or a function. */
export type KeySelection = string | KeyPattern | RegExp | ((key: string) => boolean)

/**
 * Understands a pattern: `*` is any text within a segment, also none; `**`, as a whole segment, is
 * any number of segments: also none at the start and in the middle, at least one at the end.
 *
 * @throws TypeError when it is no string, StorageError `INVALID_ARGUMENT` when it matches no key.
 */
export function keyPattern(source: string): KeyPattern {
  if (typeof source !== 'string') {
    throw new TypeError(`A key pattern is a string, not ${describe(source)}`)
  }
  const fault = patternFault(source)
  if (fault !== undefined) {
    throw new StorageError('INVALID_ARGUMENT', `Key pattern ${quoteKey(source)} ${fault}`)
  }
  return Object.freeze({ source, matches: matcherOf(source) })
}

/**
 * The test of a {@link KeySelection}.
 *
 * @throws TypeError for what is none, and as {@link keyPattern}.
 */
export function keyTest(selection: KeySelection, name: string = 'keys'): (key: string) => boolean {
  if (typeof selection === 'string') return keyPattern(selection).matches
  if (typeof selection === 'function') return (key) => selection(key)
  if (selection instanceof RegExp) {
    const own = new RegExp(selection)
    return (key) => {
      // One that is global or sticky goes on where it stopped.
      own.lastIndex = 0
      return own.test(key)
    }
  }
  const { matches } = (selection ?? {}) as Partial<KeyPattern>
  if (typeof matches === 'function') return (key) => selection.matches(key)
  throw new TypeError(
    `${name} is a key pattern, a RegExp or a function, not ${describe(selection)}`,
  )
}

function patternFault(source: string): string | undefined {
  if (source === '') return 'is empty; "**" matches every key'
  if (source.length > keyPatternCharsMax) return `is longer than ${keyPatternCharsMax} characters`
  if (!source.isWellFormed()) return 'holds a lone surrogate, which no key has'
  for (const segment of source.split('/')) {
    if (segment === '') return 'has an empty segment; keys have none, nor a "/" at either end'
    if (segment !== '**' && segment.includes('**')) {
      return 'has "**" within a segment; it stands for whole segments, as in "a/**/b"'
    }
  }
  return undefined
}

function matcherOf(source: string): (key: string) => boolean {
  if (source === '**') return () => true
  if (!source.includes('*')) return (key) => key === source
  const folder = source.endsWith('/**') ? source.slice(0, -2) : undefined
  if (folder !== undefined && !folder.includes('*')) {
    return (key) => key.length > folder.length && key.startsWith(folder)
  }
  const pattern = source.split('/')
  // At the end it stands for one segment at least.
  if (pattern.at(-1) === '**') pattern.push('*')
  return (key) => matchesParts(pattern, key.split('/'), '**', matchesSegment)
}

function matchesSegment(pattern: string, segment: string): boolean {
  if (pattern === '*' || pattern === segment) return true
  return pattern.includes('*') && matchesParts(pattern, segment, '*', (a, b) => a === b)
}

/**
 * Parts against parts, where `wild` stands for any number of them. Only the last `wild` is ever
 * tried again, with one part more: what the earlier ones took can stay as it is.
 */
function matchesParts(
  pattern: string | readonly string[],
  parts: string | readonly string[],
  wild: string,
  matches: (pattern: string, part: string) => boolean,
): boolean {
  let at = 0
  let part = 0
  let wildAt = -1
  let wildEnd = 0
  while (part < parts.length) {
    if (pattern[at] === wild) {
      wildAt = at++
      wildEnd = part
    } else if (at < pattern.length && matches(pattern[at]!, parts[part]!)) {
      at++
      part++
    } else if (wildAt !== -1) {
      at = wildAt + 1
      part = ++wildEnd
    } else {
      return false
    }
  }
  while (pattern[at] === wild) at++
  return at === pattern.length
}
