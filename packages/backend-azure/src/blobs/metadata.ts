/**
 * Metadata as Azure's: names are C# identifiers whatever their case, values are ASCII header text.
 *
 * ```
 * name    author          as it is, unless it holds "-" or begins with "aos__"
 *         write-id        aos__write_did         "-" is "_d", "_" is "_u" behind the mark
 * value   plain ASCII     as it is, unless it is empty, begins with "=u8?", or holds two spaces
 *         anything else   =u8?<base64url of its UTF-8>
 * over 100 names          aos__all: base64url of all, name LF value LF name ...
 * ```
 *
 * Invariant: `decode(encode(metadata))` is `metadata`; what others wrote is shown as it is.
 *
 * https://learn.microsoft.com/rest/api/storageservices/setting-and-retrieving-properties-and-metadata-for-blob-resources
 */
import type { Metadata } from '@aos-storage/core'

const mark = 'aos__'
const valueMark = '=u8?'
const allName = 'aos__all'
/** Beside the user's metadata, and never shown: the id of the conditional write that made it. */
export const hiddenWriteId = 'aos__wid'

/** The one name that all objects have; emulators add the value to what they inherit. */
const inherited = 'constructor'
/** More headers than this would not fit into the head of an answer, nor into Azure's 8 KiB. */
const namesMax = 100
const plainValue = /^[!-~](?:[ -~]*[!-~])?$/

/** Azure's metadata, by name. */
export type AzureMetadata = Record<string, string>

/** @param writeId Kept beside it, hidden. */
export function encodeMetadata(metadata: Metadata, writeId?: string): AzureMetadata {
  const hidden = writeId === undefined ? {} : { [hiddenWriteId]: writeId }
  const entries = Object.entries(metadata)
  // Neither names nor values hold a line feed.
  if (entries.length > namesMax)
    return { ...hidden, [allName]: toBase64(entries.flat().join('\n')) }
  const encoded = entries.map(([name, value]) => [encodeName(name), encodeValue(value)] as const)
  return { ...hidden, ...Object.fromEntries(encoded) }
}

export function decodeMetadata(stored: AzureMetadata | undefined): Metadata {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(stored ?? {})) {
    if (name === hiddenWriteId) continue
    if (name === allName) Object.assign(metadata, decodeAll(value))
    else setOwn(metadata, decodeName(name), decodeValue(value))
  }
  return metadata
}

function encodeName(name: string): string {
  if (!name.includes('-') && !name.startsWith(mark) && name !== inherited) return name
  return mark + name.replaceAll('_', '_u').replaceAll('-', '_d')
}

function decodeName(name: string): string {
  if (!name.startsWith(mark)) return name
  const decoded = name.slice(mark.length).replaceAll('_d', '-').replaceAll('_u', '_')
  return encodeName(decoded) === name ? decoded : name
}

function encodeValue(value: string): string {
  const isPlain = plainValue.test(value) && !value.includes('  ') && !value.startsWith(valueMark)
  return isPlain ? value : valueMark + toBase64(value)
}

function decodeValue(value: string): string {
  if (!value.startsWith(valueMark)) return value
  const decoded = Buffer.from(value.slice(valueMark.length), 'base64url').toString()
  return encodeValue(decoded) === value ? decoded : value
}

function decodeAll(value: string): Metadata {
  const parts = Buffer.from(value, 'base64url').toString().split('\n')
  const metadata: Record<string, string> = {}
  for (let at = 0; at + 1 < parts.length; at += 2) setOwn(metadata, parts[at]!, parts[at + 1]!)
  // Else it is not ours after all.
  const isOurs = encodeMetadata(metadata)[allName] === value
  return isOurs ? metadata : { [allName]: value }
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64url')
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
