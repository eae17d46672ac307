/**
 * Keys: UTF-8, 1 to 1,024 bytes, segments joined by `/`.
 *
 * Invariant: a key is never normalised, folded or trimmed. What a caller wrote is what a listing
 * gives back, on every backend; a backend that cannot hold a legal key escapes it.
 */
import { StorageError } from './errors.ts'

/** Longest key in UTF-8 bytes: the limit of S3, and of Azure in the ASCII case. */
export const keyBytesMax = 1024

/** Printable ASCII with no segment that is empty, `.` or `..`: nearly every key of real life. */
const plainKey = /^(?!\.{1,2}(?:\/|$))[!-.0-~](?:[ -.0-~]|\/(?!\/|$|\.{1,2}(?:\/|$)))*$/

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/

/**
 * Throws unless `key` is legal.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_KEY`, before any I/O, with the rule that it breaks.
 */
export function assertKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key.length <= keyBytesMax && plainKey.test(key)) return
  if (typeof key !== 'string') {
    throw new TypeError(`A key is a string, not ${key === null ? 'null' : typeof key}`)
  }
  const fault = keyFault(key)
  if (fault !== undefined) {
    throw new StorageError('INVALID_KEY', `Key ${quoteKey(key)} ${fault}`, { key })
  }
}

/**
 * Throws unless `key` can name an object that others wrote, whatever rules for keys it breaks: text
 * that has a UTF-8 form, without NUL, which ends names in most systems.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_KEY`, before any I/O.
 */
export function assertForeignKey(key: unknown): asserts key is string {
  if (typeof key !== 'string') {
    throw new TypeError(`A key is a string, not ${key === null ? 'null' : typeof key}`)
  }
  if (key !== '' && key.isWellFormed() && !key.includes('\0')) return
  throw new StorageError(
    'INVALID_KEY',
    `Foreign key ${quoteKey(key)} is empty, or holds a NUL or a lone surrogate; no listing gives ` +
      `such a key. Keys of your own have 1 to ${keyBytesMax} bytes, no control characters, and ` +
      'segments joined by "/", none of them empty, "." or ".."',
    { key },
  )
}

/** The rule that `key` breaks, as the rest of a sentence, or undefined when it is legal. */
export function keyFault(key: string): string | undefined {
  if (key.length === 0) return 'is empty; give it at least one character'
  const text = textFault(key)
  if (text !== undefined) return text
  if (key.startsWith('/')) return 'begins with "/"; keys are relative, drop the slash'
  if (key.endsWith('/')) return 'ends with "/"; a key names an object, not a folder'
  for (const segment of key.split('/')) {
    if (segment === '') return 'has an empty segment ("//"); join segments with a single "/"'
    if (segment === '.' || segment === '..') {
      return `has a "${segment}" segment; keys have no relative parts`
    }
  }
  return undefined
}

/**
 * Throws unless `prefix` can be compared with keys. A prefix is any start of a key (`logs/2026-1`
 * is fine), so only its characters and length matter.
 *
 * @throws TypeError when it is no string.
 * @throws StorageError `INVALID_ARGUMENT`.
 */
export function assertPrefix(prefix: unknown, name: string = 'prefix'): asserts prefix is string {
  if (typeof prefix !== 'string') throw new TypeError(`${name} is a string, not ${typeof prefix}`)
  const fault = textFault(prefix)
  if (fault !== undefined) {
    throw new StorageError('INVALID_ARGUMENT', `${name} ${quoteKey(prefix)} ${fault}`)
  }
}

function textFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'holds a lone surrogate; it has no UTF-8 form'
  if (controlCharacter.test(text)) return 'holds a control character; escape or drop it'
  const bytes = Buffer.byteLength(text)
  if (bytes > keyBytesMax) return `is ${bytes} bytes long; at most ${keyBytesMax} fit`
  return undefined
}

/** What JSON leaves as it is and a terminal or log reader may take for a control or a new line. */
const lineForging = /[\u007f-\u009f\u2028\u2029]/g

/** A key for a message: quoted, escaped and cut, so that it cannot forge a log line. */
export function quoteKey(key: string): string {
  const quoted = JSON.stringify(key.length > 120 ? `${key.slice(0, 120)}…` : key)
  return quoted.replace(
    lineForging,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

/**
 * Orders strings as their UTF-8 bytes would be ordered. JavaScript's own order is that of UTF-16,
 * which puts U+E000..U+FFFF behind the surrogate pairs of U+10000 and up.
 */
export function compareKeys(a: string, b: string): number {
  if (a === b) return 0
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? utf8Rank(x) - utf8Rank(y) : x - y
  }
  return a.length - b.length
}

/** Moves surrogates (lead units of 4-byte sequences) behind the rest of the 16-bit range. */
function utf8Rank(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

const aboveSurrogates = /[\ud800-\uffff]/

/** Sorts in place by {@link compareKeys}; native speed when no string needs the difference. */
export function sortKeys(keys: string[]): string[] {
  return keys.some((key) => aboveSurrogates.test(key)) ? keys.sort(compareKeys) : keys.sort()
}
