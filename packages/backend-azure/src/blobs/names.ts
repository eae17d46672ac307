/**
 * Keys as blob names.
 *
 * Invariant: every legal key has one name, every name that this makes has one key, and among the
 * coded names, as among the plain ones, the order of names is the order of keys.
 *
 * ```
 * plain   <prefix> <key>                         what Azure holds unharmed: nearly every key
 * coded   <prefix> .aos/k/ <code of the key>     the others: backslash, segment that ends with a
 *                                                dot, private use, over 254 segments, ".aos/k/..."
 * ```
 *
 * The code is the key's UTF-8, 14 bits a character from U+4E00 on, so that 1,024 bytes take 586
 * characters. See `docs/formats/azure-blob-names.md`.
 *
 * https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
 */

/** Where coded names begin, behind the store's prefix. */
export const codedLead = '.aos/k/'

/** Azure takes as many segments. */
const segmentsMax = 254
const bitsPerCharacter = 14
const firstCharacter = 0x4e00

/** Azure turns a backslash into a slash, and drops the dots that end a segment. */
const changedByAzure = /\\|\.(?:\/|$)/
/** Not to be used in names, by Azure's documentation; and what no XML answer can carry. */
const refusedByAzure = /[\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff]/
const nonCharacter =
  /[\u{1fffe}\u{1ffff}\u{2fffe}\u{2ffff}\u{3fffe}\u{3ffff}\u{4fffe}\u{4ffff}\u{5fffe}\u{5ffff}\u{6fffe}\u{6ffff}\u{7fffe}\u{7ffff}\u{8fffe}\u{8ffff}\u{9fffe}\u{9ffff}\u{afffe}\u{affff}\u{bfffe}\u{bffff}\u{cfffe}\u{cffff}\u{dfffe}\u{dffff}\u{efffe}\u{effff}\u{ffffe}\u{fffff}\u{10fffe}\u{10ffff}]/u

/** True for text that a plain name may hold anywhere: no other is sent as a prefix or start. */
export function isPlainText(text: string): boolean {
  return !text.includes('\\') && !refusedByAzure.test(text) && !nonCharacter.test(text)
}

/** Names below one prefix of a container. */
export class BlobNames {
  /** Empty, or a folder with its slash: `tenant/a/`. */
  readonly prefix: string
  /** What all coded names begin with. */
  readonly codedStart: string

  constructor(prefix: string) {
    this.prefix = prefix
    this.codedStart = prefix + codedLead
  }

  /** The name of a key's blob. Foreign keys are names as they are, but for the prefix. */
  nameOf(key: string): string {
    const name = this.prefix + key
    return isPlain(key, name) ? name : this.codedStart + toCode(Buffer.from(key))
  }

  /** The key of a blob, or undefined when the name lies outside, or is no code that we made. */
  keyOf(name: string): string | undefined {
    if (!name.startsWith(this.prefix)) return undefined
    if (!name.startsWith(this.codedStart)) return name.slice(this.prefix.length)
    const key = fromCode(name.slice(this.codedStart.length))
    return key !== undefined && this.nameOf(key) === name ? key : undefined
  }

  /** What coded names of keys with this start begin with, and perhaps those of a few others. */
  codedPrefixOf(keyPrefix: string): string {
    const bytes = Buffer.from(keyPrefix)
    const whole = Math.floor((bytes.byteLength * 8) / bitsPerCharacter)
    return this.codedStart + toCode(bytes).slice(0, whole)
  }

  /** The coded name at which keys from `key` on begin, whether `key` needs a code or not. */
  codedFrom(key: string): string {
    return this.codedStart + toCode(Buffer.from(key))
  }
}

function isPlain(key: string, name: string): boolean {
  if (changedByAzure.test(name) || refusedByAzure.test(name)) return false
  if (key.startsWith(codedLead)) return false
  return !hasManySegments(name) && !nonCharacter.test(name)
}

function hasManySegments(name: string): boolean {
  if (name.length < segmentsMax * 2) return false
  let slashes = 0
  for (let at = name.indexOf('/'); at !== -1; at = name.indexOf('/', at + 1)) slashes++
  return slashes >= segmentsMax
}

/** Bytes as characters; zero bits fill the last one, and come before every byte of a key. */
function toCode(bytes: Uint8Array): string {
  const units: number[] = []
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    if (bits < bitsPerCharacter) continue
    bits -= bitsPerCharacter
    units.push(firstCharacter + (held >> bits))
    held &= (1 << bits) - 1
  }
  if (bits > 0) units.push(firstCharacter + (held << (bitsPerCharacter - bits)))
  return String.fromCharCode(...units)
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function fromCode(code: string): string | undefined {
  const bytes: number[] = []
  let held = 0
  let bits = 0
  for (let at = 0; at < code.length; at++) {
    const value = code.charCodeAt(at) - firstCharacter
    if (value < 0 || value >= 1 << bitsPerCharacter) return undefined
    held = (held << bitsPerCharacter) | value
    bits += bitsPerCharacter
    while (bits >= 8) {
      bits -= 8
      bytes.push(held >> bits)
      held &= (1 << bits) - 1
    }
  }
  // A whole byte of filling; no key holds a NUL.
  if (bytes.at(-1) === 0) bytes.pop()
  try {
    return utf8.decode(Uint8Array.from(bytes))
  } catch {
    return undefined
  }
}
