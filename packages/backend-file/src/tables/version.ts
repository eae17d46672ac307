/** Versions of entities: 128 random bits, so that none comes back after a delete or a restore. */
import type { Random } from '@aos-storage/core'

/** As it is stored. */
export function newVersion(random: Random): Uint8Array {
  return Buffer.from(random.id().replaceAll('-', ''), 'hex')
}

/** As it is told. */
export function etagOf(version: Uint8Array): string {
  return Buffer.from(version.buffer, version.byteOffset, version.byteLength).toString('base64url')
}
