/**
 * An old version as a store of its own, in which each key holds what it held then: whoever reads
 * objects reads versions, too, and a copy out of it restores one.
 */
import {
  type Capabilities,
  type ObjectInfo,
  type ReadOptions,
  type StatOptions,
  type StorageBackend,
  StorageError,
  StorageManager,
  supports,
  type Versions,
} from '@aos-storage/core'
import { userMetadata } from '@aos-storage/core/backend'

/** The objects with their versions. @throws StorageError `UNSUPPORTED` where there are none. */
export function versionsOf({ backend }: StorageManager): StorageBackend & Versions {
  if (supports(backend, 'versions')) return backend
  throw new StorageError('UNSUPPORTED', 'This backend keeps no versions')
}

/** The store itself without an id. @throws as {@link versionsOf}; reading `NOT_FOUND`. */
export function storeOfVersion(storage: StorageManager, id: string | undefined): StorageManager {
  if (id === undefined) return storage
  return new StorageManager(new VersionView(versionsOf(storage), id))
}

/** Reads one version; it changes nothing, and its end ends nothing. */
class VersionView implements StorageBackend {
  readonly name: string
  readonly capabilities: Capabilities
  readonly #inner: StorageBackend & Versions
  readonly #id: string

  constructor(inner: StorageBackend & Versions, id: string) {
    this.name = inner.name
    this.capabilities = { ...inner.capabilities, extras: [] }
    this.#inner = inner
    this.#id = id
  }

  read(key: string, options: ReadOptions = {}): ReturnType<StorageBackend['read']> {
    return this.#inner.readVersion(key, this.#id, options)
  }

  /** What a read tells of its object: versions cannot be asked for that alone. */
  async stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    const range = { offset: 0, length: 1 }
    const { info, body } = await this.read(key, { ...options, range })
    if (!(body instanceof Uint8Array)) await body.cancel()
    return { ...info, metadata: userMetadata(info.metadata) }
  }

  async health(): ReturnType<StorageBackend['health']> {
    return this.#inner.health()
  }

  async close(): Promise<void> {
    // The store goes on.
  }

  write(): Promise<never> {
    return refused()
  }

  delete(): Promise<never> {
    return refused()
  }

  list(): Promise<never> {
    return refused()
  }

  copy(): Promise<never> {
    return refused()
  }

  deleteMany(): Promise<never> {
    return refused()
  }
}

function refused(): Promise<never> {
  return Promise.reject(new StorageError('UNSUPPORTED', 'An old version can only be read'))
}
