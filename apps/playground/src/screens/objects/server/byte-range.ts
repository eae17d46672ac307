/** The `Range` and `If-Range` of a request, and the entity tag of an object (RFC 9110). */
import type { ByteRange } from '@aos-storage/core'

/**
 * The one range that a request asks for. Undefined without one, and for what may be ignored: other
 * units, several ranges, nonsense.
 */
export function rangeOf(header: string | undefined): ByteRange | undefined {
  const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.replaceAll(/[ \t]/g, '') ?? '')
  const [, first = '', last = ''] = match ?? []
  if (first === '') return last === '' ? undefined : { suffix: bounded(last) }
  const offset = bounded(first)
  if (last === '') return { offset }
  const end = bounded(last)
  if (end < offset) return undefined
  return { offset, length: bounded(end - offset + 1) }
}

function bounded(digits: string | number): number {
  return Math.min(Number(digits), Number.MAX_SAFE_INTEGER)
}

/** An etag as a strong entity tag. */
export function entityTag(etag: string): string {
  return /^[!#-~]+$/.test(etag) ? `"${etag}"` : `"${Buffer.from(etag).toString('base64url')}"`
}
