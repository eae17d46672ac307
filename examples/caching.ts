/**
 * A cache in front of a store, written by hand as a service would: bounded, never older than
 * `freshMs`, and asked with the etag at hand whether it still holds. A package of this library
 * will take its place; levels, shared fills and invalidation between processes are left to it.
 *
 *   node_modules/.bin/node --conditions=@aos-storage/source examples/caching.ts [folder]
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  isStorageError,
  type LoadedEntry,
  metrics,
  type ObjectInfo,
  StorageManager,
} from '@aos-storage/core'

interface Limits {
  readonly bytesMax: number
  readonly freshMs: number
  readonly now: () => number
}

class CachedStorage {
  /** The one that was used longest ago comes first. */
  readonly #kept = new Map<string, LoadedEntry & { readonly checkedMs: number }>()
  #bytes = 0
  #saves = 0
  readonly #storage: StorageManager
  readonly #limits: Limits

  constructor(storage: StorageManager, limits: Limits) {
    this.#storage = storage
    this.#limits = limits
  }

  async load<T>(key: string): Promise<T> {
    const kept = this.#kept.get(key)
    const startedMs = this.#limits.now()
    if (kept !== undefined && startedMs - kept.checkedMs < this.#limits.freshMs) {
      this.#keep(key, kept, kept.checkedMs)
      return structuredClone(kept.value) as T
    }
    const saves = this.#saves
    const entry = await this.#entry(key, kept)
    // What was read while somebody saved may be what was there before.
    if (saves === this.#saves) this.#keep(key, entry, startedMs)
    // A copy: who changes it does not change what others get.
    return structuredClone(entry.value) as T
  }

  /** Of two saves at once only the store knows the last: the next load asks it. */
  async save(key: string, value: unknown): Promise<void> {
    this.#forget(key)
    this.#saves++
    try {
      await this.#storage.save(key, value)
    } finally {
      this.#forget(key)
      this.#saves++
    }
  }

  async #entry(key: string, kept: LoadedEntry | undefined): Promise<LoadedEntry> {
    try {
      const held = kept === undefined ? {} : { ifNoneMatch: kept.info.etag }
      return await this.#storage.loadEntry(key, held)
    } catch (error) {
      if (kept !== undefined && isStorageError(error, 'NOT_MODIFIED')) return kept
      this.#forget(key)
      throw error
    }
  }

  #keep(key: string, { value, info }: LoadedEntry, checkedMs: number): void {
    this.#forget(key)
    if (bytesOf(info) > this.#limits.bytesMax) return
    this.#kept.set(key, { value, info, checkedMs })
    this.#bytes += bytesOf(info)
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#limits.bytesMax) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    const kept = this.#kept.get(key)
    if (kept !== undefined) this.#bytes -= bytesOf(kept.info)
    this.#kept.delete(key)
  }
}

/** About what an entry takes; the key counts, or there could be any number of empty ones. */
function bytesOf({ key, size }: ObjectInfo): number {
  return key.length + size
}

const [basePath = mkdtempSync(join(tmpdir(), 'caching-'))] = process.argv.slice(2)
const meter = metrics()
const config = { storageType: 'file', basePath } as const
await using storage = await StorageManager.open(config, { layers: [meter] })

/** What the store was asked since the last time. */
function asked(): string {
  const reads = meter.snapshot().operations.find(({ operation }) => operation === 'read')
  meter.reset()
  return `${reads?.calls ?? 0} asked, ${reads?.errors['NOT_MODIFIED'] ?? 0} of them unchanged`
}

let nowMs = 0
const cached = new CachedStorage(storage, { bytesMax: 100, freshMs: 30_000, now: () => nowMs })
await cached.save('agents/ceo', { name: 'CEO' })
await cached.load('agents/ceo')
await cached.load('agents/ceo')
console.log('Two loads:', asked())

nowMs += 30_000
await cached.load('agents/ceo')
console.log('Half a minute later:', asked())

await storage.save('agents/ceo', { name: 'Ada' }) // another process
nowMs += 30_000
console.log('Changed by another process:', await cached.load('agents/ceo'), asked())

for (const id of ['cfo', 'coo', 'cto', 'cio']) {
  await cached.save(`agents/${id}`, { name: id })
  await cached.load(`agents/${id}`)
}
asked()
await cached.load('agents/cio')
await cached.load('agents/ceo')
console.log('100 bytes hold four:', asked())
