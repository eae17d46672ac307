/** What snapshots and versions have in common: an id of a time, and a blob behind it. */
import type { BlobClient } from '@azure/storage-blob'
import {
  isStorageError,
  type ObjectVersion,
  type OperationOptions,
  StorageError,
} from '@aos-storage/core'
import { ownOptions, quoteKey } from '@aos-storage/core/backend'
import type { Container } from '../container.ts'
import { infoOf } from '../info.ts'
import type { KeptBlob } from './kept-list.ts'

const signalNames: ReadonlySet<string> = new Set<keyof OperationOptions>(['signal'])

/** @throws TypeError for options that are none. */
export function signalOf(options: OperationOptions, operation: string): AbortSignal | undefined {
  return ownOptions(options, signalNames, operation).signal
}

/** What is no time is no id of the service, which would refuse it as malformed. */
export function isTimeId(id: unknown): id is string {
  if (typeof id !== 'string') throw new TypeError(`An id is a string, not ${typeof id}`)
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z$/.test(id)
}

/** @param id Of a blob that has none, a stand-in. */
export function versionOf(key: string, blob: KeptBlob, id: string): ObjectVersion {
  return { id, isCurrent: blob.isCurrent, info: infoOf(key, blob.headers) }
}

/** The error of an id that nothing has. */
export function noSuch(what: 'snapshot' | 'version', key: string, id: string): StorageError {
  const message = `Key ${quoteKey(key)} has no ${what} ${quoteKey(id)}`
  return new StorageError('NOT_FOUND', message, { key })
}

/** Reads by `call`; says of what is missing that it is this id. */
export async function ofId<T>(
  what: 'snapshot' | 'version',
  key: string,
  id: string,
  call: () => Promise<T>,
): Promise<T> {
  try {
    return await call()
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) throw noSuch(what, key, id).with({ cause: error })
    throw error
  }
}

/** Deletes a snapshot or version; false when there was none. */
export function deleteKept(
  { requests }: Pick<Container, 'requests'>,
  blob: BlobClient,
  place: {
    readonly operation: string
    readonly key: string
    readonly signal: AbortSignal | undefined
  },
): Promise<boolean> {
  return requests.send({
    backend: 'azblob',
    ...place,
    send: async (abortSignal) => {
      await blob.delete({ abortSignal })
      return true
    },
    onRefused: async (error, lost) => {
      // Gone since the try whose answer was lost: most likely by it.
      if (error.code === 'NOT_FOUND') return lost !== undefined
      throw error
    },
  })
}
