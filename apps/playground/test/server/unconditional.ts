/** A store in memory that holds no conditions, as some servers do not. */
import { MemoryStorageBackend, type StorageBackend, StorageError } from '@aos-storage/core'

export function unconditional(
  inner: StorageBackend = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 }),
): StorageBackend {
  const refuse = (options: object = {}): void => {
    const given = ['ifMatch', 'ifNoneMatch', 'sourceIfMatch'].find((name) => name in options)
    if (given !== undefined) throw new StorageError('UNSUPPORTED', `It does not hold ${given}`)
  }
  return {
    name: inner.name,
    capabilities: {
      ...inner.capabilities,
      ...{ conditionalWrite: 'none', conditionalDelete: 'none', conditionalCopy: 'none' },
    },
    read: (key, options) => inner.read(key, options),
    stat: (key, options) => inner.stat(key, options),
    list: (options) => inner.list(options),
    health: (options) => inner.health(options),
    close: () => inner.close(),
    async write(key, body, options) {
      refuse(options)
      return inner.write(key, body, options)
    },
    async delete(key, options) {
      refuse(options)
      return inner.delete(key, options)
    },
    async copy(from, to, options) {
      refuse(options)
      return inner.copy(from, to, options)
    },
    deleteMany: (keys, options) => inner.deleteMany(keys, options),
  }
}
