/** The contract behind `checksum`: the defaults, small blocks, and beside `compress`. */
import { checksum, compress } from '../../src/index.ts'
import { registerLayers } from './support/kit.ts'

const blocks = { blockBytes: 4096 }
const frames = { frameBytes: 4096, bytesMin: 0, level: 1 }

registerLayers('memory behind checksum', () => [checksum()])
registerLayers('memory behind checksum of blocks of 4 KiB', () => [checksum(blocks)])
registerLayers('memory behind checksum of what is compressed', () => [
  compress(frames),
  checksum({ ...blocks, algorithm: 'crc32' }),
])
