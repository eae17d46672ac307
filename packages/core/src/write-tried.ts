/**
 * The tries of a write that carries an id, so that a refusal by its own object is known as the
 * success that it was. See `writeOnce`.
 */
import type { ObjectInfo, StorageBackend, WriteOptions } from './backend.ts'
import { isStorageError, type StorageError } from './errors.ts'
import { isConditional, openOutcome, type Tries, tried } from './lost-answer.ts'
import { writeIdMetadata } from './metadata.ts'

/**
 * Writes as often as `tries` says. Without an id in its metadata a write
 * cannot know its own object: refused after an answer was lost, its outcome is open.
 *
 * @param idName Under which the metadata has the id.
 */
export function writeTried(
  backend: Pick<StorageBackend, 'write' | 'stat'>,
  key: string,
  body: Uint8Array,
  options: WriteOptions,
  tries: Tries,
  idName: string = writeIdMetadata,
): Promise<ObjectInfo> {
  const id = options.metadata?.[idName]
  const seen = async (
    refusal: StorageError,
    lost: StorageError | undefined,
  ): Promise<ObjectInfo | undefined> => {
    try {
      return await standing(backend, key, tries)
    } catch (error) {
      // Who may write, but not look, is refused all the same: no answer was lost.
      if (lost === undefined && isStorageError(error, 'PERMISSION_DENIED')) throw refusal
      throw error
    }
  }
  return tried(
    {
      key,
      secondTime: isConditional(options) ? 'refused' : 'same',
      run: () => backend.write(key, body, options),
      async onRefused(error, lost) {
        // Also the first try: what is below, a client of the service, may have sent it twice.
        const info = id === undefined ? undefined : await seen(error, lost)
        if (info !== undefined && info.metadata[idName] === id) return info
        throw lost === undefined ? error : openOutcome(lost, key)
      },
    },
    tries,
  )
}

/** The object that stands there, if any. Asked for again within the tries that are left. */
async function standing(
  backend: Pick<StorageBackend, 'stat'>,
  key: string,
  tries: Tries,
): Promise<ObjectInfo | undefined> {
  const { signal } = tries
  for (;;) {
    try {
      const info = await backend.stat(key, signal === undefined ? {} : { signal })
      // A spare's copy has an etag of its own, by which nobody could go on.
      return info.answeredBy?.isFallback === true ? undefined : info
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      if (!isStorageError(error) || error.code === 'ABORTED') throw error
      const told = await tries.after(error)
      if (told !== undefined) throw openOutcome(told, key)
    }
  }
}
