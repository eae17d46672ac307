/** Legal keys for property tests, drawn to be as alike as different keys can be. */
import { keyFault } from '@aos-storage/core'
import fc from 'fast-check'

/** Characters and pieces that meet in escapes, folding, composition and reserved names. */
const pieces = [
  ...'abciIAZkKsS019.. %^~+-_'.split(''),
  ...['%2e', '%2E', '%25', '^A', '^a', '%+', '%', '^', '%ef%bf%bd', '%c3%a9'],
  ...['.json', '.txt', '.bin', '.cbor', '.aos', '.png', '.md', '.JSON', '.Png', 'x.gz'],
  ...['con', 'CON', 'nul', 'aux', 'prn', 'com1', 'lpt9', 'COM0', 'conin$', 'con.txt', 'nul.json'],
  ...['é', 'e\u0301', 'É', 'Å', '\u212b', 'A\u030a', 'ﬁ', 'fi', 'ſ', 'ß', 'ẞ', 'ss', '\u212a'],
  ...['ı', 'İ', 'i\u0307', 'Σ', 'σ', 'ς', 'µ', 'μ', 'й', 'и\u0306', 'и', 'Я', 'я', '\u0345', 'ͅι'],
  ...[
    '漢',
    '\uf900',
    '豈',
    '字',
    '\u{2f800}',
    '丽',
    'ㄱ',
    '가',
    '\u1100\u1161',
    'א',
    'אּ',
    'א\u05bc',
  ],
  ...['😀', '🌍', '🏽', '\u{1f600}\u200d', '\ufffd', '\ufeff', '\u00a0', '\u3000', '\u202e', 'Ⅷ'],
  ...['<', '>', ':', '"', '|', '?', '*', '\\', '=', '@', '#', '$', '&', ';', ',', "'", '`', '!'],
]

const piece: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...pieces) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 2 }) },
)

const shortSegment: fc.Arbitrary<string> = fc
  .array(piece, { minLength: 1, maxLength: 5 })
  .map((parts) => parts.join(''))

/** Segments around the length at which a name is cut. */
const longSegment: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('x', 'X', '漢', '😀', 'é', '.', ' ', 'a.'),
    fc.integer({ min: 60, max: 250 }),
    shortSegment,
    fc.constantFrom('', '.json', '.png', '/x', 'A', '😀A', 'con'),
  )
  .map(([unit, times, middle, end]) => unit.repeat(times) + middle + end)

const segment: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: shortSegment },
  { weight: 1, arbitrary: longSegment },
)

/** Any legal key. */
export const legalKey: fc.Arbitrary<string> = fc
  .array(segment, { minLength: 1, maxLength: 3 })
  .map((segments) => segments.join('/').toWellFormed())
  .filter((key) => keyFault(key) === undefined)

const twists: readonly ((key: string) => string)[] = [
  (key) => key.toLowerCase(),
  (key) => key.toUpperCase(),
  (key) => key.normalize('NFC'),
  (key) => key.normalize('NFD'),
  (key) => key.normalize('NFKC'),
  (key) => key.normalize('NFKD'),
  (key) => key.replaceAll('i', 'ı').replaceAll('I', 'İ'),
  (key) => `${key}.json`,
  (key) => `${key}.aos`,
  (key) => `${key}.png`,
  (key) => `${key}/x`,
  (key) => `${key}.`,
  (key) => `${key} `,
  (key) => `.${key}`,
  (key) => key.replace(/\.[a-z]+$/, ''),
  (key) => key.replaceAll('%', '%25'),
  (key) => key.replaceAll('%25', '%'),
  (key) => key.replaceAll('.', '%2e'),
  (key) => key.replaceAll(/\^([A-Za-z])/g, (_, letter: string) => letter.toUpperCase()),
  (key) => key.replaceAll(/[A-Z]/g, (letter) => `^${letter}`),
  (key) => encodeURIComponent(key.toWellFormed()).replaceAll('%2F', '/'),
  (key) => key.replaceAll('/', '%2f'),
  (key) => key.replaceAll('/', '%+/'),
  (key) => key.slice(0, -1),
  (key) => key.slice(1),
]

/** Two legal keys, different and often nearly the same. */
export const keyPair: fc.Arbitrary<readonly [string, string]> = fc
  .oneof(
    { weight: 1, arbitrary: fc.tuple(legalKey, legalKey) },
    {
      weight: 4,
      arbitrary: fc
        .tuple(legalKey, fc.constantFrom(...twists), fc.constantFrom(...twists))
        .map(([key, once, twice]) => [once(key), twice(key)] as const),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(legalKey, fc.constantFrom(...twists))
        .map(([key, twist]) => [key, twist(key).toWellFormed()] as const),
    },
  )
  .filter(([a, b]) => a !== b && keyFault(a) === undefined && keyFault(b) === undefined)
