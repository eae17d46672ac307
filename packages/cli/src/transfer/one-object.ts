/** A store of which one object is seen: what takes whole stores takes that one, then. */
import type {
  DeleteOptions,
  ListedObject,
  ListOptions,
  ListPage,
  OperationOptions,
  StatOptions,
  StorageBackend,
} from '@aos-storage/core'
import { isStorageError } from '@aos-storage/core'

/** `backend` for reading and deleting `key`; all else is its own, and not seen in a listing. */
export function oneObject(backend: StorageBackend, key: string): StorageBackend {
  return {
    name: backend.name,
    capabilities: Object.freeze({ ...backend.capabilities, extras: [] }),
    read: (at, options) => backend.read(at, options),
    write: (at, body, options) => backend.write(at, body, options),
    stat: (at, options?: StatOptions) => backend.stat(at, options),
    delete: (at, options?: DeleteOptions) => backend.delete(at, options),
    copy: (from, to, options) => backend.copy(from, to, options),
    deleteMany: (keys, options) => backend.deleteMany(keys, options),
    health: (options?: OperationOptions) => backend.health(options),
    close: () => backend.close(),
    async list({ signal, startAfter }: ListOptions = {}): Promise<ListPage> {
      const isPassed = startAfter !== undefined && startAfter >= key
      const object = isPassed ? undefined : await found(backend, key, signal)
      return { objects: object === undefined ? [] : [object], prefixes: [], cursor: undefined }
    },
  }
}

async function found(
  backend: StorageBackend,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ListedObject | undefined> {
  try {
    return await backend.stat(key, { signal })
  } catch (error) {
    if (isStorageError(error, 'NOT_FOUND')) return undefined
    throw error
  }
}
