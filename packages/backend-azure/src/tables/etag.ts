/** Versions as the service tells them: `W/"datetime'2026-11-26T02%3A20%3A18.1830000Z'"`. */

const etagPattern = /^W\/"[\u0021\u0023-\u007e]{1,200}"$/

/** The version of no entity: from before the first moment that the service knows. */
const neverVersion = `W/"datetime'1601-01-01T00%3A00%3A00.0000000Z'"`

/**
 * A version for the header `If-Match`. One that is not of this service, which would answer that the
 * request is malformed, is replaced by one that matches nothing.
 */
export function matchable(etag: string): string {
  return etagPattern.test(etag) ? etag : neverVersion
}
