/**
 * The layer that keeps a digest with each body, and checks it whenever the body is read.
 *
 * A body of one block is stored as it is, its digest in the metadata; a longer one in blocks, with
 * a table of their digests behind it, so that each range is checked too.
 */
import { assertInteger, assertOptions } from '../../options.ts'
import { FramedBackend } from '../framed/backend.ts'
import { corrupt } from '../framed/faults.ts'
import {
  type FrameCodec,
  type FrameForm,
  frameBytesMax,
  frameBytesMin,
  type FrameShape,
} from '../framed/form.ts'
import { defineLayer, type Layer } from '../layer.ts'
import { type ChecksumAlgorithm, checksumAlgorithms, digests } from './digest.ts'
import { blockCodec, digestTableBytes } from './digest-table.ts'
import {
  type ChecksumMark,
  checksumMarkBytesMax,
  checksumMarkName,
  formatChecksumMark,
  parseChecksumMark,
} from './mark.ts'

/** How {@link checksum} writes, and what it does about objects without one. */
export interface ChecksumOptions {
  /** Default `'sha256'`. `'crc32'` finds accidents, and no forgeries. */
  readonly algorithm?: ChecksumAlgorithm | undefined
  /**
   * Bytes of a block: longer bodies get a table of digests behind them, and a range read reads and
   * checks whole blocks. Default 256 KiB; 1 KiB to 16 MiB.
   */
  readonly blockBytes?: number | undefined
  /**
   * Objects that have no checksum: `'accept'` reads them as they are, `'refuse'` is `CORRUPT`.
   * Default `'accept'`.
   */
  readonly missing?: 'accept' | 'refuse' | undefined
}

const optionNames: ReadonlySet<string> = new Set(['algorithm', 'blockBytes', 'missing'])

const blockBytesDefault = 256 * 1024

/**
 * Computes a digest of each body while it is written, and checks it while it is read: what was
 * damaged in between is `CORRUPT`.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing.
 */
export function checksum(options: ChecksumOptions = {}): Layer {
  const form = checksumForm(options)
  return defineLayer({
    name: 'checksum',
    wrap: (inner) => new FramedBackend(inner, form, 'checksum'),
    outsideOf: [
      {
        layer: 'checksum',
        because: 'the inner one takes the marks of the outer one off: bodies would get digests',
      },
    ],
  })
}

function checksumForm(options: ChecksumOptions): FrameForm {
  assertOptions(options, optionNames, 'checksum')
  const { algorithm = 'sha256', blockBytes = blockBytesDefault, missing } = options
  if (!checksumAlgorithms.includes(algorithm)) {
    throw new TypeError(`checksum: algorithm is one of ${checksumAlgorithms.join(', ')}`)
  }
  assertInteger(blockBytes, 'checksum: blockBytes', frameBytesMin, frameBytesMax)
  if (missing !== undefined && missing !== 'accept' && missing !== 'refuse') {
    throw new TypeError('checksum: missing is "accept" or "refuse"')
  }
  return {
    markName: checksumMarkName,
    markBytesMax: checksumMarkBytesMax,
    frameBytes: blockBytes,
    codec: codecs[algorithm],
    bytesMin: 0,
    shareMax: Infinity,
    takes: () => true,
    isIndexless: (size) => size <= blockBytes,
    mark: ({ size, check }) =>
      formatChecksumMark(
        check === undefined || size === undefined
          ? { algorithm, blockBytes }
          : { algorithm, size, digest: check },
      ),
    shapeOf: (mark, storedBytes) => shapeOf(parseChecksumMark(mark), storedBytes),
    unmarkedFault:
      missing === 'refuse'
        ? 'it has no checksum; write it again through this layer, or set missing: "accept"'
        : undefined,
  }
}

function shapeOf(mark: ChecksumMark, storedBytes: number): FrameShape {
  const { algorithm } = mark
  const codec = codecs[algorithm]
  if ('digest' in mark) {
    const { size, digest } = mark
    if (size !== storedBytes) throw corrupt(`it has ${storedBytes} bytes instead of ${size}`)
    return { codec, frameBytes: Math.max(1, size), size, hasIndex: false, check: digest }
  }
  const { blockBytes } = mark
  const { bytes: digestBytes } = digests[algorithm]
  // Each whole block takes its bytes and a digest: so the stored size tells how many there are.
  const rest = storedBytes - digestTableBytes(0, algorithm)
  const blocks = Math.ceil(rest / (blockBytes + digestBytes))
  const size = rest - blocks * digestBytes
  if (rest <= 0 || size <= (blocks - 1) * blockBytes) throw corrupt('its end is missing')
  return { codec, frameBytes: blockBytes, size, hasIndex: true, check: undefined }
}

const codecs: Readonly<Record<ChecksumAlgorithm, FrameCodec>> = {
  sha256: blockCodec('sha256'),
  sha512: blockCodec('sha512'),
  crc32: blockCodec('crc32'),
}
