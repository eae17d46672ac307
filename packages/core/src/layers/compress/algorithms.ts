/** What can be chosen, and what it costs. */
import type { FrameCodec } from '../framed/form.ts'
import { brotliCodec } from './brotli-codec.ts'
import { gzipCodec } from './gzip-codec.ts'
import { zstdCodec } from './zstd-codec.ts'

/** Algorithms that objects can be compressed with. */
export const compressionAlgorithms = ['zstd', 'gzip', 'brotli'] as const

/** One of {@link compressionAlgorithms}. */
export type CompressionAlgorithm = (typeof compressionAlgorithms)[number]

interface AlgorithmTraits {
  readonly levelMin: number
  readonly levelMax: number
  readonly levelDefault: number
  readonly codec: (level: number) => FrameCodec
}

/** Levels as the algorithm counts them: higher is smaller, slower and takes more memory. */
export const algorithmTraits: Readonly<Record<CompressionAlgorithm, AlgorithmTraits>> = {
  zstd: { levelMin: 1, levelMax: 22, levelDefault: 3, codec: zstdCodec },
  gzip: { levelMin: 1, levelMax: 9, levelDefault: 6, codec: gzipCodec },
  brotli: { levelMin: 0, levelMax: 11, levelDefault: 4, codec: brotliCodec },
}

/** A codec that only reads: the level of what was written does not matter. */
export function decoderOf(algorithm: CompressionAlgorithm): FrameCodec {
  return decoders[algorithm]
}

const decoders: Readonly<Record<CompressionAlgorithm, FrameCodec>> = {
  zstd: zstdCodec(algorithmTraits.zstd.levelDefault),
  gzip: gzipCodec(algorithmTraits.gzip.levelDefault),
  brotli: brotliCodec(algorithmTraits.brotli.levelDefault),
}
