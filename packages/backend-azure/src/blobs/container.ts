/** The container that a store lives in: its client, who owns the connections, and copy sources. */
import {
  AnonymousCredential,
  BlobSASPermissions,
  BlobServiceClient,
  type BlockBlobClient,
  type ContainerClient,
  generateBlobSASQueryParameters,
  newPipeline,
  type StoragePipelineOptions,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import { StorageError, type TokenCredential } from '@aos-storage/core'
import { Connection, requestsOf } from '../connection.ts'
import { assertContainerName, type AzureBlobOptions } from '../options.ts'
import type { Requests } from '../requests.ts'

/** A copy's source must be readable for the service for as long as the copy takes. */
const copySourceMsMax = 24 * 3600_000
/** Clocks differ: a SAS begins a little in the past. */
const clockSkewMs = 15 * 60_000

/** The service reads a copy's source by its URL; or by a URL and a token. */
export interface CopySource {
  readonly url: string
  readonly settings: {
    readonly sourceAuthorization?: { readonly scheme: 'Bearer'; readonly value: string }
  }
}

const storageScope = 'https://storage.azure.com/.default'

export class Container {
  readonly client: ContainerClient
  readonly requests: Requests
  /** True when the SDK may send a request twice without our knowing. */
  readonly hasOwnRetries: boolean
  readonly #connection: Connection | undefined

  /** @throws StorageError `INVALID_ARGUMENT`. Sends nothing. */
  constructor(options: AzureBlobOptions) {
    this.hasOwnRetries = options.client !== undefined
    if (options.client !== undefined) {
      this.requests = requestsOf(options)
      this.client = ofClient(options.client, options)
      return
    }
    this.#connection = new Connection(options)
    this.requests = this.#connection.requests
    this.client = ofConnection(this.#connection, options.container)
  }

  blob(name: string): BlockBlobClient {
    return this.client.getBlockBlobClient(name)
  }

  /** Whether many deletes can go as one request: a SAS may not sign batches. */
  get canBatch(): boolean {
    return !(this.client.credential instanceof AnonymousCredential)
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
    const { getToken } = credential as TokenCredential
    const token = await getToken.call(credential, storageScope, { abortSignal: signal })
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

function ofConnection(connection: Connection, container: string | undefined): ContainerClient {
  const { credential, container: ofSas } = connection.account
  if (container !== undefined && ofSas !== undefined && container !== ofSas) {
    throw new StorageError('INVALID_ARGUMENT', 'container is another than that of sasUrl; drop one')
  }
  const name = container ?? ofSas
  if (name === undefined) {
    throw new StorageError('INVALID_ARGUMENT', 'Give the container that holds the store')
  }
  assertContainerName(name)
  const signer =
    credential.kind === 'key'
      ? new StorageSharedKeyCredential(credential.accountName, credential.accountKey)
      : credential.kind === 'token'
        ? (credential.token as Parameters<typeof newPipeline>[0])
        : new AnonymousCredential()
  const pipeline = newPipeline(signer, connection.clientOptions('blob') as StoragePipelineOptions)
  const url = connection.urlOf('blob')
  const service = new BlobServiceClient(
    credential.kind === 'sas' ? `${url}?${credential.sas}` : url,
    pipeline,
  )
  return service.getContainerClient(name)
}

function ofClient(
  client: BlobServiceClient | ContainerClient,
  options: AzureBlobOptions,
): ContainerClient {
  const accounts = ['connectionString', 'accountUrl', 'credential', 'sasUrl'] as const
  const other = [...accounts, 'connectionsMax' as const].find((name) => options[name] !== undefined)
  if (other !== undefined) {
    throw new StorageError('INVALID_ARGUMENT', `A client has its own account; drop ${other}`)
  }
  if ('containerName' in client) {
    if (options.container === undefined || options.container === client.containerName) return client
    throw new StorageError('INVALID_ARGUMENT', 'container is another than that of the client')
  }
  if (options.container === undefined) {
    throw new StorageError('INVALID_ARGUMENT', 'Give the container that holds the store')
  }
  assertContainerName(options.container)
  return client.getContainerClient(options.container)
}
