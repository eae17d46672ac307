/** The conformance kit through the fallback layer, with a primary that is there. */
import { fallback, MemoryStorageBackend } from '../../src/index.ts'
import { seededRandom } from '../../src/testing/index.ts'
import { deafPrimary } from './support/deaf-primary.ts'
import { registerLayers } from './support/kit.ts'

const spare = (): MemoryStorageBackend =>
  new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })

registerLayers('memory behind a fallback for reads', () => [fallback(spare())])

registerLayers('memory behind a fallback for writes', () => [
  fallback({ name: 'spare', backend: spare() }, { writes: 'fallback' }),
])

registerLayers('memory behind a mirror that takes writes', () => [
  fallback({ name: 'spare', backend: spare() }, { writes: 'fallback', mirror: true }),
])

const skip = {
  'condition/late-decision': 'a plain write fails while a conditional one of its key is under way',
  'race/mixed-writers': 'a plain write fails while a conditional one of its key is under way',
  'copy/all-of-it': 'the copy settles its source, which gets the etag that it has at the primary',
  'key/foreign': 'whether there was an object that only the primary has is not known in an outage',
}

// Everything that is written waits in the journal, until a condition or a copy settles it.
registerLayers(
  'memory that is away for every plain write',
  () => [
    fallback({ name: 'spare', backend: spare() }, { writes: 'fallback', reconcile: 'by-hand' }),
    deafPrimary(),
  ],
  { skip },
)

registerLayers(
  'memory that is away for half of the plain writes',
  () => {
    const random = seededRandom(7)
    const layer = fallback(
      { name: 'spare', backend: spare() },
      { writes: 'fallback', reconcile: 'by-hand', mirror: true, clockSkewMsMax: 0 },
    )
    return [layer, deafPrimary(() => random.next() < 0.5)]
  },
  { skip },
)
