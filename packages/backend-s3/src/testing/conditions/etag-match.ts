/** ETags in headers of conditions. RFC 9110 section 8.8.3. */

/** True for `*` and when one of the listed ETags, with quotes or without, is this one. */
export function matchesEtag(header: string, etag: string): boolean {
  return header.split(',').some((each) => {
    const listed = each.trim().replace(/^W\//, '')
    return listed === '*' || unquoted(listed) === etag
  })
}

/** The text between the quotes, if there are any. */
export function unquoted(etag: string): string {
  return /^"(.*)"$/.exec(etag)?.[1] ?? etag
}
