/**
 * Deletes: one by one, or up to 256 in one request where the credential may sign batches.
 *
 * https://learn.microsoft.com/rest/api/storageservices/blob-batch
 */
import {
  type DeleteOptions,
  type DeleteOutcome,
  isStorageError,
  type OperationOptions,
  type StorageError,
} from '@aos-storage/core'
import { isAnswerLost, openOutcome, throwIfAborted } from '@aos-storage/core/backend'
import { toStorageError } from '../errors.ts'
import type { Container } from './container.ts'
import { conditionsOf } from './etag.ts'
import type { BlobNames } from './names.ts'
import { conditionError } from './refusal.ts'

/** What one batch takes. */
export const batchDeletesMax = 256
/** Single deletes on their way at once. */
const deletesAtOnceMax = 16

export class BlobRemover {
  readonly #container: Container
  readonly #names: BlobNames
  #canBatch: boolean

  constructor(container: Container, names: BlobNames) {
    this.#container = container
    this.#names = names
    this.#canBatch = container.canBatch
  }

  /** @param wasLost True when a request before may have deleted it, without our knowing. */
  remove(
    key: string,
    options: DeleteOptions,
    operation: string = 'delete',
    wasLost: boolean = false,
  ): Promise<boolean> {
    const conditions = conditionsOf(options)
    const blob = this.#container.blob(this.#names.nameOf(key))
    return this.#container.requests.send({
      backend: 'azblob',
      operation,
      key,
      signal: options.signal,
      conditions: options,
      send: async (abortSignal) => {
        await blob.delete({ abortSignal, conditions })
        return true
      },
      onRefused: async (error, lost) => {
        const isGone = error.code === 'NOT_FOUND'
        if (options.ifMatch === undefined) {
          // Gone since the try whose answer was lost: most likely by it.
          if (isGone) return wasLost || lost !== undefined
          throw error
        }
        if (lost !== undefined) throw openOutcome(lost, key)
        throw isGone ? conditionError('PRECONDITION_FAILED', operation, key) : error
      },
    })
  }

  async removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    if (keys.length === 0) return []
    const each = (wasLost: boolean): Promise<DeleteOutcome[]> =>
      this.#removeEach(
        keys.map((key) => ({ key, wasLost })),
        options,
      )
    if (!this.#canBatch || keys.length === 1) return each(false)
    const { parts, wasLost } = await this.#removeBatch(keys, options)
    if (parts === undefined) return each(wasLost)
    const outcomes = keys.map((key, at) => outcomeOf(key, parts[at], wasLost))
    await this.#removeBusy(outcomes, options)
    return outcomes
  }

  /**
   * One request for all. No parts where the service takes no batches, by its kind or by our rights,
   * and where its answer cannot be read.
   */
  async #removeBatch(keys: readonly string[], { signal }: OperationOptions): Promise<BatchAnswer> {
    const batch = this.#container.client.getBlobBatchClient()
    const urls = keys.map((key) => this.#container.blob(this.#names.nameOf(key)).url)
    return this.#container.requests.send<BatchAnswer>({
      backend: 'azblob',
      operation: 'deleteMany',
      signal,
      bytes: urls.length * 1024,
      send: async (abortSignal, lost) => {
        const wasLost = lost !== undefined
        try {
          const { credential } = this.#container.client
          const { subResponses } = await batch.deleteBlobs(urls, credential, { abortSignal })
          // An answer without its parts tells nothing of any key.
          return subResponses.length < keys.length
            ? { parts: undefined, wasLost }
            : { parts: subResponses, wasLost }
        } catch (error) {
          if (isUnreadable(error)) return { parts: undefined, wasLost: true }
          throw error
        }
      },
      onRefused: async (error, lost) => {
        if (!isBatchRefusal(error)) throw error
        this.#canBatch = false
        return { parts: undefined, wasLost: lost !== undefined }
      },
    })
  }

  /** Deletes again, one by one, what a batch found too busy. */
  async #removeBusy(outcomes: DeleteOutcome[], options: OperationOptions): Promise<void> {
    const busy = [...outcomes.keys()].filter((at) => isBusy(outcomes[at]!))
    const removals = busy.map((at) => {
      const { key, error } = outcomes[at]!
      return { key, wasLost: isAnswerLost(error) }
    })
    const again = await this.#removeEach(removals, options)
    for (const [place, at] of busy.entries()) outcomes[at] = again[place]!
  }

  async #removeEach(
    removals: readonly Removal[],
    options: OperationOptions,
  ): Promise<DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    let next = 0
    const work = async (): Promise<void> => {
      while (next < removals.length) {
        const at = next++
        outcomes[at] = await this.#removeOne(removals[at]!, options)
      }
    }
    await Promise.all(Array.from({ length: Math.min(deletesAtOnceMax, removals.length) }, work))
    throwIfAborted(options.signal)
    return outcomes
  }

  async #removeOne(
    { key, wasLost }: Removal,
    { signal }: OperationOptions,
  ): Promise<DeleteOutcome> {
    try {
      return { key, deleted: await this.remove(key, { signal }, 'deleteMany', wasLost) }
    } catch (error) {
      if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
      return { key, deleted: false, error }
    }
  }
}

interface Removal {
  readonly key: string
  /** True when a request before may have deleted it. */
  readonly wasLost: boolean
}

/** What a batch did. */
interface BatchAnswer {
  /** In the order of the keys. */
  readonly parts: readonly (BatchPart | undefined)[] | undefined
  /** True when an earlier request may have done it. */
  readonly wasLost: boolean
}

interface BatchPart {
  readonly status: number
  readonly errorCode?: string | undefined
}

function outcomeOf(key: string, part: BatchPart | undefined, wasLost: boolean): DeleteOutcome {
  const { status, errorCode: code } = part ?? noPart
  if (status >= 200 && status < 300) return { key, deleted: true }
  const place = { backend: 'azblob', operation: 'deleteMany', key }
  const error = toStorageError({ statusCode: status, code }, place)
  if (isStorageError(error, 'NOT_FOUND')) return { key, deleted: wasLost }
  return { key, deleted: false, error }
}

/** Of a key that the answer does not mention: as when the service failed. */
const noPart: BatchPart = { status: 500, errorCode: 'InternalError' }

function isBusy({ error }: DeleteOutcome): boolean {
  const isPassing = isStorageError(error, 'RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT')
  return isPassing && error.retryable === 'yes'
}

/** What the SDK throws of an answer that broke off between its parts; it has no class for it. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Invalid state: ')
}

/** Emulators and older services know no batches; a role may allow deletes, but not these. */
function isBatchRefusal(error: StorageError): boolean {
  return isStorageError(error, 'PERMISSION_DENIED', 'UNSUPPORTED', 'INVALID_ARGUMENT')
}
