/**
 * What a destination has and its source has not, both listed side by side in one order:
 *
 * ```
 * source       a  b     d
 * destination     b  c  d  e      c and e are surplus
 * ```
 */
import { compareKeys, type StorageManager } from '@aos-storage/core'
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
  const wanted = source.list({ signal })
  let next = await wanted.next()
  const keyOfNext = (): string | undefined =>
    next.done === true ? undefined : next.value.kind === 'object' ? next.value.key : undefined
  for await (const entry of destination.list({ signal })) {
    if (entry.kind !== 'object') continue
    const { key, etag, modifiedAt } = entry
    let at = keyOfNext()
    while (at !== undefined && compareKeys(at, key) < 0) {
      next = await wanted.next()
      at = keyOfNext()
    }
    if (at !== key && isWanted(key)) yield { key, etag, modifiedAt }
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
