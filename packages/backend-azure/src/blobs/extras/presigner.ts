/**
 * Presigned requests: a URL with a signature for one blob, one method and some time.
 *
 * ```
 * account key        --> service SAS
 * token (Entra ID)   --> key of the service for its owner --> user delegation SAS
 * SAS, anonymous     --> UNSUPPORTED: what is signed cannot sign
 * ```
 *
 * Invariant: a signature allows one thing with one blob. It is for https, except on this host.
 *
 * https://learn.microsoft.com/rest/api/storageservices/create-service-sas
 * https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas
 */
import {
  BlobSASPermissions,
  type BlobSASSignatureValues,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob'
import {
  type Clock,
  type PresignedRequest,
  type PresignOptions,
  presignSecondsDefault,
  presignSecondsMax,
  StorageError,
} from '@aos-storage/core'
import { assertContentType, assertInteger, assertKey, ownOptions } from '@aos-storage/core/backend'
import { clockSkewMs, type Container } from '../container.ts'
import type { BlobNames } from '../names.ts'
import { DelegationKeys } from './delegation-keys.ts'

/** The least permission that each method needs: read, write, delete. */
const permissionOf = { GET: 'r', PUT: 'w', DELETE: 'd' } as const

const optionNames: ReadonlySet<string> = new Set<keyof PresignOptions>([
  ...(['method', 'expiresInSeconds', 'contentType', 'signal'] as const),
])

export interface BlobPresignerOptions {
  readonly container: Container
  readonly names: BlobNames
  readonly clock: Clock
}

export class BlobPresigner {
  readonly #options: BlobPresignerOptions
  readonly #keys: DelegationKeys | undefined

  constructor(options: BlobPresignerOptions) {
    this.#options = options
    const { container, clock } = options
    const { service, requests } = container
    // The SDK's client of a single container cannot ask for keys.
    const mayAsk = service !== undefined && 'getToken' in container.credential
    this.#keys = mayAsk ? new DelegationKeys({ service, requests, clock }) : undefined
  }

  /** Whether the credentials at hand can sign. */
  get canSign(): boolean {
    const { credential } = this.#options.container
    return this.#keys !== undefined || credential instanceof StorageSharedKeyCredential
  }

  /** @throws StorageError as the contract's `presign`, `INVALID_ARGUMENT`, `INVALID_KEY`. */
  async presign(key: string, options: PresignOptions): Promise<PresignedRequest> {
    const { method, expiresInSeconds, contentType, signal } = checked(options)
    // What others wrote may be read and deleted by any name, as by `read` and `delete`.
    if (method === 'PUT') assertKey(key)
    const { container, names, clock } = this.#options
    const name = names.nameOf(key)
    const { url } = container.client.getBlobClient(name)
    // The service reads whole seconds.
    const expiresAt = new Date(Math.floor(clock.now() / 1000 + expiresInSeconds) * 1000)
    const query = await this.#sign(
      {
        containerName: container.client.containerName,
        blobName: name,
        permissions: BlobSASPermissions.parse(permissionOf[method]),
        startsOn: new Date(clock.now() - clockSkewMs),
        expiresOn: expiresAt,
        protocol: protocolOf(url),
      },
      signal,
    )
    const headers: Record<string, string> =
      method === 'PUT' ? { 'x-ms-blob-type': 'BlockBlob' } : {}
    if (contentType !== undefined) headers['content-type'] = contentType
    return { method, url: `${url}?${query}`, headers, expiresAt }
  }

  async #sign(
    values: BlobSASSignatureValues & { readonly startsOn: Date; readonly expiresOn: Date },
    signal: AbortSignal | undefined,
  ): Promise<string> {
    const { container } = this.#options
    const { credential } = container
    if (credential instanceof StorageSharedKeyCredential) {
      return generateBlobSASQueryParameters(values, credential).toString()
    }
    if (this.#keys === undefined) throw unsigned()
    const key = await this.#keys.keyUntil(values.expiresOn.getTime(), signal)
    // What is signed may not begin before its key does.
    const startMs = Math.max(values.startsOn.getTime(), key.signedStartsOn.getTime())
    const own = { ...values, startsOn: new Date(startMs) }
    return generateBlobSASQueryParameters(own, key, container.client.accountName).toString()
  }
}

function checked(options: PresignOptions): PresignOptions & { readonly expiresInSeconds: number } {
  if (options === undefined) throw new TypeError('presign: give the method, { method: "GET" }')
  const own = ownOptions(options, optionNames, 'presign')
  const { method, contentType, expiresInSeconds = presignSecondsDefault } = own
  if (!Object.hasOwn(permissionOf, method)) {
    throw new TypeError('presign: method is "GET", "PUT" or "DELETE"')
  }
  assertInteger(expiresInSeconds, 'expiresInSeconds', 1, presignSecondsMax)
  if (contentType !== undefined) {
    assertContentType(contentType)
    if (method !== 'PUT') {
      throw new StorageError('INVALID_ARGUMENT', 'contentType goes with method "PUT"; drop one')
    }
  }
  return { ...own, expiresInSeconds }
}

/** Plain http is open to this host only, where no one else reads the URL on its way. */
function protocolOf(url: string): SASProtocol {
  return url.startsWith('https:') ? SASProtocol.Https : SASProtocol.HttpsAndHttp
}

function unsigned(): StorageError {
  return new StorageError(
    'UNSUPPORTED',
    'These credentials cannot sign; open the store with a connection string that has the account ' +
      'key, or with accountUrl and a credential',
  )
}
