/**
 * Ranges of bytes. RFC 9110 section 14; S3 takes one range of one request.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
 */
import { S3Error } from './s3-error.ts'

/** `[start, end)`. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * The range that a header asks for; undefined for the whole: also for a header that is no range, or
 * several, as RFC 9110 allows a server.
 *
 * @throws S3Error `InvalidRange` (416) with the length when nothing of it is there.
 */
export function rangeOf(header: string | undefined, lengthBytes: number): ByteRange | undefined {
  const [, from, to] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined
  const start = from === '' ? Math.max(0, lengthBytes - Number(to)) : Number(from)
  const end = from === '' || to === '' ? lengthBytes : Math.min(Number(to) + 1, lengthBytes)
  if (start >= end) throw invalidRange(header ?? '', lengthBytes)
  return { start, end }
}

export function contentRange({ start, end }: ByteRange, lengthBytes: number): string {
  return `bytes ${start}-${end - 1}/${lengthBytes}`
}

function invalidRange(header: string, lengthBytes: number): S3Error {
  return new S3Error('InvalidRange', {
    fields: { RangeRequested: header, ActualObjectSize: lengthBytes },
    headers: { 'Content-Range': `bytes */${lengthBytes}` },
  })
}
