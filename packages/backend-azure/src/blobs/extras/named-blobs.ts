/**
 * Blobs by container and name, as Azure has them: without the rules and codes of keys, and without
 * the store's own container and prefix.
 *
 * They are written and read by the same parts as keys: streams, blocks, conditions and resumed
 * downloads are the same.
 */
import {
  type BodyInput,
  type Metadata,
  type ObjectInfo,
  type OperationOptions,
  type ReadOptions,
  StorageError,
  type WriteOptions,
} from '@aos-storage/core'
import {
  assertContentType,
  assertToken,
  discardSource,
  metadataBytesMax,
  ownMetadata,
  ownOptions,
  ownRange,
  quoteKey,
  StoredBody,
  toWriteBody,
} from '@aos-storage/core/backend'
import type { Container } from '../container.ts'
import { listedOf } from '../info.ts'
import type { BlobReader } from '../reader.ts'
import { inContainer } from '../refusal.ts'
import { ServiceList, servicePageMax } from '../service-list.ts'
import type { BlobWriter } from '../writer.ts'

/** What `uploadBlob` takes. */
export interface UploadBlobOptions extends OperationOptions {
  /** Default: that of a `Blob`, `text/plain; charset=utf-8` of text, else of bytes. */
  readonly contentType?: string | undefined
  /** By the rules of core's metadata. */
  readonly metadata?: Metadata | undefined
  /** Only over this version, else `PRECONDITION_FAILED`. */
  readonly ifMatch?: string | undefined
  /** Create only, else `ALREADY_EXISTS`. */
  readonly ifNoneMatch?: '*' | undefined
}

/** What `listBlobs` takes. */
export interface ListBlobsOptions extends OperationOptions {
  /** Only names that start with this text. */
  readonly prefix?: string | undefined
}

/** A blob of a listing. */
export interface ListedBlob {
  /** Any name that Azure takes, which need be no key. */
  readonly name: string
  readonly size: number
  readonly etag: string
  readonly modifiedAt: Date
  readonly contentType: string
}

const uploadNames: ReadonlySet<string> = new Set<keyof UploadBlobOptions>([
  ...(['contentType', 'metadata', 'ifMatch', 'ifNoneMatch', 'signal'] as const),
])
const downloadNames: ReadonlySet<string> = new Set<keyof ReadOptions>([
  ...(['range', 'ifMatch', 'ifNoneMatch', 'signal'] as const),
])
const listNames: ReadonlySet<string> = new Set<keyof ListBlobsOptions>(['prefix', 'signal'])

/** In UTF-16 units. */
const nameLengthMax = 1024

export interface NamedBlobsOptions {
  readonly container: Container
  readonly reader: BlobReader
  readonly writer: BlobWriter
}

export class NamedBlobs {
  readonly #options: NamedBlobsOptions

  constructor(options: NamedBlobsOptions) {
    this.#options = options
  }

  /** @throws StorageError as `uploadBlob` of the backend. */
  async upload(
    container: string,
    name: string,
    data: BodyInput,
    options: UploadBlobOptions = {},
  ): Promise<ObjectInfo> {
    const body = toWriteBody(data)
    let isRead = false
    try {
      const client = this.#options.container.other(container)
      assertBlobName(name)
      const settings = uploadOptionsOf(data, options)
      const { requests, hasOwnRetries } = this.#options.container
      const place = { requests, hasOwnRetries, blob: client.getBlockBlobClient.bind(client) }
      const writer = this.#options.writer.into({
        container: place,
        names: { nameOf: (key) => key },
      })
      isRead = true
      return await inContainer(container, () => writer.write(name, body, settings))
    } catch (error) {
      if (!isRead) discardSource(body)
      throw error
    }
  }

  /** @throws StorageError as `downloadBlob` of the backend. */
  async download(container: string, name: string, options: ReadOptions = {}): Promise<StoredBody> {
    const client = this.#options.container.other(container)
    assertBlobName(name)
    const own = ownOptions(options, downloadNames, 'downloadBlob')
    assertToken(own.ifMatch, 'ifMatch')
    assertToken(own.ifNoneMatch, 'ifNoneMatch')
    const range = own.range === undefined ? undefined : ownRange(own.range)
    const reader = this.#options.reader.ofBlobs(() => client.getBlobClient(name))
    const read = await inContainer(container, () => reader.read(name, { ...own, range }))
    return new StoredBody(read)
  }

  async *list(container: string, options: ListBlobsOptions): AsyncGenerator<ListedBlob> {
    const { prefix = '', signal } = ownOptions(options, listNames, 'listBlobs')
    if (typeof prefix !== 'string') throw new TypeError('prefix is a string')
    const client = this.#options.container.other(container)
    const { requests } = this.#options.container
    const settings = { client, requests, signal, pageSize: servicePageMax, isAnyOrder: true }
    const list = new ServiceList(settings, { prefix })
    while (await inContainer(container, () => list.more())) {
      for (let entry = list.take(); entry !== undefined; entry = list.take()) {
        const { size, etag, modifiedAt, contentType } = listedOf(entry.name, entry.headers!)
        yield { name: entry.name, size, etag, modifiedAt, contentType: contentType! }
      }
    }
  }
}

function uploadOptionsOf(data: BodyInput, options: UploadBlobOptions): WriteOptions {
  const { metadata, ...own } = ownOptions(options, uploadNames, 'uploadBlob')
  const { contentType = typeOf(data), ifMatch, ifNoneMatch } = own
  assertContentType(contentType)
  assertToken(ifMatch, 'ifMatch')
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new TypeError('uploadBlob: ifNoneMatch is "*": only when there is no such blob')
  }
  return {
    ...own,
    contentType,
    ...(metadata === undefined ? {} : { metadata: ownMetadata(metadata, metadataBytesMax) }),
  }
}

function typeOf(data: BodyInput): string {
  if (typeof data === 'string') return 'text/plain; charset=utf-8'
  const own = data instanceof Blob ? data.type : ''
  return own === '' ? 'application/octet-stream' : own
}

/**
 * Refuses names that would end up as others: Azure turns a backslash into a slash, and URLs lose
 * `.` and `..`, as Azure loses the dots that end a segment.
 */
function assertBlobName(name: unknown): asserts name is string {
  if (typeof name !== 'string') throw new TypeError(`A blob name is a string, not ${typeof name}`)
  const isTaken = name !== '' && name.length <= nameLengthMax && name.isWellFormed()
  if (isTaken && !/\\|\0|\.(?:\/|$)/.test(name)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `Blob name ${quoteKey(name)} is none that Azure holds unchanged: 1 to ${nameLengthMax} ` +
      'characters, no backslash, no part that ends with a dot; keys have no such limits',
  )
}
