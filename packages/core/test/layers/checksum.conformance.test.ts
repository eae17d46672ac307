/** The contract behind `checksum`: every algorithm in small blocks, and the defaults. */
import { checksum, checksumAlgorithms, compress } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

registerLayers('memory behind checksum', () => [checksum()])

for (const algorithm of checksumAlgorithms) {
  registerLayers(`memory behind checksum, ${algorithm} of blocks of 4 KiB`, () => [
    checksum({ algorithm, blockBytes: 4096 }),
  ])
}

const blocks = { blockBytes: 4096 }
const frames = { frameBytes: 4096, bytesMin: 0 }
registerLayers('memory behind checksum of what is compressed', () => [
  compress(frames),
  checksum(blocks),
])
registerLayers('memory behind checksum and compress', () => [checksum(blocks), compress(frames)])
