/**
 * Restores a version: a copy of it over its key, made by the service, with metadata, tags and
 * headers. What stood there before is kept as a version of its own.
 */
import { isStorageError, type ObjectInfo, type OperationOptions } from '@aos-storage/core'
import type { StoredHeaders } from '../calls.ts'
import { etagOf, tokenOf } from '../etag.ts'
import { infoOf } from '../info.ts'
import type { CopyOfNames, ServerCopy } from '../server-copy.ts'
import { signalOf } from './extra-calls.ts'
import { headOf, type StoredHead, uploadLike } from './stored-object.ts'
import type { ObjectTags } from './tags.ts'
import { nullId, versionNameOf } from './version-id.ts'
import type { ObjectVersions, VersionsOptions } from './versions.ts'

export interface RestorerOptions extends VersionsOptions {
  readonly versions: ObjectVersions
  readonly tags: ObjectTags
  readonly serverCopy: ServerCopy
  /** Of all that is written. */
  readonly headers: StoredHeaders
}

const operation = 'restoreVersion'

export class VersionRestorer {
  readonly #options: RestorerOptions

  constructor(options: RestorerOptions) {
    this.#options = options
  }

  /** @throws StorageError `NOT_FOUND`, `CONFLICT` while the version is archived. */
  async restore(key: string, id: string, options: OperationOptions = {}): Promise<ObjectInfo> {
    const signal = signalOf(options, operation)
    const { versions } = this.#options
    const version = versionNameOf(key, id)
    // Also because a copy of what is missing crashes some servers.
    const head = await versions.head(key, id, operation, signal)
    const current = await this.#current(key, signal)
    // Nothing to do; and a copy onto itself that changes nothing is refused.
    if (current !== undefined && isSame(current, version.id, head)) return infoOf(key, current)
    const etag = await this.#copy(key, version.id, head, signal)
    const now = await this.#current(key, signal)
    if (now !== undefined && (etag === '' || tokenOf(now.ETag) === etag)) return infoOf(key, now)
    // Overwritten or deleted since.
    const modifiedAt = new Date(Math.floor(this.#options.bucket.clock.now() / 1000) * 1000)
    return { ...infoOf(key, head), etag: etag || tokenOf(head.ETag), modifiedAt }
  }

  async #copy(
    key: string,
    versionId: string,
    head: StoredHead,
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { names, server, headers, serverCopy } = this.#options
    const name = names.nameOf(key)
    const { size, etag } = infoOf(key, head)
    const isPinned = versionId === nullId && server.copySourceMatch
    const upload = serverCopy.isSingle(size)
      ? undefined
      : uploadLike(head, await this.#tags(key, versionId, signal), headers)
    const copying: CopyOfNames = {
      ...{ operation, key, from: name, fromVersion: versionId, to: name, size, signal, upload },
      sourceEtag: isPinned ? etagOf(etag, server.swap !== 'unquoted') : undefined,
      changes: headers,
      conditions: {},
      onRefused: async (error) => {
        throw error
      },
    }
    return serverCopy.copy(copying)
  }

  #tags(
    key: string,
    versionId: string,
    signal: AbortSignal | undefined,
  ): Promise<Record<string, string>> {
    return this.#options.tags.get(key, { versionId, signal }, operation)
  }

  async #current(key: string, signal: AbortSignal | undefined): Promise<StoredHead | undefined> {
    try {
      return await headOf(this.#options, { operation, key, signal })
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
}

function isSame(current: StoredHead, versionId: string, head: StoredHead): boolean {
  if ((current.VersionId ?? nullId) !== versionId) return false
  return tokenOf(current.ETag) === tokenOf(head.ETag)
}
