/**
 * How a body is cut into parts: S3 takes 10,000 of them, of 5 MiB to 5 GiB, but for the last.
 *
 * A body of known length has equal parts, as some servers want them. One of unknown length has
 * parts that grow as it does:
 *
 * ```
 * part      0 .. 1999   2000 .. 3999   4000 .. 5999   6000 .. 7999   8000 .. 9999
 * size      p           2p             4p             8p             16p
 * ```
 *
 * With parts of 8 MiB at first, a body may have 484 GiB, and a part at its end takes 128 MiB.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
 */
const mebibyte = 1024 ** 2
const gibibyte = 1024 ** 3

/** Most parts of an upload. */
export const partsMax = 10_000
/** Fewest bytes of a part that is not the last. */
export const partBytesMin: number = 5 * mebibyte
/** Most bytes of a part, of a PUT, and of a copy in one request. */
export const partBytesMax: number = 5 * gibibyte
/** Most bytes of an object. */
const serviceBytesMax = 5 * 1024 ** 4
/** Parts of one size, where the length is not known. */
const partsOfSize = 2000

/** Size of each part of a body of known length: no smaller than `bytesMin`. */
export function partBytesFor(length: number, bytesMin: number): number {
  if (length <= bytesMin * partsMax) return bytesMin
  return Math.ceil(length / partsMax / mebibyte) * mebibyte
}

/** Size of the part at a place, when the first has `firstBytes`, and the length is not known. */
export function partBytesAt(place: number, firstBytes: number): number {
  return Math.min(partBytesMax, firstBytes * 2 ** Math.floor(place / partsOfSize))
}

/** The longest body that parts of these sizes hold. */
export function bodyBytesMax(firstBytes: number): number {
  let bytes = 0
  for (let place = 0; place < partsMax; place += partsOfSize) {
    bytes += partsOfSize * partBytesAt(place, firstBytes)
  }
  return Math.min(bytes, serviceBytesMax)
}
