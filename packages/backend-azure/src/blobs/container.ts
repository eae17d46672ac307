/**
 * The container that a store lives in, and the others of its account: their clients, who owns the
 * connections, and copy sources.
 */
import {
  AnonymousCredential,
  BlobSASPermissions,
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  generateBlobSASQueryParameters,
  newPipeline,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { StorageError } from '@aos-storage/core'
import type { Requests } from '@aos-storage/core/remote'
import { serviceUrl } from '../account.ts'
import { Connection, requestsOf } from '../connection.ts'
import { assertContainerName, type AzureBlobOptions } from '../options.ts'

/** A copy's source must be readable for the service for as long as the copy takes. */
const copySourceMsMax = 24 * 3600_000
/** Clocks differ: a SAS begins a little in the past, by as much as Microsoft advises. */
export const clockSkewMs: number = 15 * 60_000

/** The service reads a copy's source by its URL; or by a URL and a token. */
export interface CopySource {
  readonly url: string
  readonly settings: {
    readonly sourceAuthorization?: { readonly scheme: 'Bearer'; readonly value: string }
  }
}

/** Of about 5 KiB each. */
const keptBlobsMax = 1000

const storageScope = 'https://storage.azure.com/.default'

/** What reading and writing need to know of where blobs are. */
export type BlobPlace = Pick<Container, 'blob' | 'requests' | 'hasOwnRetries'>

/** Clients of the SDK: of the account, unless it is for one container, and of that. */
interface Clients {
  readonly service: BlobServiceClient | undefined
  readonly container: ContainerClient | undefined
}

export class Container {
  /** The account; undefined for a foreign client of one container. */
  readonly service: BlobServiceClient | undefined
  readonly requests: Requests
  /** True when the SDK may send a request twice without our knowing. */
  readonly hasOwnRetries: boolean
  readonly #client: ContainerClient | undefined
  readonly #connection: Connection | undefined
  /** Clients of blobs, the one used last at the end. */
  readonly #blobs = new Map<string, BlockBlobClient>()

  /** @throws StorageError `INVALID_ARGUMENT`. Sends nothing. */
  constructor(options: AzureBlobOptions) {
    this.hasOwnRetries = options.client !== undefined
    if (options.client !== undefined) {
      this.requests = requestsOf(options)
      const { service, container } = ofClient(options.client, options)
      this.service = service
      this.#client = container
      return
    }
    this.#connection = new Connection(options)
    this.requests = this.#connection.requests
    const { service, container } = ofConnection(this.#connection, options.container)
    this.service = service
    this.#client = container
  }

  /** Undefined for a store that names no container, and so holds no keys. */
  get name(): string | undefined {
    return this.#client?.containerName
  }

  /** Without query: a SAS is a secret. */
  get url(): string {
    const { origin, pathname } = new URL((this.#client ?? this.service)!.url)
    return `${origin}${pathname}`
  }

  /** What signs the requests: a key, a token or nothing, for a SAS. */
  get credential(): ContainerClient['credential'] {
    return (this.#client ?? this.service)!.credential
  }

  /** @throws StorageError `INVALID_ARGUMENT` when there is no container for keys. */
  get client(): ContainerClient {
    if (this.#client !== undefined) return this.#client
    throw new StorageError(
      'INVALID_ARGUMENT',
      'This store names no container, so that it holds no keys; open it with the option container',
    )
  }

  /**
   * Any container of the account, by its name.
   *
   * @throws StorageError `INVALID_ARGUMENT` for what is no name, `UNSUPPORTED` where the client
   * that was given is for another one.
   */
  other(name: string): ContainerClient {
    if (typeof name !== 'string') throw new TypeError('The name of a container is a string')
    assertContainerName(name)
    if (this.#client?.containerName === name) return this.#client
    return this.account().getContainerClient(name)
  }

  /** @throws StorageError `UNSUPPORTED` where the client that was given is for one container. */
  account(): BlobServiceClient {
    if (this.service !== undefined) return this.service
    throw new StorageError(
      'UNSUPPORTED',
      'The client that this store was opened with is for one container; give a BlobServiceClient',
    )
  }

  /**
   * The SDK's client of a blob. Making one takes a twentieth of the CPU of a small request, and
   * services ask for the same blobs again and again.
   */
  blob(name: string): BlockBlobClient {
    const kept = this.#blobs.get(name)
    const blob = kept ?? this.client.getBlockBlobClient(name)
    if (kept !== undefined) this.#blobs.delete(name)
    else if (this.#blobs.size >= keptBlobsMax) this.#blobs.delete(firstKey(this.#blobs))
    this.#blobs.set(name, blob)
    return blob
  }

  /** Whether many deletes can go as one request: a SAS may not sign batches. */
  get canBatch(): boolean {
    return !(this.credential instanceof AnonymousCredential)
  }

  /** How the service itself may read a blob of this container. */
  async copySource(name: string, nowMs: number, signal: AbortSignal): Promise<CopySource> {
    const { url } = this.client.getBlobClient(name)
    const { credential } = this.client
    if (credential instanceof StorageSharedKeyCredential) {
      const values = {
        containerName: this.client.containerName,
        blobName: name,
        permissions: BlobSASPermissions.parse('r'),
        startsOn: new Date(nowMs - clockSkewMs),
        expiresOn: new Date(nowMs + copySourceMsMax),
      }
      const sas = generateBlobSASQueryParameters(values, credential).toString()
      return { url: `${url}?${sas}`, settings: {} }
    }
    // A SAS is in the URL already.
    if (credential instanceof AnonymousCredential) return { url, settings: {} }
    const token = await credential.getToken(storageScope, { abortSignal: signal })
    if (token === null) {
      throw new StorageError('UNAUTHENTICATED', 'The credential gives no token for Azure Storage')
    }
    return { url, settings: { sourceAuthorization: { scheme: 'Bearer', value: token.token } } }
  }

  close(): void {
    this.requests.close()
    this.#connection?.close()
  }
}

function firstKey(map: ReadonlyMap<string, unknown>): string {
  return map.keys().next().value!
}

function ofConnection(connection: Connection, container: string | undefined): Clients {
  const { credential, container: ofSas } = connection.account
  if (container !== undefined && ofSas !== undefined && container !== ofSas) {
    throw new StorageError('INVALID_ARGUMENT', 'container is another than that of sasUrl; drop one')
  }
  const name = container ?? ofSas
  if (name !== undefined) assertContainerName(name)
  const signer =
    credential.kind === 'key'
      ? new StorageSharedKeyCredential(credential.accountName, credential.accountKey)
      : credential.kind === 'token'
        ? (credential.token as Parameters<typeof newPipeline>[0])
        : new AnonymousCredential()
  const pipeline = newPipeline(signer, connection.clientOptions('blob'))
  const url = connection.urlOf('blob')
  const service = new BlobServiceClient(
    credential.kind === 'sas' ? `${url}?${credential.sas}` : url,
    pipeline,
  )
  return { service, container: name === undefined ? undefined : service.getContainerClient(name) }
}

function ofClient(client: BlobServiceClient | ContainerClient, options: AzureBlobOptions): Clients {
  const accounts = ['connectionString', 'accountUrl', 'credential', 'sasUrl'] as const
  // Throws for plain http through a network.
  serviceUrl(client.url, 'The URL of the client')
  const other = [...accounts, 'connectionsMax' as const].find((name) => options[name] !== undefined)
  if (other !== undefined) {
    throw new StorageError('INVALID_ARGUMENT', `A client has its own account; drop ${other}`)
  }
  if ('containerName' in client) {
    if (options.container === undefined || options.container === client.containerName) {
      return { service: undefined, container: client }
    }
    throw new StorageError('INVALID_ARGUMENT', 'container is another than that of the client')
  }
  if (options.container === undefined) return { service: client, container: undefined }
  assertContainerName(options.container)
  return { service: client, container: client.getContainerClient(options.container) }
}
