/** The names under which downloads are saved (RFC 6266, RFC 8187). */

/**
 * What a file name must not hold: separators, controls, and the marks that turn the direction of
 * text, with which a name can hide its true ending.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\\/\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/** Endings of types that run nowhere, for names that have none. */
const endings: ReadonlyMap<string, string> = new Map([
  ['application/json', '.json'],
  ['application/cbor', '.cbor'],
  ['text/plain', '.txt'],
])

/**
 * `Content-Disposition` for the object of a key: always a download, named as its last segment, with
 * the ending of its content type where that has none.
 */
export function attachment(key: string, contentType = ''): string {
  const segment = fileName(key)
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const name = segment.includes('.') ? segment : `${segment}${endings.get(type) ?? ''}`
  // Within the quotes: no quote, no backslash, no "%", which some read as an escape.
  const plain = name.replaceAll(/[^ !#$&-[\]-~]/gu, '_')
  const extended = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${extended}`
}

function fileName(key: string): string {
  const segment = key.slice(key.lastIndexOf('/') + 1)
  const name = segment.toWellFormed().replaceAll(unsafe, '_').trim()
  return /^\.*$/.test(name) ? 'object' : name
}
