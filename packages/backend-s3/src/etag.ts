/**
 * Version tokens: S3's etags without their quotes, because servers disagree on them: some give
 * none for the objects of multipart uploads, and some compare a quoted condition as it stands.
 */

/** Of a version that never was: for tokens that no etag can be. */
const noEtag = '00000000000000000000000000000000'

/** What may stand between the quotes of an etag, but for `*` alone. */
const etagText = /^[!#-+\--~]+$/

/** The token of an etag as a header, a listing or a result has it. */
export function tokenOf(etag: string | undefined): string {
  return (etag ?? '').replace(/^(?:W\/)?"(.*)"$/, '$1')
}

/** The etag of a token, for a condition. */
export function etagOf(token: string, isQuoted: boolean): string {
  const etag = etagText.test(token) && token !== '*' ? token : noEtag
  return isQuoted ? `"${etag}"` : etag
}
