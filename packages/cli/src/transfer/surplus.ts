/** What a destination has and its source has not. */
import type { StorageManager } from '@aos-storage/core'
import { type KeyedObjects, pairsOf } from './pairs.ts'
import { forEachAtOnce } from './pool.ts'

export interface SurplusOptions {
  readonly source: StorageManager
  readonly destination: StorageManager
  /** What was not wanted from the source is not deleted at the destination. */
  readonly isWanted: (key: string) => boolean
  readonly signal: AbortSignal
}

export interface SurplusObject {
  readonly key: string
  readonly etag: string
  readonly modifiedAt: Date
}

/** @throws StorageError of a listing: then nothing is known to be surplus. */
export async function* surplusOf(
  options: SurplusOptions,
): AsyncGenerator<SurplusObject, void, undefined> {
  const { source, destination, isWanted, signal } = options
  for await (const { first, second } of pairsOf(all(source, signal), all(destination, signal))) {
    if (first === undefined && second !== undefined && isWanted(second.key)) yield second
  }
}

async function* all(store: StorageManager, signal: AbortSignal): KeyedObjects {
  for await (const entry of store.list({ signal })) {
    if (entry.kind === 'object') yield { key: entry.key, object: entry }
  }
}

export interface DeleteSurplusOptions {
  /** @throws CommandFailure for one that is to be kept, which ends it. */
  readonly assertSurplus: (object: SurplusObject) => Promise<void>
  readonly concurrency: number
  readonly isDryRun: boolean
  readonly onDeleted: (key: string) => Promise<void>
  readonly onFailed: (key: string, error: unknown) => Promise<void>
}

/** In the version that was listed, where the store can: what others write meanwhile stays. */
export async function deleteSurplus(
  options: SurplusOptions,
  { concurrency, isDryRun, assertSurplus, onDeleted, onFailed }: DeleteSurplusOptions,
): Promise<void> {
  const { destination, signal } = options
  const isConditional = destination.capabilities.conditionalDelete !== 'none'
  await forEachAtOnce(surplusOf(options), { concurrency, signal }, async (object) => {
    const { key, etag } = object
    try {
      await assertSurplus(object)
      const version = isConditional ? { ifMatch: etag } : {}
      if (!isDryRun) await destination.delete(key, { ...version, foreign: true, signal })
      await onDeleted(key)
    } catch (error) {
      await onFailed(key, error)
    }
  })
}
