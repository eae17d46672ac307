/** The rules for keys, as the storage has them: so that a person is told before a byte is sent. */

/** In UTF-8. */
const keyBytesMax = 1024

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/

const encoder = new TextEncoder()

/** The rule that a key breaks, as the rest of a sentence, or undefined when it is legal. */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'is empty; give it at least one character'
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

/** As {@link keyFault}, for a prefix that ends in `/`. */
export function prefixFault(prefix: string): string | undefined {
  if (prefix === '') return undefined
  if (!prefix.endsWith('/')) return 'does not end with "/"'
  // With any name behind it, it must be a key.
  return keyFault(`${prefix}x`)
}

function textFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'holds half of a character; it has no UTF-8 form'
  if (controlCharacter.test(text)) return 'holds a control character; drop it'
  const bytes = encoder.encode(text).byteLength
  return bytes > keyBytesMax ? `is ${bytes} bytes long; at most ${keyBytesMax} fit` : undefined
}
