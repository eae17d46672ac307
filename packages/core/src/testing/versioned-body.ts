/**
 * Bodies that know which version they are: every byte depends on the version and its place, so that
 * a body made of two versions, cut or shifted, is told from a whole one.
 *
 * Layout: `version u32le, length u32le`, then `(version * 31 + i * 7 + (i >> 8)) & 255` at each i.
 */

/** Smallest body that can carry its version. */
const versionedBytesMin = 8

/** The body of a version, `bytes` long. */
export function versionedBody(version: number, bytes: number): Uint8Array {
  const body = new Uint8Array(bytes)
  for (let at = versionedBytesMin; at < bytes; at++) body[at] = byteAt(version, at)
  const view = new DataView(body.buffer)
  view.setUint32(0, version, true)
  view.setUint32(4, bytes, true)
  return body
}

/** The version that a body is. @throws Error that tells where it stops being one whole version. */
export function versionOf(body: Uint8Array): number {
  if (body.byteLength < versionedBytesMin) {
    throw new Error(`body of ${body.byteLength} bytes is no whole version`)
  }
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const version = view.getUint32(0, true)
  const bytes = view.getUint32(4, true)
  if (bytes !== body.byteLength) {
    throw new Error(`body of ${body.byteLength} bytes claims to be version ${version} of ${bytes}`)
  }
  for (let at = versionedBytesMin; at < bytes; at++) {
    if (body[at] !== byteAt(version, at)) {
      throw new Error(`body is version ${version} up to byte ${at} of ${bytes}, then another one`)
    }
  }
  return version
}

function byteAt(version: number, at: number): number {
  return (version * 31 + at * 7 + (at >> 8)) & 255
}
