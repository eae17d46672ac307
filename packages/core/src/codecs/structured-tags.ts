/** The CBOR tags of `docs/formats/structured-values.md`: a closed list, all others are refused. */

/** Largest BigInt, in bytes of its magnitude. */
export const bigIntBytesMax = 65_536

/** IANA "CBOR Tags". */
export const tags = {
  /** RFC 8949 3.4.2: seconds since 1970, integer or float; NaN is the invalid Date. */
  epochSeconds: 1,
  /** RFC 8949 3.4.3: big-endian magnitude n. */
  bigInt: 2,
  /** RFC 8949 3.4.3: -1 - n. */
  negativeBigInt: 3,
  /** `[name, argument]`: `ArrayBuffer`, `DataView` and dates that seconds cannot hold. */
  named: 27,
  /** http://cbor.schmorp.de/value-sharing: what references point to, numbered as they come. */
  shareable: 28,
  reference: 29,
  /** Set and Map; a CBOR map without a tag is a plain object. */
  set: 258,
  map: 259,
} as const

/** RFC 8746, little-endian. */
export const typedArrayTags: ReadonlyMap<string, number> = new Map([
  ['Uint8ClampedArray', 68],
  ['Uint16Array', 69],
  ['Uint32Array', 70],
  ['BigUint64Array', 71],
  ['Int8Array', 72],
  ['Int16Array', 77],
  ['Int32Array', 78],
  ['BigInt64Array', 79],
  ['Float16Array', 84],
  ['Float32Array', 85],
  ['Float64Array', 86],
])
