/** The kit on memory behind rules that match nothing, and behind one that lets everything pass. */
import { z } from 'zod'
import { validate } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'
import { rawCodec } from './support/raw-codec.ts'

registerLayers('memory behind rules for other keys', () => [
  validate({ 'no-such-folder/**': z.object({}) }),
])
registerLayers('memory behind a rule that everything satisfies', () => [
  validate([{ keys: () => true, schema: z.any() }], {
    codecs: [rawCodec],
    bytesMax: 64 * 1024 ** 2,
  }),
])
