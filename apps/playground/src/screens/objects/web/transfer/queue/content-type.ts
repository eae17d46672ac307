/** The content type of a file: by its extension, so that it is the same on every system. */

const types: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
  txt: 'text/plain; charset=utf-8',
  log: 'text/plain; charset=utf-8',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  htm: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  pdf: 'application/pdf',
  gz: 'application/gzip',
  tar: 'application/x-tar',
  zip: 'application/zip',
  parquet: 'application/vnd.apache.parquet',
  wasm: 'application/wasm',
  cbor: 'application/cbor',
  bin: 'application/octet-stream',
}

/** Longer ones are no content types that a server takes. */
const typeLengthMax = 255
/** As RFC 9110 writes it, without parameters; systems call files whatever programs told them. */
const mediaType = /^[\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+$/

/** What the extension says, else what the browser says, else bytes. */
export function contentTypeOf({ name, type }: Pick<File, 'name' | 'type'>): string {
  const extension = /\.([a-z\d]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  if (Object.hasOwn(types, extension)) return types[extension]!
  const isKnown = type.length <= typeLengthMax && mediaType.test(type)
  return isKnown ? type : 'application/octet-stream'
}
