/**
 * Marks that no layer has taken off: the object is read without the layer that wrote it, and its
 * body is in a form that only that layer understands.
 *
 * Invariant: such a body is never given to a caller, nor copied to another store: there it would
 * stand without its mark, and nobody could tell any more what it is.
 */
import type { ObjectInfo } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { quoteKey } from '../../keys.ts'
import { checksumMarkName } from '../checksum/mark.ts'
import { compressMarkName } from '../compress/mark.ts'

/** A body of one block is stored as it is: everybody can read it. */
const wholeMark = /^1,[a-z0-9]+,whole,/

/** @throws StorageError `UNSUPPORTED` for a body that is not as it was written. */
export function assertUnframed({ key, metadata }: Pick<ObjectInfo, 'key' | 'metadata'>): void {
  if (Object.hasOwn(metadata, compressMarkName)) throw framed(key, 'compress')
  const mark = Object.hasOwn(metadata, checksumMarkName) ? metadata[checksumMarkName] : undefined
  if (mark !== undefined && !wholeMark.test(mark)) throw framed(key, 'checksum')
}

function framed(key: string, layer: string): StorageError {
  return new StorageError(
    'UNSUPPORTED',
    `${quoteKey(key)} is stored in the form of the layer ${layer}, which this store was opened ` +
      `without; open it with ${layer}() among its layers`,
    { key, operation: 'read' },
  )
}
