/**
 * The contract, by the kit: files behind a rule that everything satisfies, so that each body is
 * held and looked at. Only what such a body can change; rules that match nothing are in
 * `handed-on.conformance`.
 */
import { type Codec, type StandardSchema, validate } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { ofBodies } from './support/groups.ts'
import { fileHarness } from './support/store.ts'

const anything: StandardSchema = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) },
}

/** Bodies of the kit are patterns: they are read as the bytes that they are. */
const raw: Codec = {
  contentType: [
    ...['text/plain', 'text/html', 'text/css', 'application/json', 'application/vnd.api+json'],
    ...['text/x-bytes', 'text/x-stream', 'text/x-large-stream'],
    ...Array.from({ length: 200 }, (_, at) => `text/x-v${at}`),
  ],
  encode: (value) => value as Uint8Array,
  decode: (bytes) => bytes,
}

registerConformance(
  { describe, it, afterAll },
  {
    ...fileHarness('file behind a rule that all satisfies', { durability: 'none' }, [
      validate([{ keys: () => true, schema: anything }], {
        codecs: [raw],
        bytesMax: 256 * 1024 ** 2,
      }),
    ]),
    skip: { 'handle/constant-memory': 'bodies under a rule are held in memory' },
  },
  { filter: ofBodies },
)
