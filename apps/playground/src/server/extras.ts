/** What a backend has beside the contract, for layers that change neither keys nor bodies. */
import { type StorageBackend, supports } from '@aos-storage/core'
import type { ShownExtra } from './place.ts'

const shown: readonly ShownExtra[] = ['versions', 'accessTiers', 'presign']
/** Members whose first argument is the key that they change. */
const changing: ReadonlySet<string> = new Set(['setAccessTier', 'deleteVersion', 'restoreVersion'])

/** Its first argument is a key. */
type Member = (key: string, ...rest: readonly unknown[]) => unknown

/** Of the extras that the Objects page has a place for, those that the backend has. */
export function shownExtras(backend: StorageBackend): readonly ShownExtra[] {
  return shown.filter((name) => supports(backend, name))
}

/** A member beside the contract; undefined where the backend has none of that name. */
export function extraOf(backend: StorageBackend, name: string): Member | undefined {
  const member: unknown = (backend as unknown as Record<string, unknown>)[name]
  return typeof member === 'function' ? (member.bind(backend) as Member) : undefined
}

/**
 * The members beside the contract, for a layer around `inner`. `change` runs each call that changes
 * an object.
 */
export function extrasOf(
  inner: StorageBackend,
  change: <T>(key: string, act: () => Promise<T>) => Promise<T>,
): object {
  const members = inner.capabilities.extras.flatMap((name) => {
    const member = extraOf(inner, name)
    if (member === undefined) return []
    const changed: Member = (key, ...rest) =>
      change(key, () => member(key, ...rest) as Promise<unknown>)
    return [[name, changing.has(name) ? changed : member] as const]
  })
  return Object.fromEntries(members)
}
