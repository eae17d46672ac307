/**
 * Segments of keys as names of files and folders: the escaping of `docs/formats/file-layout.md`.
 *
 * Invariant: different segments have names that stay different on a file system that ignores case
 * or normalises Unicode, and every name decodes to the segment it came from. The rules depend on
 * nothing but this table, so that a folder can be copied between systems and Node versions.
 *
 *   a-z 0-9 and most marks   as they are
 *   A-Z                      ^A ^B …        case stays visible, and survives being ignored
 *   everything else          %xx            of each UTF-8 byte, lower-case hex
 *
 * `~` is escaped because of the short names (`longfi~1`) that Windows gives beside long ones.
 */

import { keyFault } from '@aos-storage/core'

/** What a name may not be on Windows, with any extension. */
const reservedStem = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9]|conin\$|conout\$)(?:\.|$)/i

/** Characters that need no escape inside a segment; a dot or a space at its ends does. */
const plainCharacter = /^[a-z0-9_\-=@+()[\]{}!#$&';,. ]$/
const asciiCodes = 128
const isPlainCode: readonly boolean[] = Array.from({ length: asciiCodes }, (_, code) =>
  plainCharacter.test(String.fromCharCode(code)),
)

/**
 * Letters and signs beyond ASCII that are kept: they have no case twin among themselves, no
 * decomposition, and compose with nothing. Frozen with format version 1.
 */
const keptRanges: readonly (readonly [number, number])[] = [
  [0x3b1, 0x3c1], // Greek alpha to rho
  [0x3c3, 0x3c9], // sigma to omega
  [0x430, 0x438], // Cyrillic a to i
  [0x43a, 0x44f], // ka to ya
  [0x5d0, 0x5ea], // Hebrew
  [0x4e00, 0x9fa5], // CJK unified ideographs
  [0x1f300, 0x1f5ff], // pictographs
  [0x1f600, 0x1f64f], // emoticons
]

/** True for a segment that needs no escape at all: the fast way for nearly every segment. */
export function isPlain(segment: string): boolean {
  for (let at = 0; at < segment.length; at++) {
    const code = segment.charCodeAt(at)
    if (code >= asciiCodes || !isPlainCode[code]!) return false
  }
  return (
    segment !== '' &&
    !isDotOrSpace(segment[0]!) &&
    !isDotOrSpace(segment.at(-1)!) &&
    !isReserved(segment)
  )
}

function isDotOrSpace(character: string): boolean {
  return character === '.' || character === ' '
}

/** The name of `segment`. Never longer than three times its UTF-8 bytes. */
export function encodeSegment(segment: string): string {
  return isPlain(segment) ? segment : encodeCharacters(segment).join('')
}

/** True for a name that Windows keeps for a device. */
export function isReserved(name: string): boolean {
  return reservedStem.test(name)
}

/** The escaped characters of `segment`, one by one, so that a long name can be cut between them. */
export function encodeCharacters(segment: string): string[] {
  const isDevice = isReserved(segment)
  const characters = Array.from(segment)
  const last = characters.length - 1
  return characters.map((character, at) => {
    const isEdge = (at === 0 || at === last) && isDotOrSpace(character)
    if (isEdge || (at === 0 && isDevice)) return escape(character)
    return encodeCharacter(character)
  })
}

function encodeCharacter(character: string): string {
  if (plainCharacter.test(character)) return character
  if (character >= 'A' && character <= 'Z' && character.length === 1) return `^${character}`
  const point = character.codePointAt(0)!
  const isKept = keptRanges.some(([first, last]) => point >= first && point <= last)
  return isKept ? character : escape(character)
}

/** Every byte of `text` as `%xx`. */
export function escape(text: string): string {
  return Array.from(Buffer.from(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')
}

/**
 * The segment whose name this is, or undefined when no segment has exactly this name: it was not
 * written by us, and is a foreign name to be taken literally.
 */
export function decodeSegment(name: string): string | undefined {
  if (isPlain(name)) return name
  const segment = unescape(name)
  if (segment === undefined || !isSegment(segment)) return undefined
  return encodeSegment(segment) === name ? segment : undefined
}

/** True for text that can be a segment of a key. */
export function isSegment(text: string): boolean {
  return keyFault(text) === undefined && !text.includes('/')
}

const escapes = /(?:%[0-9a-f]{2})+|\^[A-Za-z]/g
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Undoes the escapes of a name, ours or not; undefined when they are no UTF-8. */
export function unescape(name: string): string | undefined {
  try {
    return name.replaceAll(escapes, (match) =>
      match.startsWith('^')
        ? match.slice(1).toUpperCase()
        : utf8.decode(Buffer.from(match.replaceAll('%', ''), 'hex')),
    )
  } catch {
    return undefined
  }
}
