/**
 * Forms: how one object may lie on disk, told by the end of its file name.
 *
 *   agent_configs/ceo      application/json             agent_configs/ceo.json
 *   notes/today            text/plain; charset=utf-8    notes/today.txt
 *   models/ceo_adapter     application/octet-stream     models/ceo_adapter.bin
 *   state/session          application/cbor             state/session.cbor
 *   logo.png               image/png                    logo.png            (native)
 *   anything else, or with user metadata                KEY.aos             (envelope)
 *
 * Invariant: one key has one current form. While a change of form is under way, or after a crash
 * in it, two may exist: then the one with the lower rank is the object, for every reader.
 */
import type { Metadata } from '@aos-storage/core'

/** How an object lies on disk. `plain` is a dropped file whose extension means nothing to us. */
export type Form = 'json' | 'txt' | 'bin' | 'cbor' | 'aos' | 'native' | 'plain'

/** Content types that have an extension of their own, added to the key. */
const suffixTypes = {
  json: 'application/json',
  txt: 'text/plain; charset=utf-8',
  bin: 'application/octet-stream',
  cbor: 'application/cbor',
} as const

/** The added extensions in order of rank. */
export const suffixForms: readonly ('json' | 'txt' | 'bin' | 'cbor' | 'aos')[] = [
  'json',
  'txt',
  'bin',
  'cbor',
  'aos',
]

/** Extensions that say their own content type, when the key itself ends so. Frozen: version 1. */
const nativeTypes: ReadonlyMap<string, string> = new Map([
  ['avif', 'image/avif'],
  ['css', 'text/css'],
  ['csv', 'text/csv'],
  ['gif', 'image/gif'],
  ['gz', 'application/gzip'],
  ['htm', 'text/html'],
  ['html', 'text/html'],
  ['ico', 'image/vnd.microsoft.icon'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['js', 'text/javascript'],
  ['md', 'text/markdown'],
  ['mp3', 'audio/mpeg'],
  ['mp4', 'video/mp4'],
  ['ndjson', 'application/x-ndjson'],
  ['ogg', 'audio/ogg'],
  ['parquet', 'application/vnd.apache.parquet'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['svg', 'image/svg+xml'],
  ['tar', 'application/x-tar'],
  ['ttf', 'font/ttf'],
  ['wasm', 'application/wasm'],
  ['wav', 'audio/wav'],
  ['webm', 'video/webm'],
  ['webp', 'image/webp'],
  ['woff2', 'font/woff2'],
  ['xml', 'application/xml'],
  ['yaml', 'application/yaml'],
  ['yml', 'application/yaml'],
  ['zip', 'application/zip'],
])

const extension = /\.([a-z0-9]+)$/

/** The content type that the end of a key names, or undefined. */
function nativeType(key: string): string | undefined {
  const match = extension.exec(key)
  return match === null ? undefined : nativeTypes.get(match[1]!)
}

/** True when a name ends in a way that means a file here, so that no folder may end so. */
export function endsLikeFile(name: string): boolean {
  const match = extension.exec(name)
  if (match === null) return false
  return nativeTypes.has(match[1]!) || (suffixForms as readonly string[]).includes(match[1]!)
}

/** The form in which an object is written under a key whose file name begins with `stem`. */
export function formOf(
  stem: string,
  segment: string,
  contentType: string,
  metadata: Metadata,
): Form {
  for (const _ in metadata) return 'aos'
  switch (contentType) {
    case suffixTypes.json:
      return 'json'
    case suffixTypes.txt:
      return 'txt'
    case suffixTypes.bin:
      return 'bin'
    case suffixTypes.cbor:
      return 'cbor'
    default:
      return isNative(stem) && nativeType(segment) === contentType ? 'native' : 'aos'
  }
}

/** The content type of an object in this form; an envelope tells its own. */
export function typeOf(form: Exclude<Form, 'aos'>, key: string): string {
  if (form === 'native') return nativeType(key) ?? suffixTypes.bin
  return form === 'plain' ? suffixTypes.bin : suffixTypes[form]
}

/** True when a file named `stem`, with nothing added, would be read as a native form. */
function isNative(stem: string): boolean {
  return splitName(stem).form === 'native'
}

/** Splits a file name into the name of its segment and its form. */
export function splitName(name: string): { readonly stem: string; readonly form: Form } {
  const dot = name.lastIndexOf('.')
  if (dot > 0) {
    const end = name.slice(dot + 1) as (typeof suffixForms)[number]
    if (suffixForms.includes(end)) return { stem: name.slice(0, dot), form: end }
    if (nativeTypes.has(end)) return { stem: name, form: 'native' }
  }
  return { stem: name, form: 'plain' }
}
