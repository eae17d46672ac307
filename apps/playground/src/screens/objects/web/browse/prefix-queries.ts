/** The prefixes under prefixes that the tree knows, kept true while others change them. */
import type { QueryClient } from '@tanstack/react-query'
import type { Change } from '../../../../server/changes.ts'
import type { Prefixes } from '../../server/wire.ts'
import { childOf, hasKeys, readPrefixes } from './entries.ts'
import { compareUtf8 } from './utf8-order.ts'

const family = ['objects', 'prefixes'] as const
const settleMs = 300
/** More prefixes that came or may be gone at once: all are read again. */
const touchedMax = 50

/** How to read the prefixes under one. Forgotten when nobody shows them. */
export function prefixQuery(prefix: string): {
  queryKey: readonly string[]
  queryFn: (context: { signal: AbortSignal }) => Promise<Prefixes>
  gcTime: number
} {
  return {
    queryKey: [...family, prefix],
    queryFn: ({ signal }) => readPrefixes(prefix, signal),
    gcTime: 0,
  }
}

/**
 * Patches what is known of prefixes: one that came is put in, one that may be empty is looked at.
 *
 * Invariant: no change is lost to a reading that is under way. Whether that will know of it cannot
 * be told, so it is patched after that; what was looked at is taken out only if nothing was written
 * there meanwhile.
 */
export class LivePrefixes {
  readonly #queries: QueryClient
  /** The last that happened under a child of a known prefix, by child. */
  #touched = new Map<string, { parent: string; kind: Change['kind'] }>()
  /** Children that are looked at, and where nothing was written since. */
  readonly #doubtful = new Set<string>()
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(queries: QueryClient) {
    this.#queries = queries
  }

  note(changes: readonly Change[]): void {
    for (const { key, kind } of changes) {
      for (let parent: string | undefined = ''; parent !== undefined;) {
        const child = childOf(parent, key)
        if (child !== undefined) this.#touch(parent, child, kind)
        parent = child
      }
    }
    if (this.#touched.size > 0) this.#settle()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #settle(): void {
    this.#timer ??= setTimeout(() => void this.#catchUp(), settleMs)
  }

  #known(parent: string): Prefixes | undefined {
    return this.#queries.getQueryData<Prefixes>([...family, parent])
  }

  #isBeingRead(parent: string): boolean {
    return this.#queries.getQueryState([...family, parent])?.fetchStatus === 'fetching'
  }

  #touch(parent: string, child: string, kind: Change['kind']): void {
    if (kind === 'written') this.#doubtful.delete(child)
    if (this.#touched.size > touchedMax && !this.#touched.has(child)) return
    const known = this.#known(parent)
    const isNews = known !== undefined && known.prefixes.includes(child) === (kind === 'deleted')
    if (isNews || this.#isBeingRead(parent)) this.#touched.set(child, { parent, kind })
    else this.#touched.delete(child)
  }

  async #catchUp(): Promise<void> {
    this.#timer = undefined
    if (this.#touched.size > touchedMax) return this.#readAll()
    const all = Map.groupBy(this.#touched, ([, { parent }]) => this.#isBeingRead(parent))
    this.#touched = new Map(all.get(true))
    if (this.#touched.size > 0) this.#settle()
    const touched = all.get(false) ?? []
    await Promise.all(
      touched.map(async ([child, { parent, kind }]) => {
        if (kind === 'written') this.#put(parent, child, true)
        else if (!(await this.#isThere(child))) this.#put(parent, child, false)
      }),
    )
  }

  async #readAll(): Promise<void> {
    // What is read for the first time is not begun anew.
    if (this.#queries.isFetching({ queryKey: family }) > 0) return this.#settle()
    this.#touched = new Map()
    await this.#queries.invalidateQueries({ queryKey: family })
  }

  /** Whether anything is under a child, also when that was written while it was looked at. */
  async #isThere(child: string): Promise<boolean> {
    this.#doubtful.add(child)
    const isFound = await isStillThere(child)
    return !this.#doubtful.delete(child) || isFound
  }

  #put(parent: string, child: string, isThere: boolean): void {
    this.#queries.setQueryData<Prefixes>([...family, parent], (known) => {
      if (known === undefined || known.prefixes.includes(child) === isThere) return known
      if (!isThere) return { ...known, prefixes: known.prefixes.filter((each) => each !== child) }
      // Of a part nobody knows where the rest begins.
      if (known.isTruncated) return known
      return { ...known, prefixes: [...known.prefixes, child].toSorted(compareUtf8) }
    })
  }
}

async function isStillThere(prefix: string): Promise<boolean> {
  // When nobody can tell, what is shown stays.
  return hasKeys(prefix, AbortSignal.timeout(10_000)).catch(() => true)
}
