/**
 * The mark of a compressed object: `1,zstd,262144` and, where it was known in time, `,size`.
 *
 * Byte by byte in docs/formats/compressed-objects.md.
 */
import { StorageError } from '../../errors.ts'
import { corrupt } from '../framed/faults.ts'
import { frameBytesMax, frameBytesMin } from '../framed/form.ts'
import { type CompressionAlgorithm, compressionAlgorithms } from './algorithms.ts'

/** Metadata name of the mark. */
export const compressMarkName = 'aos-compress'

/** The longest: `1,brotli,16777216,9007199254740991`. */
export const compressMarkBytesMax = 34

const markPattern = /^(\d{1,4}),([a-z0-9]{1,16}),([1-9]\d{0,8})(?:,(0|[1-9]\d{0,15}))?$/

/** What a mark tells. */
export interface CompressMark {
  readonly algorithm: CompressionAlgorithm
  readonly frameBytes: number
  readonly size: number | undefined
}

export function formatCompressMark({ algorithm, frameBytes, size }: CompressMark): string {
  return `1,${algorithm},${frameBytes}${size === undefined ? '' : `,${size}`}`
}

/** @throws StorageError `CORRUPT` for none, `UNSUPPORTED` for one of a later version. */
export function parseCompressMark(mark: string): CompressMark {
  const [version = '', algorithm = '', frames = '', size] = markPattern.exec(mark)?.slice(1) ?? []
  if (version === '') throw corrupt(`its ${compressMarkName} mark means nothing`)
  const isKnown = compressionAlgorithms.includes(algorithm as CompressionAlgorithm)
  if (version !== '1' || !isKnown) {
    const what = `it was compressed as "${version},${algorithm}", which this version does not know`
    throw new StorageError('UNSUPPORTED', what)
  }
  const frameBytes = Number(frames)
  const sizeOf = size === undefined ? undefined : Number(size)
  const isSound = frameBytes >= frameBytesMin && frameBytes <= frameBytesMax
  if (!isSound || (sizeOf !== undefined && !Number.isSafeInteger(sizeOf))) {
    throw corrupt(`its ${compressMarkName} mark tells sizes that cannot be`)
  }
  return { algorithm: algorithm as CompressionAlgorithm, frameBytes, size: sizeOf }
}
