/**
 * A bucket of S3: the contract's methods, over the parts beside this file. What S3 can do beside
 * the contract is in `extras/`.
 */
import {
  type Capabilities,
  type CopyOptions,
  type DeleteOptions,
  type DeleteOutcome,
  type Health,
  isStorageError,
  keyBytesMax,
  keyFault,
  type ListOptions,
  type ListPage,
  type ObjectInfo,
  type OperationOptions,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
  type StorageBackend,
  StorageError,
  type WriteBody,
  type WriteOptions,
} from '@aos-storage/core'
import { discardSource, quoteKey, throwIfAborted } from '@aos-storage/core/backend'
import { closedError, isProgramError } from '@aos-storage/core/remote'
import { Bucket, endpointOfEnvironment } from './bucket.ts'
import type { StoredHeaders } from './calls.ts'
import { S3Copier } from './copier.ts'
import { toStorageError } from './errors.ts'
import { S3Extras } from './extras/extras.ts'
import { metadataBytesMax } from './metadata.ts'
import { S3Names } from './names.ts'
import { assertEndpoint, assertS3Options, type S3Options } from './options.ts'
import { S3Pages } from './pages.ts'
import { bodyBytesMax, partBytesMax } from './part-sizes.ts'
import { probeOnce } from './probed.ts'
import { S3Reader } from './reader.ts'
import { batchDeletesMax, S3Remover } from './remover.ts'
import { readingServer } from './reading-server.ts'
import { ServerCopy } from './server-copy.ts'
import { listPageMax } from './server-list.ts'
import { holdsWrites, type S3Server } from './server.ts'
import { S3Writer } from './writer.ts'

const mebibyte = 1024 ** 2
const partBytesDefault = 8 * mebibyte
/** Smaller, because parts that were read wait for the collector: their reader has them. */
const readPartBytesDefault = 4 * mebibyte
const bodyIdleMsDefault = 30_000
const smallReadBytesDefault = 256 * 1024
const concurrencyDefault = 4
/** Of a copy that is larger than one request copies: few, because each is one request. */
const copyPartBytes = 512 * mebibyte

/**
 * The objects of a bucket, or those below a prefix, as a store.
 *
 * Open it with {@link S3StorageBackend.open}. What is written is whole or not there. Conditions
 * hold between all clients of the server, where it honours them; else they are refused. See
 * `docs/formats/s3-objects.md` for how keys and metadata lie there.
 */
export class S3StorageBackend extends S3Extras implements StorageBackend {
  readonly name: string = 's3'
  readonly capabilities: Capabilities
  /** What the server honours, as it was found out or given. */
  readonly server: S3Server
  readonly #bucket: Bucket
  readonly #names: S3Names
  readonly #reader: S3Reader
  readonly #writer: S3Writer
  readonly #copier: S3Copier
  readonly #remover: S3Remover
  readonly #pages: S3Pages
  #isClosed = false

  /**
   * Opens a store, and finds out what its server honours, unless that is given or was found out by
   * this process: 25 to 60 small requests, which leave nothing behind.
   *
   * @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing;
   * `PERMISSION_DENIED` where the credentials may not write, and `server` is not given; and as any
   * request.
   */
  static async open(options: S3Options): Promise<S3StorageBackend> {
    assertS3Options(options)
    const isOwn = options.client === undefined
    const endpoint = options.endpoint ?? (isOwn ? endpointOfEnvironment() : undefined)
    const own = { ...options, endpoint, prefix: folderOf(options.prefix) }
    // Also one of the environment.
    assertEndpoint(endpoint)
    const bucket = new Bucket(own)
    try {
      const names = new S3Names(own.prefix)
      const probing = { bucket, calls: bucket.calls, names }
      const server =
        own.server === 'unprobed'
          ? await readingServer(probing)
          : (own.server ?? (await probeOnce(probing)))
      return new S3StorageBackend(own, bucket, Object.freeze({ ...server }))
    } catch (error) {
      await bucket.close()
      throw told(error, bucket, 'open', undefined)
    }
  }

  private constructor(options: S3Options, bucket: Bucket, server: S3Server) {
    const { prefix = '', partBytes = partBytesDefault } = options
    const { calls } = bucket
    const names = new S3Names(prefix)
    const headers = headersOf(options)
    const common = { bucket, calls, names, server }
    const partConcurrency = options.partConcurrency ?? concurrencyDefault
    const reader = new S3Reader({
      ...common,
      smallReadBytesMax: options.smallReadBytesMax ?? smallReadBytesDefault,
      partBytes: options.readPartBytes ?? readPartBytesDefault,
      concurrency: options.readConcurrency,
      bodyIdleMsMax: options.bodyIdleMsMax ?? bodyIdleMsDefault,
    })
    const serverCopy = new ServerCopy({
      ...{ bucket, calls, concurrency: partConcurrency, copyPartBytes },
      singleCopyBytesMax: partBytesMax,
    })
    super({ ...common, reader, headers, serverCopy })
    this.server = server
    this.#bucket = bucket
    this.#names = names
    this.#reader = reader
    this.#writer = new S3Writer({
      ...common,
      ...{ reader, headers, partBytes, partConcurrency },
      singleWriteBytesMax: options.singleWriteBytesMax ?? partBytesDefault,
      objectBytesMax: bodyBytesMax(partBytes),
      hasChecksum: options.checksum === 'sha256',
    })
    this.#copier = new S3Copier({ ...common, reader, writer: this.#writer, headers, serverCopy })
    this.#remover = new S3Remover({ ...common, reader })
    this.#pages = new S3Pages(bucket, names, server)
    this.capabilities = capabilitiesOf(prefix, partBytes, server, this.extras)
  }

  read(key: string, options: ReadOptions = {}): Promise<ReadResult> {
    return this.run('read', key, options.signal, () => this.#reader.read(key, options))
  }

  write(key: string, body: WriteBody, options: WriteOptions): Promise<ObjectInfo> {
    const call = (): Promise<ObjectInfo> => this.#writer.write(key, body, options)
    return this.run('write', key, options.signal, call, () => discardSource(body))
  }

  stat(key: string, options: StatOptions = {}): Promise<ObjectInfo> {
    return this.run('stat', key, options.signal, () => this.#reader.stat(key, options))
  }

  delete(key: string, options: DeleteOptions = {}): Promise<boolean> {
    return this.run('delete', key, options.signal, () => this.#remover.remove(key, options))
  }

  list(options: ListOptions = {}): Promise<ListPage> {
    const limit = Math.min(options.limit ?? listPageMax, listPageMax)
    return this.run('list', undefined, options.signal, () => this.#pages.page(options, limit))
  }

  copy(from: string, to: string, options: CopyOptions = {}): Promise<ObjectInfo> {
    return this.run('copy', from, options.signal, () => {
      this.#assertLength(to)
      return this.#copier.copy(from, to, options)
    })
  }

  deleteMany(keys: readonly string[], options: OperationOptions = {}): Promise<DeleteOutcome[]> {
    return this.run('deleteMany', undefined, options.signal, async () => {
      const outcomes = await this.#remover.removeMany(keys, options)
      return outcomes.map((outcome) =>
        outcome.error === undefined
          ? outcome
          : { ...outcome, error: this.#bucket.named(outcome.error) },
      )
    })
  }

  /**
   * Asks for an object that is not there. Without `s3:ListBucket` Amazon's does not say that it is
   * not: then all that is known is that reading it is denied, and the store counts as unhealthy.
   */
  async health(options: OperationOptions = {}): Promise<Health> {
    throwIfAborted(options.signal)
    const { clock } = this.#bucket
    const startedMs = clock.monotonicMs()
    const report = async (ok: boolean, message: string): Promise<Health> => ({
      ok,
      latencyMs: clock.monotonicMs() - startedMs,
      message,
      details: {
        endpoint: await this.#bucket.host(),
        bucket: this.#bucket.name,
        prefix: this.#names.prefix,
      },
    })
    if (this.#isClosed) return report(false, closedError('S3').message)
    try {
      // One byte, should there be such an object.
      await this.#reader.read('.aos/health', { ...options, range: { offset: 0, length: 1 } })
      return await report(true, 'The bucket can be reached and read')
    } catch (error) {
      if (isStorageError(error, 'NOT_FOUND')) {
        return report(true, 'The bucket can be reached and read')
      }
      if (isStorageError(error, 'ABORTED')) throw error
      return report(false, (told(error, this.#bucket, 'health', undefined) as Error).message)
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#reader.close()
    this.#writer.close()
    await this.#bucket.close()
  }

  protected override async run<T>(
    operation: string,
    key: string | undefined,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
    onRefused?: () => void,
  ): Promise<T> {
    let isRefused = true
    try {
      if (this.#isClosed) throw closedError('S3')
      throwIfAborted(signal)
      if (key !== undefined) this.#assertLength(key)
      isRefused = false
      return await call()
    } catch (error) {
      if (isRefused) onRefused?.()
      throw told(error, this.#bucket, operation, key)
    }
  }

  /** A prefix takes some of the bytes that a name may have. */
  #assertLength(key: string): void {
    if (this.#names.prefix === '') return
    const bytes = Buffer.byteLength(key)
    const { keyBytesMax: most } = this.capabilities
    if (bytes <= most) return
    throw new StorageError(
      'INVALID_KEY',
      `Key ${quoteKey(key)} is ${bytes} bytes long; at most ${most} fit behind the prefix`,
      { key },
    )
  }
}

/** Mistakes in programs, this one included, are not told as failures of the service. */
function told(error: unknown, bucket: Bucket, operation: string, key: string | undefined): unknown {
  if (isProgramError(error)) return error
  return bucket.named(toStorageError(error, { backend: 's3', operation, key }))
}

/** @throws StorageError `INVALID_ARGUMENT` unless keys can lie below it. */
function folderOf(prefix: string = ''): string {
  if (prefix === '') return ''
  const folder = prefix.endsWith('/') ? prefix : `${prefix}/`
  const fault = keyFault(folder.slice(0, -1))
  if (fault === undefined && Buffer.byteLength(folder) <= keyBytesMax / 2) return folder
  throw new StorageError(
    'INVALID_ARGUMENT',
    `prefix ${quoteKey(prefix)} ${fault ?? 'is longer than 512 bytes'}`,
    { operation: 'open' },
  )
}

function headersOf({ storageClass, encryption }: S3Options): StoredHeaders {
  const { algorithm, keyId, bucketKey }: AnyEncryption = encryption ?? {}
  return {
    ...(storageClass === undefined
      ? {}
      : { StorageClass: storageClass as NonNullable<StoredHeaders['StorageClass']> }),
    ...(algorithm === undefined ? {} : { ServerSideEncryption: algorithm }),
    ...(keyId === undefined ? {} : { SSEKMSKeyId: keyId }),
    ...(bucketKey === undefined ? {} : { BucketKeyEnabled: bucketKey }),
  }
}

interface AnyEncryption {
  readonly algorithm?: StoredHeaders['ServerSideEncryption']
  readonly keyId?: string | undefined
  readonly bucketKey?: boolean | undefined
}

function capabilitiesOf(
  prefix: string,
  partBytes: number,
  server: S3Server,
  extras: readonly string[],
): Capabilities {
  const isHeld = holdsWrites(server)
  return Object.freeze({
    conditionalWrite: isHeld ? 'global' : 'none',
    conditionalDelete: isHeld && server.conditionalDelete ? 'global' : 'none',
    // Where the server does not hold a copy to it, a read and a conditional write do.
    conditionalCopy: isHeld ? 'global' : 'none',
    conditionalRead: true,
    rangeRead: true,
    userMetadata: true,
    etagIdentity: 'content',
    listedSize: 'body',
    durability: 'service',
    keyBytesMax: keyBytesMax - Buffer.byteLength(prefix),
    objectBytesMax: bodyBytesMax(partBytes),
    metadataBytesMax,
    listPageMax,
    deleteManyMax: batchDeletesMax,
    // Last-Modified has whole seconds.
    modifiedAtResolutionMs: 1000,
    extras,
  })
}
