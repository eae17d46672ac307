/**
 * Access tiers of blobs: what storage and reading cost.
 *
 * ```
 * Hot <-> Cool <-> Cold     at once
 *   \______|_______/ --> Archive     at once; not readable
 *                        Archive --> any other: a rehydration, up to 15 hours, or 1 with 'high'
 * ```
 *
 * https://learn.microsoft.com/azure/storage/blobs/access-tiers-overview
 * https://learn.microsoft.com/rest/api/storageservices/set-blob-tier
 */
import {
  type AccessTier,
  type OperationOptions,
  type SetAccessTierOptions,
  StorageError,
} from '@aos-storage/core'
import { ownOptions } from '@aos-storage/core/backend'
import type { Container } from '../container.ts'
import type { BlobNames } from '../names.ts'

const tiers = ['Hot', 'Cool', 'Cold', 'Archive'] as const
const archive = 'Archive'
/** What the service says of a rehydration: `rehydrate-pending-to-cool`. */
const pendingStart = 'rehydrate-pending-to-'

const getNames: ReadonlySet<string> = new Set<keyof OperationOptions>(['signal'])
const setNames: ReadonlySet<string> = new Set<keyof SetAccessTierOptions>(['priority', 'signal'])

export class BlobTiers {
  readonly #container: Container
  readonly #names: BlobNames

  constructor(container: Container, names: BlobNames) {
    this.#container = container
    this.#names = names
  }

  /** @throws StorageError `NOT_FOUND`, `UNSUPPORTED` where the account has no tiers. */
  async get(
    key: string,
    options: OperationOptions = {},
    operation: string = 'getAccessTier',
  ): Promise<AccessTier> {
    const { signal } = ownOptions(options, getNames, operation)
    const blob = this.#container.blob(this.#names.nameOf(key))
    const { accessTier, archiveStatus } = await this.#container.requests.send({
      ...{ backend: 'azblob', operation, key, signal },
      send: (abortSignal) => blob.getProperties({ abortSignal }),
    })
    if (accessTier !== undefined) return tierOf(accessTier, archiveStatus)
    throw new StorageError('UNSUPPORTED', 'This account, or this kind of blob, has no access tiers')
  }

  /** @throws StorageError `NOT_FOUND`, `INVALID_ARGUMENT` for a tier that blobs do not have. */
  async set(key: string, tier: string, options: SetAccessTierOptions = {}): Promise<AccessTier> {
    const { priority, signal } = ownOptions(options, setNames, 'setAccessTier')
    assertTier(tier)
    if (priority !== undefined && priority !== 'standard' && priority !== 'high') {
      throw new TypeError('setAccessTier: priority is "standard" or "high"')
    }
    const blob = this.#container.blob(this.#names.nameOf(key))
    await this.#container.requests.send({
      ...{ backend: 'azblob', operation: 'setAccessTier', key, signal },
      send: (abortSignal) =>
        blob.setAccessTier(tier, {
          abortSignal,
          ...(priority === 'high' ? { rehydratePriority: 'High' } : {}),
        }),
    })
    return this.get(key, { signal }, 'setAccessTier')
  }
}

function tierOf(tier: string, archiveStatus: string | undefined): AccessTier {
  const isReadable = tier !== archive
  if (archiveStatus?.startsWith(pendingStart) !== true) return { tier, isReadable }
  const to = archiveStatus.slice(pendingStart.length)
  const known = tiers.find((name) => name.toLowerCase() === to.toLowerCase())
  return { tier, isReadable, rehydratingTo: known ?? to }
}

function assertTier(tier: unknown): void {
  if (typeof tier !== 'string') throw new TypeError(`tier is a string, not ${typeof tier}`)
  if ((tiers as readonly string[]).includes(tier)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Blobs have no tier ${JSON.stringify(tier.slice(0, 40))}; they have ${tiers.join(', ')}`,
  )
}
