/**
 * A service in memory that has versions, tiers with an archive, and signed links: what emulators
 * have in part only. A restoration lasts until the test ends it.
 */
import {
  type AccessTier,
  type AccessTiers,
  type Capabilities,
  type CopyOptions,
  extraMembers,
  type ListPage,
  MemoryStorageBackend,
  type ObjectInfo,
  type ObjectVersion,
  type Presign,
  type PresignedRequest,
  type PresignOptions,
  type ReadOptions,
  type ReadResult,
  type SetAccessTierOptions,
  type StatOptions,
  type StorageBackend,
  StorageError,
  type Versions,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import { StoredBody } from '@aos-storage/core/backend'

interface Kept {
  readonly id: string
  readonly info: ObjectInfo
  readonly bytes: Uint8Array
}

const tiers = ['Hot', 'Cool', 'Cold', 'Archive']

export class ExtraBackend implements StorageBackend, Versions, AccessTiers, Presign {
  readonly name = 'extra'
  readonly capabilities: Capabilities
  /** What was asked for beside the contract, in order. */
  readonly asked: string[] = []
  readonly #inner = new MemoryStorageBackend()
  /** The newest first. */
  readonly #versions = new Map<string, readonly Kept[]>()
  readonly #current = new Map<string, string>()
  readonly #tiers = new Map<string, AccessTier>()
  #count = 0

  constructor() {
    const { presign, accessTiers, versions } = extraMembers
    const extras = [...presign, ...accessTiers, ...versions]
    this.capabilities = { ...this.#inner.capabilities, extras }
  }

  async read(key: string, options?: ReadOptions): Promise<ReadResult> {
    await this.#inner.stat(key)
    this.#assertReadable(key)
    return this.#inner.read(key, options)
  }

  async write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    return this.#kept(await this.#inner.write(key, body, options))
  }

  stat(key: string, options?: StatOptions): Promise<ObjectInfo> {
    return this.#inner.stat(key, options)
  }

  async delete(key: string, options?: Parameters<StorageBackend['delete']>[1]): Promise<boolean> {
    const isDeleted = await this.#inner.delete(key, options)
    this.#current.delete(key)
    return isDeleted
  }

  list(options?: Parameters<StorageBackend['list']>[0]): Promise<ListPage> {
    return this.#inner.list(options)
  }

  async copy(from: string, to: string, options?: CopyOptions): Promise<ObjectInfo> {
    this.#assertReadable(from)
    return this.#kept(await this.#inner.copy(from, to, options))
  }

  async deleteMany(keys: readonly string[]): ReturnType<StorageBackend['deleteMany']> {
    for (const key of keys) this.#current.delete(key)
    return this.#inner.deleteMany(keys)
  }

  health(): ReturnType<StorageBackend['health']> {
    return this.#inner.health()
  }

  close(): Promise<void> {
    return this.#inner.close()
  }

  async *listVersions(key: string): AsyncGenerator<ObjectVersion> {
    this.asked.push(`listVersions ${key}`)
    for (const { id, info } of this.#versions.get(key) ?? []) {
      yield { id, isCurrent: this.#current.get(key) === id, info }
    }
  }

  async readVersion(key: string, id: string, options: ReadOptions = {}): Promise<ReadResult> {
    const kept = this.#versions.get(key)?.find((each) => each.id === id)
    if (kept === undefined) throw new StorageError('NOT_FOUND', `No version ${id}`, { key })
    const { info, bytes } = kept
    const { range } = options
    if (range === undefined) return { info, start: 0, end: bytes.length, body: bytes }
    const start = 'suffix' in range ? Math.max(0, bytes.length - range.suffix) : range.offset
    const length = 'suffix' in range ? range.suffix : (range.length ?? bytes.length)
    const end = Math.min(bytes.length, start + length)
    return { info, start, end, body: bytes.slice(start, end) }
  }

  async deleteVersion(key: string, id: string): Promise<boolean> {
    const kept = this.#versions.get(key) ?? []
    this.#versions.set(
      key,
      kept.filter((each) => each.id !== id),
    )
    return kept.some((each) => each.id === id)
  }

  async getAccessTier(key: string): Promise<AccessTier> {
    await this.#inner.stat(key)
    return this.#tiers.get(key) ?? { tier: 'Hot', isReadable: true }
  }

  async setAccessTier(
    key: string,
    tier: string,
    { priority = 'standard' }: SetAccessTierOptions = {},
  ): Promise<AccessTier> {
    this.asked.push(`setAccessTier ${key} ${tier} ${priority}`)
    if (!tiers.includes(tier)) throw new StorageError('INVALID_ARGUMENT', `No tier ${tier}`)
    const before = await this.getAccessTier(key)
    const isReadable = tier !== 'Archive'
    const next: AccessTier = before.isReadable
      ? { tier, isReadable }
      : { ...before, rehydratingTo: tier }
    this.#tiers.set(key, next)
    return next
  }

  /** The hours of a restoration are over. */
  endRestoring(key: string): void {
    const { rehydratingTo: tier = 'Hot' } = this.#tiers.get(key) ?? {}
    this.#tiers.set(key, { tier, isReadable: true })
  }

  async presign(key: string, options: PresignOptions): Promise<PresignedRequest> {
    const { method, expiresInSeconds = 900, contentType } = options
    this.asked.push(`presign ${method} ${key} ${expiresInSeconds} ${contentType ?? ''}`)
    const expiresAt = new Date(Date.now() + expiresInSeconds * 1000)
    const url = `https://store.example/${encodeURIComponent(key)}?sig=SECRET&it's`
    const headers: Record<string, string> =
      contentType === undefined ? {} : { 'content-type': contentType }
    return { method, url, headers, expiresAt }
  }

  async #kept(info: ObjectInfo): Promise<ObjectInfo> {
    const { key } = info
    const bytes = await new StoredBody(await this.#inner.read(key)).bytes()
    const id = `v${(this.#count += 1)}`
    this.#versions.set(key, [{ id, info, bytes }, ...(this.#versions.get(key) ?? [])])
    this.#current.set(key, id)
    this.#tiers.delete(key)
    return info
  }

  #assertReadable(key: string): void {
    if (this.#tiers.get(key)?.isReadable !== false) return
    const message = 'The object is archived; move it to another tier'
    throw new StorageError('CONFLICT', message, { key, operation: 'read', backend: 'extra' })
  }
}
