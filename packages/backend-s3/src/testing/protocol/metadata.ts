/**
 * User metadata: `x-amz-meta-*`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
 */
import type { Behaviour } from '../behaviour.ts'
import { S3Error } from './s3-error.ts'

const metadataPrefix = 'x-amz-meta-'

/** @throws S3Error `MetadataTooLarge`. */
export function metadataOf(
  headers: ReadonlyMap<string, string>,
  { metadataBytesMax, metadataUnderscores }: Behaviour,
): Record<string, string> {
  const metadata: Record<string, string> = {}
  let bytes = 0
  for (const [header, value] of headers) {
    if (!header.startsWith(metadataPrefix)) continue
    const name = header.slice(metadataPrefix.length)
    // One character is one byte: headers are in Latin-1.
    bytes += name.length + value.length
    metadata[metadataUnderscores === 'folded' ? name.replaceAll('_', '-') : name] = value
  }
  if (bytes > metadataBytesMax) {
    throw new S3Error('MetadataTooLarge', {
      fields: { Size: bytes, MaxSizeAllowed: metadataBytesMax },
    })
  }
  return metadata
}

/** The headers of an answer. */
export function metadataHeaders(
  metadata: Readonly<Record<string, string>>,
  { metadataText }: Behaviour,
): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(metadata)) {
    const isAscii = /^[\t -~]*$/.test(value)
    headers[metadataPrefix + name] =
      isAscii || metadataText === 'bytes' ? value : encodedWord(value)
  }
  return headers
}

/** RFC 2047, of bytes that are UTF-8. */
function encodedWord(value: string): string {
  return `=?UTF-8?B?${Buffer.from(value, 'latin1').toString('base64')}?=`
}
