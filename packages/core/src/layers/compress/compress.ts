/**
 * The layer that stores bodies compressed, in frames that can be read one by one.
 *
 * What it does not take, and what does not shrink, is kept as it is; what it reads is told by the
 * object's mark, and not by its options. So it can be put around a store that has objects already.
 */
import { assertInteger, assertOptions, describe } from '../../options.ts'
import { FramedBackend } from '../framed/backend.ts'
import { type FrameForm, frameBytesMax, frameBytesMin } from '../framed/form.ts'
import { defineLayer, type Layer } from '../layer.ts'
import {
  algorithmTraits,
  type CompressionAlgorithm,
  compressionAlgorithms,
  decoderOf,
} from './algorithms.ts'
import { type ContentTypes, contentTypeTest } from './content-types.ts'
import {
  compressMarkBytesMax,
  compressMarkName,
  formatCompressMark,
  parseCompressMark,
} from './mark.ts'

/** How {@link compress} writes. Reading needs none of it. */
export interface CompressOptions {
  /** Default `'zstd'`: as small as gzip, and several times as fast. */
  readonly algorithm?: CompressionAlgorithm | undefined
  /** Higher is smaller and slower. Defaults: zstd 3 of 22, gzip 6 of 9, brotli 4 of 11. */
  readonly level?: number | undefined
  /** Shorter bodies are stored as they are. Default 1 KiB. */
  readonly bytesMin?: number | undefined
  /** Which types are compressed. Default: all but those known to be compressed already. */
  readonly contentTypes?: ContentTypes | undefined
  /**
   * Raw bytes of a frame: what a range read decodes at least. Larger ones shrink a little better.
   * Default 256 KiB; 1 KiB to 16 MiB.
   */
  readonly frameBytes?: number | undefined
  /**
   * A body whose first frame does not shrink to this share is stored as it is. Default 0.9.
   */
  readonly ratioMax?: number | undefined
}

const optionNames: ReadonlySet<string> = new Set([
  ...['algorithm', 'level', 'bytesMin', 'contentTypes', 'frameBytes', 'ratioMax'],
])

const frameBytesDefault = 256 * 1024
const bytesMinDefault = 1024
const ratioMaxDefault = 0.9

/**
 * Compresses bodies on their way to the store. Ranges of compressed objects are read without what
 * lies before them.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function compress(options: CompressOptions = {}): Layer {
  const form = compressForm(options)
  return defineLayer({
    name: 'compress',
    wrap: (inner) => new FramedBackend(inner, form, 'compress'),
    outsideOf: [
      { layer: 'encrypt', because: 'what is encrypted does not compress any more' },
      {
        layer: 'compress',
        because:
          'the inner one takes the marks of the outer one off: bodies would be read compressed',
      },
    ],
    insideOf: [
      {
        layer: 'validate',
        because: 'what is compressed cannot be checked against a schema',
      },
    ],
  })
}

function compressForm(options: CompressOptions): FrameForm {
  assertOptions(options, optionNames, 'compress')
  const { algorithm = 'zstd', bytesMin = bytesMinDefault, ratioMax = ratioMaxDefault } = options
  if (!compressionAlgorithms.includes(algorithm)) {
    throw new TypeError(`compress: algorithm is one of ${compressionAlgorithms.join(', ')}`)
  }
  const { levelMin, levelMax, levelDefault, codec } = algorithmTraits[algorithm]
  const { level = levelDefault, frameBytes = frameBytesDefault } = options
  assertInteger(level, 'compress: level', levelMin, levelMax)
  assertInteger(bytesMin, 'compress: bytesMin', 0, Number.MAX_SAFE_INTEGER)
  assertInteger(frameBytes, 'compress: frameBytes', frameBytesMin, frameBytesMax)
  if (typeof ratioMax !== 'number' || !(ratioMax > 0 && ratioMax <= 1)) {
    throw new TypeError(
      `compress: ratioMax is a share above 0, at most 1, not ${describe(ratioMax)}`,
    )
  }
  const isTaken = contentTypeTest(options.contentTypes)
  return {
    markName: compressMarkName,
    markBytesMax: compressMarkBytesMax,
    frameBytes,
    codec: codec(level),
    bytesMin: Math.max(1, bytesMin),
    shareMax: ratioMax,
    takes: ({ contentType }) => isTaken(contentType),
    isIndexless: (size) => size <= frameBytes,
    mark: ({ size }) => formatCompressMark({ algorithm, frameBytes, size }),
    shapeOf(mark) {
      const { size, ...shape } = parseCompressMark(mark)
      return {
        codec: decoderOf(shape.algorithm),
        frameBytes: shape.frameBytes,
        size,
        hasIndex: size === undefined || size > shape.frameBytes,
        check: undefined,
      }
    },
    unmarkedFault: undefined,
  }
}
