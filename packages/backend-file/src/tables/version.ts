/**
 * Versions of entities: 128 random bits, so that none comes back after a delete or a restore. Told
 * as etags of 32 hexadecimal digits, and stored as bytes.
 *
 * SQLite is asked for texts: node:sqlite takes longer for a blob than for all the rest of a row.
 */
import type { Random } from '@aos-storage/core'

/** What SQL says for the etag of a row. */
export const etagColumn = 'lower(hex(version)) AS etag'

export function newEtag(random: Random): string {
  return random.id().replaceAll('-', '')
}

/** As it is stored. */
export function versionOf(etag: string): Uint8Array {
  return Buffer.from(etag, 'hex')
}
