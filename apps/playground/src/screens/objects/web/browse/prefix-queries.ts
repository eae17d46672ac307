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

/** Patches what is known of prefixes: one that came is put in, one that may be empty is looked at. */
export class LivePrefixes {
  readonly #queries: QueryClient
  /** The last that happened under a child of a known prefix, by child. */
  #touched = new Map<string, { parent: string; kind: Change['kind'] }>()
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
    if (this.#touched.size > 0) this.#timer ??= setTimeout(() => void this.#catchUp(), settleMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #known(parent: string): Prefixes | undefined {
    return this.#queries.getQueryData<Prefixes>([...family, parent])
  }

  #touch(parent: string, child: string, kind: Change['kind']): void {
    if (this.#touched.size > touchedMax && !this.#touched.has(child)) return
    const known = this.#known(parent)
    if (known === undefined) return
    const isNews = known.prefixes.includes(child) === (kind === 'deleted')
    if (isNews) this.#touched.set(child, { parent, kind })
    else this.#touched.delete(child)
  }

  async #catchUp(): Promise<void> {
    this.#timer = undefined
    const touched = [...this.#touched]
    this.#touched = new Map()
    if (touched.length > touchedMax) {
      await this.#queries.invalidateQueries({ queryKey: family })
      return
    }
    await Promise.all(
      touched.map(async ([child, { parent, kind }]) => {
        const isThere = kind === 'written' || (await isStillThere(child))
        this.#put(parent, child, isThere)
      }),
    )
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
