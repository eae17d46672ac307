/** A layer that tells which keys changed, so that open pages show it. */
import type { StorageBackend } from '@aos-storage/core'
import { defineLayer, type Layer } from '@aos-storage/core/backend'
import { extrasOf } from './extras.ts'
import { type Live, topic } from './live.ts'

/** A key that was written or deleted through the shared store. */
export interface Change {
  readonly key: string
  readonly kind: 'written' | 'deleted'
}

/** Keys that changed together. */
const changes = topic<readonly Change[]>('changes')

/** Publishes on `changes` what succeeded in changing. */
export function changeFeed(live: Live): Layer {
  const tell = (kind: Change['kind'], ...keys: string[]): void => {
    if (keys.length > 0)
      live.publish(
        changes,
        keys.map((key) => ({ key, kind })),
      )
  }
  const tellChange = async <T>(key: string, act: () => Promise<T>): Promise<T> => {
    const result = await act()
    tell('written', key)
    return result
  }
  const wrap = (inner: StorageBackend): StorageBackend => ({
    ...extrasOf(inner, tellChange),
    name: inner.name,
    capabilities: inner.capabilities,
    read: (key, options) => inner.read(key, options),
    stat: (key, options) => inner.stat(key, options),
    list: (options) => inner.list(options),
    health: (options) => inner.health(options),
    close: () => inner.close(),
    async write(key, body, options) {
      const info = await inner.write(key, body, options)
      tell('written', key)
      return info
    },
    async delete(key, options) {
      const isDeleted = await inner.delete(key, options)
      if (isDeleted) tell('deleted', key)
      return isDeleted
    },
    async copy(from, to, options) {
      const info = await inner.copy(from, to, options)
      tell('written', to)
      return info
    },
    async deleteMany(keys, options) {
      const outcomes = await inner.deleteMany(keys, options)
      const deleted = outcomes.filter((outcome) => outcome.deleted)
      tell('deleted', ...deleted.map(({ key }) => key))
      return outcomes
    },
  })
  return defineLayer({ name: 'change-feed', wrap })
}
