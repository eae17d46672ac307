/**
 * Deletes: one by one, or up to 1,000 in one request.
 *
 * S3 does not tell whether there was an object: that is looked up first. A delete of what is not
 * there would leave a delete marker in a versioned bucket, too.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
 */
import { DeleteObjectsCommand } from '@aws-sdk/client-s3'
import {
  type DeleteOptions,
  type DeleteOutcome,
  isStorageError,
  type OperationOptions,
  StorageError,
} from '@aos-storage/core'
import { checkMatch, openOutcome, throwIfAborted } from '@aos-storage/core/backend'
import { eachPlace } from '@aos-storage/core/remote'
import type { Bucket } from './bucket.ts'
import type { HeadAnswer, ObjectCalls } from './calls.ts'
import { conditionError, isConflict, refusalOf, unsupported } from './conditions.ts'
import { etagOf, tokenOf } from './etag.ts'
import { toStorageError } from './errors.ts'
import type { S3Names } from './names.ts'
import { PresenceLists } from './presence.ts'
import type { S3Reader } from './reader.ts'
import type { S3Server } from './server.ts'

/** What one request takes. */
export const batchDeletesMax = 1000
/** Requests about single keys on their way at once. */
const atOnceMax = 32
/** How often a delete is decided again because the object was overwritten meanwhile. */
const changesMax = 10

/** What no XML can carry, and so no batch; control characters are in names of others only. */
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const notXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/

export interface RemoverOptions {
  readonly bucket: Bucket
  readonly calls: ObjectCalls
  readonly names: S3Names
  readonly server: S3Server
  readonly reader: S3Reader
}

export class S3Remover {
  readonly #options: RemoverOptions
  readonly #presence: PresenceLists

  constructor(options: RemoverOptions) {
    this.#options = options
    const { bucket, names, server } = options
    this.#presence = new PresenceLists(bucket, names, server)
  }

  async remove(
    key: string,
    options: DeleteOptions,
    operation: string = 'delete',
  ): Promise<boolean> {
    const { server } = this.#options
    const { ifMatch, signal } = options
    if (ifMatch !== undefined && !server.conditionalDelete) {
      throw unsupported('conditions of deletes', operation, key)
    }
    for (let changes = 0; ; changes++) {
      const head = await this.#head(key, signal, operation)
      const etag = tokenOf(head?.ETag)
      if (ifMatch !== undefined) {
        if (head === undefined) throw conditionError('PRECONDITION_FAILED', operation, key)
        checkMatch(key, etag, ifMatch)
      }
      if (head === undefined) return false
      try {
        return await this.#delete(key, etag, options, operation)
      } catch (error) {
        const isChanged = ifMatch === undefined && isStorageError(error, 'PRECONDITION_FAILED')
        if (!(isChanged || isConflict(error))) throw error
        if (changes >= changesMax) throw isChanged ? changedError(operation, key) : error
        await this.#options.bucket.requests.rest(changes + 1, options)
      }
    }
  }

  async removeMany(keys: readonly string[], options: OperationOptions): Promise<DeleteOutcome[]> {
    const outcomes = keys.map((key): DeleteOutcome => ({ key, deleted: false }))
    const isSingle = (key: string): boolean => keys.length === 1 || notXml.test(key)
    const single = [...keys.keys()].filter((at) => isSingle(keys[at]!))
    const batch = [...keys.keys()].filter((at) => !isSingle(keys[at]!))
    await this.#each(single, outcomes, options, async (key) => ({
      key,
      deleted: await this.remove(key, options, 'deleteMany'),
    }))
    await this.#removeBatch(batch, outcomes, options)
    throwIfAborted(options.signal)
    return outcomes
  }

  async #removeBatch(
    places: readonly number[],
    outcomes: DeleteOutcome[],
    options: OperationOptions,
  ): Promise<void> {
    const there = await this.#thoseThere(places, outcomes, options)
    if (there.length === 0) return
    const keys = there.map((at) => outcomes[at]!.key)
    const errors = await this.#sendBatch(keys, options).catch((error: unknown) =>
      errorsOfAll(error, keys, this.#options.names),
    )
    for (const at of there) {
      const { key } = outcomes[at]!
      const error = errors.get(this.#options.names.nameOf(key))
      outcomes[at] = error === undefined ? { key, deleted: true } : { key, deleted: false, error }
    }
    await this.#removeBusy(outcomes, there, options)
  }

  /** Those of the places whose keys have an object. */
  async #thoseThere(
    places: readonly number[],
    outcomes: DeleteOutcome[],
    options: OperationOptions,
  ): Promise<number[]> {
    const keys = places.map((at) => outcomes[at]!.key)
    const { there, unknown, error } = await this.#presence.find(keys, options)
    if (error !== undefined) {
      for (const at of places) {
        const { key } = outcomes[at]!
        outcomes[at] = { key, deleted: false, error: error.with({ key }) }
      }
      return []
    }
    const found = new Set(there)
    const asked = new Set(unknown)
    const alone = places.filter((at) => asked.has(outcomes[at]!.key))
    await this.#each(alone, outcomes, options, async (key) => {
      const head = await this.#head(key, options.signal, 'deleteMany')
      if (head !== undefined) found.add(key)
      return { key, deleted: false }
    })
    return places.filter((at) => outcomes[at]!.error === undefined && found.has(outcomes[at]!.key))
  }

  /** The errors by name; of what is not in it, the object is gone. */
  async #sendBatch(
    keys: readonly string[],
    { signal }: OperationOptions,
  ): Promise<Map<string, StorageError>> {
    const { bucket, names } = this.#options
    const Objects = keys.map((key) => ({ Key: names.nameOf(key) }))
    const command = new DeleteObjectsCommand({
      Bucket: bucket.name,
      Delete: { Objects, Quiet: true },
    })
    const { Errors = [] } = await bucket.send({
      ...{ operation: 'deleteMany', signal, bytes: keys.length * 1024 },
      send: (abortSignal) => bucket.client.send(command, { abortSignal }),
    })
    const sent = new Set(Objects.map(({ Key }) => Key))
    const errors = new Map<string, StorageError>()
    for (const { Key = '', Code, Message } of Errors) {
      const failure = {
        name: Code,
        message: Message,
        $metadata: { httpStatusCode: statusOf(Code) },
      }
      const error = toStorageError(failure, { backend: 's3', operation: 'deleteMany' })
      // One that names nothing of what was sent may be of any.
      const concerned = sent.has(Key) ? [Key] : [...sent].filter((name) => !errors.has(name))
      for (const name of concerned) errors.set(name, error.with({ key: names.keyOf(name) }))
    }
    return errors
  }

  /** Deletes again, one by one, what a batch found too busy. */
  async #removeBusy(
    outcomes: DeleteOutcome[],
    places: readonly number[],
    options: OperationOptions,
  ): Promise<void> {
    const busy = places.filter((at) => isBusy(outcomes[at]!))
    await this.#each(busy, outcomes, options, async (key) => ({
      key,
      deleted: await this.remove(key, options, 'deleteMany'),
    }))
  }

  async #each(
    places: readonly number[],
    outcomes: DeleteOutcome[],
    { signal }: OperationOptions,
    task: (key: string, at: number) => Promise<DeleteOutcome>,
  ): Promise<void> {
    await eachPlace(places.length, atOnceMax, signal, async (place) => {
      const at = places[place]!
      const { key } = outcomes[at]!
      try {
        outcomes[at] = await task(key, at)
      } catch (error) {
        if (!isStorageError(error) || isStorageError(error, 'ABORTED', 'CLOSED')) throw error
        outcomes[at] = { key, deleted: false, error }
      }
    })
  }

  #delete(key: string, etag: string, options: DeleteOptions, operation: string): Promise<boolean> {
    const { bucket, calls, names, server } = this.#options
    const { ifMatch, signal } = options
    const isQuoted = server.swap !== 'unquoted'
    const held = server.conditionalDelete ? { IfMatch: etagOf(etag, isQuoted) } : {}
    return bucket.send({
      ...{ operation, key, signal, conditions: { ifMatch } },
      send: async (abortSignal) => {
        await calls.delete({ Key: names.nameOf(key), ...held }, abortSignal)
        return true
      },
      onRefused: async (error, lost) => {
        const isGone = error.code === 'NOT_FOUND'
        if (ifMatch !== undefined && lost !== undefined) throw openOutcome(lost, key)
        if (ifMatch !== undefined) throw refusalOf(error, options)
        // Gone since the try whose answer was lost: most likely by it.
        if (isGone) return lost !== undefined
        if (lost !== undefined && isStorageError(error, 'PRECONDITION_FAILED')) {
          if ((await this.#head(key, signal, operation)) === undefined) return true
        }
        throw error
      },
    })
  }

  async #head(
    key: string,
    signal: AbortSignal | undefined,
    operation: string,
  ): Promise<HeadAnswer | undefined> {
    try {
      return await this.#options.reader.head(key, { signal }, operation)
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) return undefined
      throw error
    }
  }
}

/** The failure of a whole batch, as that of each key. @throws what ended the call. */
function errorsOfAll(
  error: unknown,
  keys: readonly string[],
  names: S3Names,
): Map<string, StorageError> {
  if (isStorageError(error, 'ABORTED', 'CLOSED') || !isStorageError(error)) throw error
  return new Map(keys.map((key) => [names.nameOf(key), error.with({ key })]))
}

function changedError(operation: string, key: string): StorageError {
  const message = 'It is overwritten again and again; delete it when it rests'
  return new StorageError('CONFLICT', message, { backend: 's3', operation, key })
}

/** Per-key errors have a code, but no status. */
function statusOf(code: string | undefined): number {
  return code === 'SlowDown' || code === 'ServiceUnavailable'
    ? 503
    : code === 'InternalError'
      ? 500
      : 400
}

function isBusy({ error }: DeleteOutcome): boolean {
  const isPassing = isStorageError(error, 'RATE_LIMITED', 'UNAVAILABLE', 'TIMEOUT', 'CONFLICT')
  return isPassing && error.retryable === 'yes'
}
