/** The ways into a package: what `exports` names, with the declarations that were built for it. */
import { join } from 'node:path'

import type { PublicPackage } from '../public-packages.ts'

export interface Entry {
  /** As it is imported: `@aos-storage/core/backend`. */
  readonly name: string
  /** Of the snapshot: `index`, `backend`. */
  readonly fileName: string
  /** The built `.d.ts`. */
  readonly declarations: string
  /** What is built: the file that the workspace itself imports. */
  readonly source?: string | undefined
}

export function entriesOf({ name, folder, manifest }: PublicPackage): Entry[] {
  return Object.entries(manifest.exports ?? {}).flatMap(([path, target]) => {
    // Closed, or data, which has no types.
    if (target === null || (typeof target === 'string' && target.endsWith('.json'))) return []
    const { types, '@aos-storage/source': source }: Readonly<Record<string, string | undefined>> =
      typeof target === 'string' ? {} : target
    if (typeof types !== 'string') {
      throw new Error(`${name}: '${path}' of exports names no types: nobody would see it change.`)
    }
    return [
      {
        name: path === '.' ? name : `${name}/${path.slice(2)}`,
        fileName: path === '.' ? 'index' : path.slice(2).replaceAll('/', '-'),
        declarations: join(folder, types),
        source: source === undefined ? undefined : join(folder, source),
      },
    ]
  })
}
