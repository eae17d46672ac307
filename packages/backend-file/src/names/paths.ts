/**
 * Keys as paths below the base folder, and back.
 *
 * Invariant: a file name and a folder name are never the same, because folders do not end in an
 * extension that files have; and decoding undoes encoding. A segment too long for a name of 255
 * bytes goes on in a folder: `first part%+/rest.json`.
 */
import { endsLikeFile, type Form, splitName, suffixForms } from './forms.ts'
import {
  decodeSegment,
  encodeCharacters,
  encodeSegment,
  escape,
  isReserved,
  isSegment,
  unescape,
} from './segment.ts'

/** Longest name, in bytes, on the file systems of Linux, macOS and Windows. */
const nameBytesMax = 255
/** Longest part of a name that leaves room for the extension. */
const partBytesMax = 240
/** Longest escape of one character. */
const characterBytesMax = 12
/** Ends the name of a folder that holds the rest of a longer segment. */
export const continuedMark = '%+'

/** The home of a key: its folders below the base, and its file name without extension. */
export interface KeyPath {
  readonly folders: readonly string[]
  readonly stem: string
  /** The key's last segment, which names its native content type. */
  readonly segment: string
}

/** Where a key is kept. */
export function encodeKey(key: string): KeyPath {
  const segments = key.split('/')
  const segment = segments.pop()!
  const folders = segments.flatMap(encodeFolder)
  const parts = splitParts(segment)
  const stem = parts.pop()!
  for (const part of parts) folders.push(part + continuedMark)
  return { folders, stem, segment }
}

/** The folder names of one segment: one, or several for a long one. */
export function encodeFolder(segment: string): string[] {
  const parts = splitParts(segment)
  const last = parts.pop()!
  return [
    ...parts.map((part) => part + continuedMark),
    endsLikeFile(last) ? last.replace(/\.([a-z0-9]+)$/, '%2e$1') : last,
  ]
}

/** The path of a segment's file below its folder, without extension: mostly just a name. */
export function encodeFile(segment: string): string {
  const encoded = encodeSegment(segment)
  return isOnePart(encoded) ? encoded : splitParts(segment).join(`${continuedMark}/`)
}

/** The escaped segment, cut into parts that fit a name when it is too long for one. */
function splitParts(segment: string): string[] {
  const encoded = encodeSegment(segment)
  if (isOnePart(encoded)) return [encoded]
  const parts: string[] = []
  let part = ''
  for (const plain of encodeCharacters(segment)) {
    // A part must not begin or end with a dot or a space, so that long names have none at all.
    const character = plain === '.' || plain === ' ' ? escape(plain) : plain
    if (Buffer.byteLength(part + character) > partBytesMax) {
      parts.push(part)
      part = ''
    }
    part += character
  }
  // The rest may be any short text, also one that Windows reserves.
  return [...parts, isReserved(part) ? escape(part[0]!) + part.slice(1) : part]
}

function isOnePart(name: string): boolean {
  // No UTF-16 unit takes more than three bytes: most names need no counting.
  return name.length * 3 <= partBytesMax || Buffer.byteLength(name) <= partBytesMax
}

/** What the name of a file stands for. */
export interface DecodedFile {
  readonly text: string
  readonly form: Form
  /** False for a name that no segment is escaped to: taken literally, ranked behind others. */
  readonly isCanonical: boolean
}

/** What the name of a folder stands for. */
export interface DecodedFolder {
  /** The segment; of a continued folder, what its entries are decoded with as `head`. */
  readonly text: string
  readonly isCanonical: boolean
  /** True when the folder holds the rest of the segment, not what is below it. */
  readonly isContinued: boolean
}

/**
 * The key segment that a file stands for, or undefined when it is nobody's key: hidden files, names
 * that are not UTF-8, and names in a `%+` folder that we would not have put there.
 *
 * @param head The names of the `%+` folders above it, each with a slash behind.
 */
export function decodeFile(name: string, head: string = ''): DecodedFile | undefined {
  if (isIgnored(name)) return undefined
  const { stem, form } = splitName(name)
  const text = decodeNames(stem, head)
  if (text !== undefined) return { text, form, isCanonical: true }
  if (head !== '') return undefined
  // An envelope is ours or nothing: a foreign name that ends in .aos is just a file.
  if (form === 'aos') return { text: name, form: 'plain', isCanonical: false }
  return { text: stem, form, isCanonical: false }
}

/** The key segment, or the part of one, that a folder stands for; as {@link decodeFile}. */
export function decodeFolder(name: string, head: string = ''): DecodedFolder | undefined {
  if (isIgnored(name)) return undefined
  if (isContinuation(name)) {
    return { text: `${head}${name}/`, isContinued: true, isCanonical: true }
  }
  const isFile = endsLikeFile(name)
  const text = isFile ? undefined : decodeNames(head === '' ? plainDot(name) : name, head)
  if (text === undefined && head !== '') return undefined
  return { text: text ?? name, isContinued: false, isCanonical: text !== undefined }
}

/** The segment that has exactly this name, below these folders; undefined when none has. */
function decodeNames(name: string, head: string): string | undefined {
  if (head === '') return isOnePart(name) ? decodeSegment(name) : undefined
  const text = unescape(head.replaceAll(`${continuedMark}/`, '') + name)
  if (text === undefined || !isSegment(text)) return undefined
  return encodeFile(text) === head + name ? text : undefined
}

/** True for a folder that may hold the rest of a segment: as long as a part that was cut. */
function isContinuation(name: string): boolean {
  if (!name.endsWith(continuedMark)) return false
  const bytes = Buffer.byteLength(name) - continuedMark.length
  return bytes <= partBytesMax && bytes > partBytesMax - characterBytesMax
}

/** Undoes the escaped dot of a folder that would otherwise look like a file. */
function plainDot(name: string): string {
  const at = name.lastIndexOf('%2e')
  if (at <= 0) return name
  const dotted = `${name.slice(0, at)}.${name.slice(at + 3)}`
  return endsLikeFile(dotted) ? dotted : name
}

/** Hidden names are the system's (`.DS_Store`, `.nfs…`) and ours; U+FFFD marks bytes not UTF-8. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || name.includes('\ufffd')
}

/** The file name of a key in one form. */
export function fileName(stem: string, form: Form): string {
  return form === 'native' || form === 'plain' ? stem : `${stem}.${form}`
}

/** A file that may hold an object, and how. */
export interface Candidate {
  readonly name: string
  readonly form: Form
}

/** Every name in a key's folder that we may have given its file, in order of rank. */
export function candidatesOf({ stem }: KeyPath): Candidate[] {
  const candidates: Candidate[] = suffixForms.map((form) => ({ name: `${stem}.${form}`, form }))
  const { form } = splitName(stem)
  // Without an extension added, `a.json` would be the file of the key `a`.
  if (form === 'native' || form === 'plain') candidates.push({ name: stem, form })
  return candidates
}

/** The names of dropped files that are taken literally as this segment, in order of rank. */
export function literalsOf(segment: string): Candidate[] {
  const names = [...suffixForms.map((form) => `${segment}.${form}`), segment]
  return names.flatMap((name) => {
    if (Buffer.byteLength(name) > nameBytesMax) return []
    const decoded = decodeFile(name)
    const isLiteral = decoded?.text === segment && !decoded.isCanonical
    return isLiteral ? [{ name, form: decoded.form }] : []
  })
}

/** True when a dropped folder of this name is taken literally as this segment. */
export function isLiteralFolder(segment: string): boolean {
  if (Buffer.byteLength(segment) > nameBytesMax) return false
  const decoded = decodeFolder(segment)
  return decoded !== undefined && decoded.text === segment && !decoded.isCanonical
}
