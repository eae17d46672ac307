/** Goes through the stored versions of a key, page by page, in the order of listings. */
import type { ListedObject } from '../../backend.ts'
import { eachPage } from '../listing.ts'
import { versionOf, versionPrefix } from './layout.ts'
import type { VersionTools } from './pointer.ts'

/** A version as a listing has it. */
export interface FoundVersion {
  readonly version: number
  readonly info: ListedObject
}

/** The versions of a page at a time. `v10` is before `v9` in a listing. */
export async function* foundVersions(
  { access }: VersionTools,
  key: string,
  signal: AbortSignal | undefined,
  fields: 'all' | 'key' = 'all',
): AsyncGenerator<readonly FoundVersion[]> {
  const limit = access.backend.capabilities.listPageMax
  const scope = { prefix: versionPrefix(key), delimiter: '/', fields, limit }
  const pages = eachPage(access, signal === undefined ? scope : { ...scope, signal })
  for await (const { objects } of pages) {
    const found: FoundVersion[] = []
    for (const info of objects) {
      const version = versionOf(key, info.key)
      if (version !== undefined) found.push({ version, info })
    }
    yield found
  }
}

/** The highest number that is stored; 0 for none. */
export async function highestVersion(
  tools: VersionTools,
  key: string,
  signal: AbortSignal | undefined,
): Promise<number> {
  let highest = 0
  for await (const found of foundVersions(tools, key, signal, 'key')) {
    for (const { version } of found) highest = Math.max(highest, version)
  }
  return highest
}
