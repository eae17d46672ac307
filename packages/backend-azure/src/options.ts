/** What stores of this package are opened with. */
import type { BlobServiceClient, ContainerClient } from '@azure/storage-blob'
import { type Clock, type Random, StorageError, type TokenCredential } from '@aos-storage/core'
import { assertInteger, assertMethods, assertOptions } from '@aos-storage/core/backend'

/**
 * Which account, by which right, and with how much patience. The same for blobs, tables and queues.
 * Exactly one of `connectionString`, `accountUrl` (with `credential`) and `sasUrl`.
 */
export interface AzureConnectionOptions {
  /** As the portal shows it, or `UseDevelopmentStorage=true`. A secret. */
  readonly connectionString?: string | undefined
  /** URL of the blob service: `https://account.blob.core.windows.net`. */
  readonly accountUrl?: string | undefined
  /** Goes with `accountUrl`: any credential of `@azure/identity`, or your own. */
  readonly credential?: TokenCredential | undefined
  /** URL of the blob service or of a container, with a SAS as its query. A secret. */
  readonly sasUrl?: string | undefined
  /** Where the table service is, when its URL does not follow from that of the blob service. */
  readonly tableUrl?: string | undefined
  /** Where the queue service is, when its URL does not follow from that of the blob service. */
  readonly queueUrl?: string | undefined
  /** Connections kept open to the account, by all handles of the process. Default 64. */
  readonly connectionsMax?: number | undefined
  /** Tries of a request that may succeed later, the first included. Default 4. */
  readonly attemptsMax?: number | undefined
  /** The pause after try n is random, up to this times 2^n. Default 100. */
  readonly retryDelayMs?: number | undefined
  /** No pause is longer; a `Retry-After` beyond it ends the tries. Default 30,000. */
  readonly retryDelayMsMax?: number | undefined
  /** How long an answer may take, plus a second for each 128 KiB sent. Default 30,000. */
  readonly requestMsMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

/** Options of `AzureStorageBackend`. */
export interface AzureBlobOptions extends AzureConnectionOptions {
  /**
   * A client of the SDK in place of the account. Its pipeline is its own; give it
   * `retryOptions: { maxTries: 1 }`, because requests are sent again here. Where it sends a delete
   * or a copy with a condition again by itself, that may be refused because of the first.
   */
  readonly client?: BlobServiceClient | ContainerClient | undefined
  /**
   * The container, which exists already, or is made by `createContainer()`. Not needed where a
   * client or SAS URL names it, nor where only other containers are asked for by their names.
   */
  readonly container?: string | undefined
  /** All keys live below this start of a blob name, for instance `tenant/a/`. Default none. */
  readonly prefix?: string | undefined
  /** Bodies up to this size are sent in one request, whole or not at all. Default 4 MiB. */
  readonly singleWriteBytesMax?: number | undefined
  /** Size of a block of a longer body; grows with the body. Default 4 MiB, at most 100 MiB. */
  readonly blockBytes?: number | undefined
  /** Blocks of one body on their way at once; each is held in memory. Default 3. */
  readonly blockConcurrency?: number | undefined
  /** Bodies up to this size are read whole rather than as a stream. Default 256 KiB. */
  readonly smallReadBytesMax?: number | undefined
  /** How long a body may be silent, then it is read on by another request. Default 30,000. */
  readonly bodyIdleMsMax?: number | undefined
}

const connectionOptionNames = [
  ...['connectionString', 'accountUrl', 'credential', 'sasUrl', 'tableUrl', 'queueUrl'],
  ...['connectionsMax', 'attemptsMax', 'retryDelayMs', 'retryDelayMsMax', 'requestMsMax'],
  ...['clock', 'random'],
] as const satisfies readonly (keyof AzureConnectionOptions)[]

/** Names of {@link AzureBlobOptions}. */
export const blobNames: ReadonlySet<string> = new Set<keyof AzureBlobOptions>([
  ...connectionOptionNames,
  ...(['client', 'container', 'prefix', 'singleWriteBytesMax', 'blockBytes'] as const),
  ...(['blockConcurrency', 'smallReadBytesMax', 'bodyIdleMsMax'] as const),
])

const mebibyte = 1024 ** 2
const dayMs = 86_400_000

/**
 * Checks the options that all three services take.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT`. Values are not quoted: some are secrets.
 */
export function assertConnectionOptions(options: AzureConnectionOptions): void {
  const texts = ['connectionString', 'accountUrl', 'sasUrl', 'tableUrl', 'queueUrl'] as const
  for (const name of texts) assertText(options[name], name)
  assertMethods(options.credential, 'credential', ['getToken'])
  assertMethods(options.clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(options.random, 'random', ['next', 'id'])
  assertCount(options.connectionsMax, 'connectionsMax', 1, 10_000)
  assertCount(options.attemptsMax, 'attemptsMax', 1, 100)
  assertCount(options.retryDelayMs, 'retryDelayMs', 0, dayMs)
  assertCount(options.retryDelayMsMax, 'retryDelayMsMax', 0, dayMs)
  assertCount(options.requestMsMax, 'requestMsMax', 1, dayMs)
}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function assertBlobOptions(options: unknown): asserts options is AzureBlobOptions {
  if (options === undefined) {
    throw new TypeError('Give the options: { connectionString, container: "data" }')
  }
  assertOptions(options, blobNames, 'AzureStorageBackend')
  const given = options as AzureBlobOptions
  assertConnectionOptions(given)
  assertText(given.container, 'container')
  assertText(given.prefix, 'prefix')
  assertMethods(given.client, 'client', ['getProperties'])
  const { singleWriteBytesMax, blockBytes, blockConcurrency } = given
  assertCount(singleWriteBytesMax, 'singleWriteBytesMax', 0, 256 * mebibyte)
  assertCount(blockBytes, 'blockBytes', 1, 100 * mebibyte)
  assertCount(blockConcurrency, 'blockConcurrency', 1, 256)
  assertCount(given.smallReadBytesMax, 'smallReadBytesMax', 0, 64 * mebibyte)
  assertCount(given.bodyIdleMsMax, 'bodyIdleMsMax', 1, dayMs)
}

/** Names that Azure gives itself. */
const systemContainers: ReadonlySet<string> = new Set(['$root', '$web', '$logs', '$blobchangefeed'])

/**
 * Checks a container's name.
 *
 * @throws StorageError `INVALID_ARGUMENT` with the rule that it breaks.
 * https://learn.microsoft.com/rest/api/storageservices/naming-and-referencing-containers--blobs--and-metadata
 */
export function assertContainerName(name: string): void {
  const isName = /^[a-z0-9](?:-?[a-z0-9]){2,62}$/.test(name) && name.length <= 63
  if (isName || systemContainers.has(name)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `container ${JSON.stringify(name.slice(0, 80))} is no container name: 3 to 63 lower-case ` +
      'letters, digits and single dashes between them',
  )
}

function assertText(value: unknown, name: string): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return
  // An empty prefix is none.
  if (name === 'prefix' && value === '') return
  throw new TypeError(`${name} is a non-empty string`)
}

function assertCount(value: unknown, name: string, min: number, max: number): void {
  if (value !== undefined) assertInteger(value, name, min, max)
}
