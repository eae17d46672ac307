/**
 * Versions of one object, of all sizes from 1 byte to 600 KiB and of all forms: the bytes follow
 * from the version, so that a reader knows what it got.
 */
import { types } from './open.ts'

const sizes = [1, 5, 100, 4096, 70_000, 3, 262_144, 20, 262_145, 900, 614_400, 8] as const
const contentTypes = [types.bin, types.json, types.bin, types.other, types.txt] as const
const modulus = 251

function sizeOfVersion(version: number): number {
  return sizes[version % sizes.length]!
}

export function typeOfVersion(version: number): string {
  return contentTypes[version % contentTypes.length]!
}

/** The body of a version: its number, then bytes that follow from it. */
export function bodyOfVersion(version: number): Buffer {
  const bytes = sizeOfVersion(version)
  if (bytes < 8) return Buffer.alloc(bytes, version % modulus)
  const unit = Buffer.alloc(8)
  unit.writeUInt32LE(version)
  unit.writeUInt32LE(bytes, 4)
  return Buffer.alloc(bytes, unit)
}

/**
 * The version of a body, not before `last`, which tells the smallest ones apart.
 *
 * @throws Error for a body that is no whole version, or an older one.
 */
export function versionOfBody(body: Buffer, last: number): number {
  const version =
    body.byteLength < 8 ? nextSmall(body.byteLength, body[0]!, last) : body.readUInt32LE()
  if (!bodyOfVersion(version).equals(body)) {
    throw new Error(`${body.byteLength} bytes that begin as version ${version} are no version`)
  }
  if (version < last) throw new Error(`version ${version} was read after version ${last}`)
  return version
}

function nextSmall(bytes: number, byte: number, last: number): number {
  let version = last
  while (version % modulus !== byte || sizeOfVersion(version) !== bytes) version++
  return version
}
