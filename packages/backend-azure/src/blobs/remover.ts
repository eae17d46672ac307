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
import { openOutcome, throwIfAborted } from '@aos-storage/core/backend'
import { type Place, toStorageError } from '../errors.ts'
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

  remove(key: string, options: DeleteOptions, operation: string = 'delete'): Promise<boolean> {
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
          if (isGone) return lost !== undefined
          throw error
        }
        if (lost !== undefined) throw openOutcome(lost, key)
        throw isGone ? conditionError('PRECONDITION_FAILED', operation, key) : error
      },
    })
  }

  async removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    if (keys.length === 0) return []
    if (this.#canBatch && keys.length > 1) {
      const outcomes = await this.#removeBatch(keys, options)
      if (outcomes !== undefined) return outcomes
    }
    return this.#removeEach(keys, options)
  }

  /** Undefined where the service takes no batches, by its kind or by our rights. */
  async #removeBatch(
    keys: readonly string[],
    { signal }: OperationOptions,
  ): Promise<DeleteOutcome[] | undefined> {
    const place: Place = { backend: 'azblob', operation: 'deleteMany' }
    const batch = this.#container.client.getBlobBatchClient()
    const urls = keys.map((key) => this.#container.blob(this.#names.nameOf(key)).url)
    const answer = await this.#container.requests.send({
      ...place,
      signal,
      bytes: urls.length * 1024,
      send: (abortSignal) =>
        batch.deleteBlobs(urls, this.#container.client.credential, { abortSignal }),
      onRefused: async (error) => {
        if (!isBatchRefusal(error)) throw error
        this.#canBatch = false
        return undefined
      },
    })
    if (answer === undefined) return undefined
    const { subResponses } = answer
    // An answer without its parts tells nothing of any key.
    if (subResponses.length < keys.length) return undefined
    return keys.map((key, at) => {
      const { status, errorCode: code } = subResponses[at]!
      if (status >= 200 && status < 300) return { key, deleted: true }
      const error = toStorageError({ statusCode: status, code }, { ...place, key })
      return isStorageError(error, 'NOT_FOUND')
        ? { key, deleted: false }
        : { key, deleted: false, error }
    })
  }

  async #removeEach(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const outcomes: DeleteOutcome[] = []
    let next = 0
    const work = async (): Promise<void> => {
      while (next < keys.length) {
        const at = next++
        outcomes[at] = await this.#removeOne(keys[at]!, options)
      }
    }
    await Promise.all(Array.from({ length: Math.min(deletesAtOnceMax, keys.length) }, work))
    throwIfAborted(options.signal)
    return outcomes
  }

  async #removeOne(key: string, { signal }: OperationOptions): Promise<DeleteOutcome> {
    try {
      return { key, deleted: await this.remove(key, { signal }, 'deleteMany') }
    } catch (error) {
      if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
      return { key, deleted: false, error }
    }
  }
}

/** Emulators and older services know no batches; a role may allow deletes, but not these. */
function isBatchRefusal(error: StorageError): boolean {
  return isStorageError(error, 'PERMISSION_DENIED', 'UNSUPPORTED', 'INVALID_ARGUMENT')
}
