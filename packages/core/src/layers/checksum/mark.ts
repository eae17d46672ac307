/**
 * The mark of an object with a checksum.
 *
 * ```
 * 1,sha256,whole,1234,<base64url of the digest>   the body as it is, of 1,234 bytes
 * 1,sha256,blocks,262144                          blocks, and their digests behind them
 * ```
 */
import { StorageError } from '../../errors.ts'
import { corrupt } from '../framed/faults.ts'
import { frameBytesMax, frameBytesMin } from '../framed/form.ts'
import { type ChecksumAlgorithm, checksumAlgorithms, digests } from './digest.ts'

/** Metadata name of the mark. */
export const checksumMarkName = 'aos-checksum'

/** The longest: `1,sha512,whole,16777216,` and the 86 characters of 64 bytes. */
export const checksumMarkBytesMax = 110

const markPattern = /^(\d{1,4}),([a-z0-9]{1,16}),(whole|blocks),(0|[1-9]\d{0,8})(?:,([\w-]*))?$/

/** What a mark tells. */
export type ChecksumMark =
  | { readonly algorithm: ChecksumAlgorithm; readonly blockBytes: number }
  | {
      readonly algorithm: ChecksumAlgorithm
      readonly size: number
      readonly digest: Uint8Array
    }

export function formatChecksumMark(mark: ChecksumMark): string {
  const { algorithm } = mark
  if ('blockBytes' in mark) return `1,${algorithm},blocks,${mark.blockBytes}`
  return `1,${algorithm},whole,${mark.size},${Buffer.from(mark.digest).toString('base64url')}`
}

/** @throws StorageError `CORRUPT` for none, `UNSUPPORTED` for one of a later version. */
export function parseChecksumMark(mark: string): ChecksumMark {
  const [version = '', name = '', kind, count = '', text] = markPattern.exec(mark)?.slice(1) ?? []
  if (version === '') throw corrupt(`its ${checksumMarkName} mark means nothing`)
  const algorithm = checksumAlgorithms.find((each) => each === name)
  if (version !== '1' || algorithm === undefined) {
    const what = `its checksum is of "${version},${name}", which this version does not know`
    throw new StorageError('UNSUPPORTED', what)
  }
  const bytes = Number(count)
  if (kind === 'blocks') {
    if (bytes >= frameBytesMin && bytes <= frameBytesMax && text === undefined) {
      return { algorithm, blockBytes: bytes }
    }
  } else {
    const digest = Buffer.from(text ?? '', 'base64url')
    const isExact = digest.byteLength === digests[algorithm].bytes
    if (isExact && digest.toString('base64url') === text && bytes <= frameBytesMax) {
      return { algorithm, size: bytes, digest }
    }
  }
  throw corrupt(`its ${checksumMarkName} mark tells what cannot be`)
}
