/** Versions that the service keeps by itself: their ids are its own. */
import type { ObjectInfo, StorageBackend } from '../../backend.ts'
import { StorageError } from '../../errors.ts'
import { type ObjectVersion, supports, type Versions } from '../../extras.ts'
import { quoteKey } from '../../keys.ts'
import { userMetadata } from '../../metadata.ts'
import { type Access, assertReadable } from '../access.ts'
import type { Random } from '../../random.ts'
import type { LoadOptions } from '../options.ts'
import { runPool } from '../pool.ts'
import type { EncodedWrite, Values } from '../values.ts'
import type { ListedVersion, LoadedVersion, PruneResult, SavedVersion } from './options.ts'
import type { VersionTools } from './pointer.ts'
import type { PrunePolicy } from './prune.ts'

/** Versions among which one that was just saved is looked for: others may save meanwhile. */
const searchedMax = 1000
/** Deletes under way at once. */
const deletesAtOnceMax = 16
/** Of a key that is written once, to see whether the service keeps versions. */
const scratchStart = '.aos-versions-'
/** Failures that a prune tells; it goes on, and only counts further ones. */
const failuresMax = 1024

/** Backends that were seen to keep versions. Each save looks again at what became of it. */
const keeping = new WeakSet<StorageBackend>()

type Signal = AbortSignal | undefined

export class NativeVersions {
  readonly #access: Access
  readonly #random: Random
  readonly #values: Values

  constructor({ access, random }: VersionTools, values: Values) {
    this.#access = access
    this.#random = random
    this.#values = values
  }

  async save(key: string, encoded: EncodedWrite, signal: Signal): Promise<SavedVersion<string>> {
    const backend = this.#backend()
    await this.#assertKept(backend, key, signal)
    const { body, writing } = encoded
    const info = await this.#access.write(key, body(), writing)
    return { version: await this.#saved(backend, key, info, signal), info }
  }

  async load(
    key: string,
    version: string | undefined,
    options: LoadOptions | undefined,
  ): Promise<LoadedVersion<unknown, string>> {
    const backend = this.#backend()
    const id = version ?? (await this.#current(backend, key, options?.signal))?.id
    if (id === undefined) throw this.#none(key)
    const signal = options?.signal === undefined ? {} : { signal: options.signal }
    const result = await this.#call('readVersion', key, options?.signal, () =>
      backend.readVersion(key, id, signal),
    )
    assertReadable(result)
    const { value, info } = await this.#values.entryOf(result, options)
    return { version: id, value, info: { ...info, metadata: userMetadata(info.metadata) } }
  }

  async current(key: string, signal: Signal): Promise<string | undefined> {
    return (await this.#current(this.#backend(), key, signal))?.id
  }

  async list(key: string, limit: number, signal: Signal): Promise<ListedVersion<string>[]> {
    const listed: ListedVersion<string>[] = []
    for await (const { id, isCurrent, info } of this.#each(this.#backend(), key, signal)) {
      const metadata = userMetadata(info.metadata)
      listed.push({ version: id, info: { ...info, metadata }, isCurrent, isPending: false })
      if (listed.length >= limit) break
    }
    return listed
  }

  /** Writes an old version as the newest one: services have no pointer to move. */
  async rollback(key: string, version: string, signal: Signal): Promise<SavedVersion<string>> {
    const backend = this.#backend()
    await this.#assertKept(backend, key, signal)
    const each = signal === undefined ? {} : { signal }
    const result = await this.#call('readVersion', key, signal, () =>
      backend.readVersion(key, version, each),
    )
    assertReadable(result)
    const body = this.#access.body(result, signal)
    try {
      const { contentType, metadata } = result.info
      const writing = { contentType, metadata: userMetadata(metadata), ...each }
      const bytes = result.body instanceof Uint8Array ? await body.bytes() : body
      const info = await this.#access.write(key, bytes, writing)
      return { version: await this.#saved(backend, key, info, signal), info }
    } finally {
      await body.cancel()
    }
  }

  async prune(
    key: string,
    { keep = 0, olderThan, dryRun }: PrunePolicy,
    signal: Signal,
  ): Promise<PruneResult<string>> {
    const backend = this.#backend()
    const failed: { version: string; error: StorageError }[] = []
    let [removed, kept] = [0, 0]
    const chosen = async function* (
      versions: AsyncIterable<ObjectVersion>,
    ): AsyncGenerator<ObjectVersion> {
      for await (const version of versions) {
        const isOld = olderThan === undefined || version.info.modifiedAt < olderThan
        if (!version.isCurrent && kept >= keep && isOld) yield version
        else kept++
      }
    }
    const remove = async ({ id }: ObjectVersion): Promise<void> => {
      if (dryRun) {
        removed++
        return
      }
      try {
        const call = (): Promise<boolean> =>
          backend.deleteVersion(key, id, signal === undefined ? {} : { signal })
        if (await this.#call('deleteVersion', key, signal, call)) removed++
      } catch (error) {
        if (signal?.aborted === true) throw error
        if (failed.length < failuresMax) failed.push({ version: id, error: error as StorageError })
      }
    }
    const versions = chosen(this.#each(backend, key, signal))
    const { failure } = await runPool(versions, deletesAtOnceMax, signal, remove, () => undefined)
    if (failure !== undefined) throw failure.cause
    this.#access.assertUsable('deleteVersion', key, signal)
    return { removed, kept, failed }
  }

  /** @throws StorageError `UNSUPPORTED` where there are none. */
  #backend(): StorageBackend & Versions {
    const { backend } = this.#access
    if (supports(backend, 'versions')) return backend
    throw new StorageError(
      'UNSUPPORTED',
      `The backend "${backend.name}" keeps no versions by itself, or a layer hides them; leave ` +
        'versions out, and this library numbers them',
      { backend: backend.name },
    )
  }

  async *#each(
    backend: StorageBackend & Versions,
    key: string,
    signal: Signal,
  ): AsyncGenerator<ObjectVersion> {
    this.#access.assertUsable('listVersions', key, signal)
    try {
      yield* backend.listVersions(key, signal === undefined ? {} : { signal })
    } catch (error) {
      throw this.#access.fault(error, 'listVersions', key, signal)
    }
  }

  async #newest(
    backend: StorageBackend & Versions,
    key: string,
    signal: Signal,
  ): Promise<ObjectVersion | undefined> {
    for await (const version of this.#each(backend, key, signal)) return version
    return undefined
  }

  /** Undefined also when it was deleted, and versions before it are kept. */
  async #current(
    backend: StorageBackend & Versions,
    key: string,
    signal: Signal,
  ): Promise<ObjectVersion | undefined> {
    const newest = await this.#newest(backend, key, signal)
    return newest?.isCurrent === true ? newest : undefined
  }

  /** The version that a write made: of those with its etag the newest. */
  async #saved(
    backend: StorageBackend & Versions,
    key: string,
    { etag }: ObjectInfo,
    signal: Signal,
  ): Promise<string> {
    let searched = 0
    for await (const { id, info, isKept } of this.#each(backend, key, signal)) {
      if (info.etag === etag) {
        if (isKept !== false) return id
        throw this.#notKept(key, 'It was saved, and took the place of what was there before: ')
      }
      if (++searched >= searchedMax) break
    }
    const message = `What was saved as ${quoteKey(key)} was overwritten, and is no version any more`
    throw new StorageError('CONFLICT', message, { backend: backend.name, key, retryable: 'no' })
  }

  /**
   * @throws StorageError `UNSUPPORTED`, before the key is touched, where no version is kept. Where
   * no version of the key says that they are, an object of no other use is written and looked at.
   */
  async #assertKept(
    backend: StorageBackend & Versions,
    key: string,
    signal: Signal,
  ): Promise<void> {
    if (keeping.has(backend)) return
    const newest = await this.#newest(backend, key, signal)
    if (newest === undefined || newest.isKept === false) await this.#probe(backend, key, signal)
    keeping.add(backend)
  }

  async #probe(backend: StorageBackend & Versions, key: string, signal: Signal): Promise<void> {
    const scratch = `${scratchStart}${this.#random.id()}`
    const each = signal === undefined ? {} : { signal }
    const writing = { contentType: 'application/octet-stream', ...each }
    await this.#access.write(scratch, new Uint8Array(0), writing)
    try {
      const version = await this.#newest(backend, scratch, signal)
      if (version === undefined || version.isKept === false) throw this.#notKept(key)
      await removeTrace(backend, scratch, version.id)
    } catch (error) {
      await removeTrace(backend, scratch)
      throw this.#access.fault(error, 'listVersions', key, signal)
    }
  }

  #call<T>(operation: string, key: string, signal: Signal, call: () => Promise<T>): Promise<T> {
    this.#access.assertUsable(operation, key, signal)
    return call().catch((error: unknown) => {
      throw this.#access.fault(error, operation, key, signal)
    })
  }

  #none(key: string): StorageError {
    const { name } = this.#access.backend
    return new StorageError('NOT_FOUND', `No version of ${quoteKey(key)} is current`, {
      ...{ backend: name, operation: 'read', key },
    })
  }

  #notKept(key: string, told: string = ''): StorageError {
    const { name } = this.#access.backend
    return new StorageError(
      'UNSUPPORTED',
      `${told}The service keeps no versions of ${quoteKey(key)}; turn versioning on, of the ` +
        'bucket or the account, or leave versions out, and this library numbers them',
      { backend: name, key },
    )
  }
}

/** As far as it goes: what was found out is what counts. */
async function removeTrace(
  backend: StorageBackend & Versions,
  scratch: string,
  id?: string,
): Promise<void> {
  try {
    // Some services delete the current version by its id, without a trace, others do not.
    const isGone = id !== undefined && (await backend.deleteVersion(scratch, id).catch(() => false))
    if (isGone) return
    await backend.delete(scratch)
    if (id !== undefined) await backend.deleteVersion(scratch, id)
  } catch {
    // An empty object may be left; its name says what it was for.
  }
}
