/**
 * Where something lies, so that two names of one place are known to be one: a copy into itself
 * would find its own copies, and a move onto itself would delete what it moved.
 */
import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { stackOf, type StorageManager } from '@aos-storage/core'
import { prefixOf } from '@aos-storage/core/backend'

export interface Place {
  /** Equal for one store; undefined where nothing is told of it. */
  readonly store: string | undefined
  /** What stands before each key there, the folder of a file store included. Ends with a slash. */
  readonly folder: string
}

/** Asks the store: what it says of itself is the same under every name. */
export async function placeOf(
  store: StorageManager,
  prefix: string,
  signal: AbortSignal,
): Promise<Place> {
  const stack = stackOf(store.backend)
  // A view of a part of a store tells nothing of the whole.
  const { details } = await stack.at(-1)!.backend.health({ signal })
  const views = stack.map(({ backend }) => prefixOf(backend) ?? '')
  const { basePath, prefix: own = '', ...rest } = details
  if (typeof basePath === 'string') return localPlace(basePath, viewed('', views) + prefix)
  const words = Object.entries(rest)
    .filter(([, value]) => typeof value === 'string')
    .map(([name, value]) => `${name}=${String(value)}`)
    .sort()
  const name = words.length === 0 ? undefined : [store.name, ...words].join(' ')
  return { store: name, folder: viewed(String(own), views) + prefix }
}

/** The outermost view is within all others. */
function viewed(own: string, views: readonly string[]): string {
  return views.reduceRight((all, each) => all + each, own)
}

/** A folder of this host, or of a file store in it. */
export async function localPlace(path: string, prefix: string = ''): Promise<Place> {
  const real = await realpath(path).catch(() => resolve(path))
  return { store: 'file', folder: `${real.replace(/\/$/, '')}/${prefix}` }
}

export function isOneStore(a: Place, b: Place): boolean {
  return a.store !== undefined && a.store === b.store
}

/** True when `inner` is `outer`, or lies below it. */
export function isWithin(inner: Place, outer: Place): boolean {
  return isOneStore(inner, outer) && inner.folder.startsWith(outer.folder)
}
