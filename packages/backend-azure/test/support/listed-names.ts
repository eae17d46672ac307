/**
 * A service that lists names in memory, in either of the two orders that a service may have. Only
 * for the order: Azurite has one of them, and nobody documents which one Azure has.
 */
import type { ContainerClient } from '@azure/storage-blob'
import { compareKeys, systemClock, systemRandom } from '@aos-storage/core'
import { Requests } from '@aos-storage/core/remote'
import type { ServiceListOptions } from '../../src/blobs/service-list.ts'
import { azureFailures } from '../../src/errors.ts'

/** `folders`: what is in a folder comes before the names that only begin like it. */
export type ServiceOrder = 'utf-8' | 'utf-16' | 'folders'

interface Settings {
  readonly maxPageSize: number
  readonly continuationToken?: string
}

interface Scope {
  readonly prefix: string
  readonly startFrom?: string
}

const pagesMax = 5000
const patience = { attemptsMax: 1, retryDelayMs: 0, retryDelayMsMax: 0, requestMsMax: 60_000 }

export class ListedNames {
  /** Pages that were asked for. */
  pages = 0
  readonly #names: readonly string[]
  readonly #order: ServiceOrder
  readonly #pageSize: number
  readonly #isStartIgnored: boolean

  constructor(
    names: readonly string[],
    order: ServiceOrder,
    pageSize: number,
    /** As services before 2026-02-06 do. */
    { isStartIgnored = false }: { readonly isStartIgnored?: boolean } = {},
  ) {
    this.#isStartIgnored = isStartIgnored
    this.#order = order
    this.#names = [...new Set(names)].sort((a, b) => this.#compare(a, b))
    this.#pageSize = pageSize
  }

  options(): ServiceListOptions {
    const client = {
      listBlobsFlat: (scope: Scope) => this.#listing(scope),
      listBlobsByHierarchy: (delimiter: string, scope: Scope) => this.#listing(scope, delimiter),
    }
    return {
      client: client as unknown as ContainerClient,
      requests: new Requests(patience, azureFailures, systemClock, systemRandom),
      signal: undefined,
      pageSize: this.#pageSize,
    }
  }

  #compare(a: string, b: string): number {
    if (this.#order === 'utf-8') return compareKeys(a, b)
    if (this.#order === 'folders') {
      return compareKeys(a.replaceAll('/', '\0'), b.replaceAll('/', '\0'))
    }
    return a === b ? 0 : a < b ? -1 : 1
  }

  #listing(scope: Scope, delimiter?: string): object {
    return {
      byPage: (settings: Settings) => ({
        next: async () => ({ done: false, value: this.#page(scope, settings, delimiter) }),
      }),
    }
  }

  #page(scope: Scope, settings: Settings, delimiter: string | undefined): object {
    const { prefix } = scope
    const startFrom = this.#isStartIgnored ? undefined : scope.startFrom
    // Azure: "For non-recursive list, only one entity level is supported".
    const isInside = delimiter === '/' && startFrom?.startsWith(prefix) === true
    if (isInside && startFrom.slice(prefix.length + 1).includes('/')) throw new Error('400')
    this.pages++
    if (this.pages > pagesMax) throw new Error('Pages without end')
    const entries: { name: string; isPrefix: boolean }[] = []
    for (const name of this.#names) {
      if (!name.startsWith(prefix)) continue
      if (startFrom !== undefined && this.#compare(name, startFrom) < 0) continue
      const at = delimiter === undefined ? -1 : name.indexOf(delimiter, prefix.length)
      const entry = at === -1 ? name : name.slice(0, at + delimiter!.length)
      if (entries.at(-1)?.name !== entry) entries.push({ name: entry, isPrefix: at !== -1 })
    }
    const start = Number(settings.continuationToken ?? 0)
    const end = start + settings.maxPageSize
    const shown = entries.slice(start, end)
    const named = (isPrefix: boolean): object[] =>
      shown
        .filter((entry) => entry.isPrefix === isPrefix)
        .map(({ name }) => ({ name, properties: {} }))
    return {
      segment: { blobItems: named(false), blobPrefixes: named(true) },
      continuationToken: end < entries.length ? String(end) : '',
    }
  }
}
