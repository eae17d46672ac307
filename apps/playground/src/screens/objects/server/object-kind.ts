/** How an object can be looked at: its content type says it, or else its first bytes. */
import { rasterType } from './image-type.ts'
import type { ObjectKind } from './wire.ts'

/** Text types outside `text/`, without those that end in `+json` or `+xml`. */
const textTypes: ReadonlySet<string> = new Set([
  'application/ecmascript',
  'application/graphql',
  'application/javascript',
  'application/jsonl',
  'application/ndjson',
  'application/sql',
  'application/toml',
  'application/x-ndjson',
  'application/x-sh',
  'application/x-yaml',
  'application/xml',
  'application/yaml',
])
const imageTypes: ReadonlySet<string> = new Set(
  ['png', 'jpeg', 'gif', 'webp', 'avif', 'bmp', 'svg+xml'].map((name) => `image/${name}`),
)
/** Types whose bytes nobody needs to look at: they are no text. */
const binaryType = /^(?:audio|video|font|image)\//

/** The media type without its parameters. */
function essenceOf(contentType: string): string {
  return (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()
}

/** True for what is to be parsed as JSON. */
export function isJsonType(contentType: string): boolean {
  const essence = essenceOf(contentType)
  return essence === 'application/json' || essence.endsWith('+json')
}

/** What the content type alone says; undefined when the bytes must be looked at. */
export function kindOfType(contentType: string): ObjectKind | undefined {
  const essence = essenceOf(contentType)
  if (isJsonType(essence)) return 'json'
  if (essence === 'application/cbor') return 'value'
  if (imageTypes.has(essence)) return 'image'
  if (essence.startsWith('text/') || textTypes.has(essence) || essence.endsWith('+xml')) {
    return 'text'
  }
  return undefined
}

/**
 * @param head The first bytes of the object.
 * @param isWhole They are all that there are.
 */
export function kindOf(contentType: string, head: Uint8Array, isWhole: boolean): ObjectKind {
  const told = kindOfType(contentType)
  if (told !== undefined) return told
  if (rasterType(head) !== undefined) return 'image'
  if (binaryType.test(essenceOf(contentType))) return 'binary'
  return isText(head, isWhole) ? 'text' : 'binary'
}

/** UTF-8 without the control characters that no text has. */
function isText(head: Uint8Array, isWhole: boolean): boolean {
  try {
    // The head may end within a character, unless it is the whole.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: !isWhole })
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\u007f]/.test(text)
  } catch {
    return false
  }
}
