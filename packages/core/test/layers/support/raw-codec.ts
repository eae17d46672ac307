/** Reads the types that the kit writes as the bytes that they are: its bodies are patterns. */
import type { Codec } from '../../../src/index.ts'

const versions = Array.from({ length: 200 }, (_, at) => `text/x-v${at}`)
const kinds = ['bytes', 'stream', 'large-stream'].map((kind) => `text/x-${kind}`)

export const rawCodec: Codec = {
  contentType: [
    ...['text/plain', 'text/html', 'text/css', 'application/json', 'application/vnd.api+json'],
    ...versions,
    ...kinds,
  ],
  encode: (value) => value as Uint8Array,
  decode: (bytes) => bytes,
}
