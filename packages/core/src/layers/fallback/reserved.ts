/**
 * The part of the first fallback that belongs to this layer. Callers neither see it nor name it, on
 * any store.
 *
 * ```
 * aos-fallback/journal/HASH     what waits for a key: one record, replaced as a whole
 * aos-fallback/bodies/VERSION   the body of an outage write; never changed
 * aos-fallback/conflicts/VERSION  what could not be reconciled
 * ```
 */
import { StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'

export const reservedPrefix: string = 'aos-fallback/'
export const journalPrefix: string = `${reservedPrefix}journal/`
export const bodiesPrefix: string = `${reservedPrefix}bodies/`
export const conflictsPrefix: string = `${reservedPrefix}conflicts/`

export function isReserved(key: string): boolean {
  return key.startsWith(reservedPrefix)
}

/** @throws StorageError `INVALID_KEY` for a key of this layer's own. */
export function assertNotReserved(key: string): void {
  if (!isReserved(key)) return
  throw new StorageError(
    'INVALID_KEY',
    `Key ${quoteKey(key)} is reserved: "${reservedPrefix}" holds what the fallback layer keeps`,
    { key },
  )
}
