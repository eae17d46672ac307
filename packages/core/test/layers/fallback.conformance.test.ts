/** The conformance kit through the fallback layer, with a primary that is there. */
import { fallback, MemoryStorageBackend } from '../../src/index.ts'
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
