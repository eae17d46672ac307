/** The contract behind `compress`: every algorithm in small frames, and the defaults. */
import { compress, compressionAlgorithms } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

registerLayers('memory behind compress', () => [compress()])

for (const algorithm of compressionAlgorithms) {
  registerLayers(`memory behind compress, ${algorithm} in frames of 4 KiB`, () => [
    compress({ algorithm, level: 1, frameBytes: 4096, bytesMin: 0, ratioMax: 1 }),
  ])
}
