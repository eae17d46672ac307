/** The kit on memory behind rules that match nothing, and behind one that lets everything pass. */
import { z } from 'zod'
import { type Codec, validate } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

/** Bodies of the kit are pattern bytes under types of text: they are read as they are. */
const raw: Codec = {
  contentType: [
    'text/plain',
    'application/json',
    'application/cbor',
    'text/html',
    'text/css',
    'application/vnd.api+json',
  ],
  encode: (value) => value as Uint8Array,
  decode: (bytes) => bytes,
}

registerLayers('memory behind rules for other keys', () => [
  validate({ 'no-such-folder/**': z.object({}) }),
])
registerLayers('memory behind a rule that everything satisfies', () => [
  validate([{ keys: () => true, schema: z.any() }], { codecs: [raw], bytesMax: 64 * 1024 ** 2 }),
])
