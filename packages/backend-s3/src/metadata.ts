/**
 * Metadata as S3 holds it: names are header names whatever their case, values are header text, and
 * all of it is 2 KB at most.
 *
 * ```
 * name    author          as it is, unless it holds "_" or begins with "aos--": Ceph takes "_" for
 *                         "-", and proxies drop such headers
 *         write_id        0write-uid     "-" is "-d", "_" is "-u" behind the "0" that no name has
 * value   plain ASCII     as it is, unless it is empty (then "="), is "=", begins with "=u8?", or
 *                         holds two spaces, which signatures fold
 *         anything else   =u8?<base64url of its UTF-8>
 * where that is longer, or over 100 names
 *                         aos--all: base64url of all, name end value LF name end value ...
 *                         (the last byte of a name has its high bit set)
 * ```
 *
 * Invariants: `decode(encode(metadata))` is `metadata`; what others wrote is shown as it is; with
 * at most {@link metadataBytesMax} bytes of it, what is sent fits into 2,048.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
import type { Metadata } from '@aos-storage/core'

/** Names and values together, in UTF-8: however they are coded, they fit. */
export const metadataBytesMax = 1024

/** Beside the user's metadata, and never shown: the id of the write that made the object. */
export const hiddenWriteId = 'aos--id'
/** Beside it, and never shown: the SHA-256 of the body, in base64url. */
export const hiddenSha256 = 'aos--sha256'
const allName = 'aos--all'
const hiddenLead = 'aos--'

const valueMark = '=u8?'
const emptyValue = '='
/** More headers than this make a head that some servers and proxies refuse. */
const namesMax = 100
/** What S3 counts: names and values, without the `x-amz-meta-` of the header. */
const storedBytesMax = 2048
const hiddenBytes = hiddenWriteId.length + 36 + hiddenSha256.length + 43
const plainName = /^[a-z][a-z0-9-]*$/
const plainValue = /^[!-~](?:[ -~]*[!-~])?$/

/** S3's metadata, by name. */
export type S3Metadata = Record<string, string>

/** What the backend keeps beside the user's metadata. */
export interface HiddenMetadata {
  readonly writeId?: string | undefined
  readonly sha256?: string | undefined
}

export function encodeMetadata(metadata: Metadata, hidden: HiddenMetadata = {}): S3Metadata {
  return { ...encodeHidden(hidden), ...encodeUser(metadata) }
}

export function decodeMetadata(stored: S3Metadata | undefined): Metadata {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(stored ?? {})) {
    if (name === hiddenWriteId || name === hiddenSha256) continue
    if (name === allName) setAll(metadata, value)
    else setOwn(metadata, decodeName(name), decodeValue(value))
  }
  return metadata
}

/** Stored metadata as it can be sent again: others' may hold what no header can. */
export function asHeaders(stored: S3Metadata): S3Metadata {
  const headers: S3Metadata = {}
  for (const [name, value] of Object.entries(stored)) {
    setOwn(headers, name, /^[ -~]*$/.test(value) ? value : encodeValue(value))
  }
  return headers
}

function encodeHidden({ writeId, sha256 }: HiddenMetadata): S3Metadata {
  return {
    ...(writeId === undefined ? {} : { [hiddenWriteId]: writeId }),
    ...(sha256 === undefined ? {} : { [hiddenSha256]: sha256 }),
  }
}

function encodeUser(metadata: Metadata): S3Metadata {
  const entries = Object.entries(metadata)
  const each: S3Metadata = {}
  for (const [name, value] of entries) setOwn(each, encodeName(name), encodeValue(value))
  const bytes = storedBytes(each)
  const bytesMax = storedBytesMax - hiddenBytes
  if (entries.length <= namesMax && bytes <= bytesMax) return each
  const all = { [allName]: encodeAll(entries) }
  return storedBytes(all) <= bytesMax || storedBytes(all) < bytes ? all : each
}

function storedBytes(stored: S3Metadata): number {
  let bytes = 0
  for (const [name, value] of Object.entries(stored)) bytes += name.length + value.length
  return bytes
}

function encodeName(name: string): string {
  if (plainName.test(name) && !name.startsWith(hiddenLead)) return name
  return `0${name.replaceAll('-', '-d').replaceAll('_', '-u')}`
}

function decodeName(name: string): string {
  if (!name.startsWith('0')) return name
  const decoded = name.slice(1).replaceAll('-u', '_').replaceAll('-d', '-')
  return encodeName(decoded) === name ? decoded : name
}

function encodeValue(value: string): string {
  if (value === '') return emptyValue
  const isPlain = plainValue.test(value) && !value.includes('  ')
  if (isPlain && value !== emptyValue && !value.startsWith(valueMark)) return value
  return valueMark + Buffer.from(value).toString('base64url')
}

function decodeValue(value: string): string {
  if (value === emptyValue) return ''
  if (!value.startsWith(valueMark)) return value
  const decoded = Buffer.from(value.slice(valueMark.length), 'base64url').toString()
  return encodeValue(decoded) === value ? decoded : value
}

/** Names are ASCII, and values hold no line feed. */
function encodeAll(entries: readonly (readonly [string, string])[]): string {
  const parts = entries.flatMap(([name, value], at) => {
    const bytes = Buffer.from(name)
    bytes[bytes.length - 1]! |= 0x80
    return [...(at === 0 ? [] : [Buffer.from('\n')]), bytes, Buffer.from(value)]
  })
  return Buffer.concat(parts).toString('base64url')
}

function setAll(metadata: Record<string, string>, value: string): void {
  const entries = decodeAll(value)
  // Else it is not ours after all.
  if (encodeAll(entries) !== value) return setOwn(metadata, allName, value)
  for (const [name, text] of entries) setOwn(metadata, name, text)
}

function decodeAll(value: string): (readonly [string, string])[] {
  const bytes = Buffer.from(value, 'base64url')
  const entries: (readonly [string, string])[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0x0a, at)
    const entry = bytes.subarray(at, end === -1 ? bytes.length : end)
    const last = entry.findIndex((byte) => byte >= 0x80)
    if (last === -1) return []
    const name = Buffer.from(entry.subarray(0, last + 1))
    name[last]! &= 0x7f
    entries.push([name.toString(), entry.subarray(last + 1).toString()])
    at += entry.length + 1
  }
  return entries
}

/** Also for `__proto__`, which others may have written. */
function setOwn(target: Record<string, string>, name: string, value: string): void {
  Object.defineProperty(target, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  })
}
