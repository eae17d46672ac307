/** What stores of this package are opened with. */
import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import { type Clock, type Random, StorageError } from '@aos-storage/core'
import { assertInteger, assertMethods, assertOptions, quoteKey } from '@aos-storage/core/backend'
import { partBytesMax, partBytesMin } from './part-sizes.ts'
import { assertServer, type S3Server } from './server.ts'

/** Server-side encryption of what is written, where the bucket's own default is not enough. */
export type S3Encryption =
  | { readonly algorithm: 'AES256' }
  | {
      readonly algorithm: 'aws:kms' | 'aws:kms:dsse'
      /** Of the KMS key; the account's own for S3 without. */
      readonly keyId?: string | undefined
      /** Fewer calls to KMS, by a key for the bucket. */
      readonly bucketKey?: boolean | undefined
    }

/** Options of `S3StorageBackend`. */
export interface S3Options {
  /** Exists already. */
  readonly bucket: string
  /** All keys live below this start, for instance `tenant/a/`. Default none. */
  readonly prefix?: string | undefined
  /** Default: as the SDK finds it; with an endpoint `AWS_REGION`, or `us-east-1`. */
  readonly region?: string | undefined
  /** URL of a server that is not Amazon's. */
  readonly endpoint?: string | undefined
  /** The bucket in the path, not the host. Default true with an endpoint, or dots in the name. */
  readonly forcePathStyle?: boolean | undefined
  /** Keys, or a provider of the SDK's. Default: the SDK's own chain. Secret. */
  readonly credentials?: S3ClientConfig['credentials']
  /** Of the shared configuration files. */
  readonly profile?: string | undefined
  /**
   * A client of the SDK in place of region, endpoint, path style, credentials and profile. All
   * requests go through it, with its middleware; give it `maxAttempts: 1`, because requests are
   * sent again here.
   */
  readonly client?: S3Client | undefined
  /**
   * What the server honours, in place of a probe, which writes: `awsServer` for Amazon's, or
   * `'unprobed'` for a store that is only read: one listing is asked for, and no condition of
   * writes, copies and deletes is claimed.
   */
  readonly server?: S3Server | 'unprobed' | undefined
  /** Of what is written: `STANDARD_IA`, …. Default: the server's own. */
  readonly storageClass?: string | undefined
  /** Of what is written. Default: as the bucket says. */
  readonly encryption?: S3Encryption | undefined
  /** `sha256` keeps a checksum with each object, and checks it on reads of all of one. */
  readonly checksum?: 'sha256' | undefined
  /** Connections kept open to the endpoint, by all stores of the process. Default 64. */
  readonly connectionsMax?: number | undefined
  /** Tries of a request that may succeed later, the first included. Default 4. */
  readonly attemptsMax?: number | undefined
  /** The pause after try n is random, up to this times 2^n. Default 100. */
  readonly retryDelayMs?: number | undefined
  /** No pause is longer; a `Retry-After` beyond it ends the tries. Default 30,000. */
  readonly retryDelayMsMax?: number | undefined
  /** How long an answer may take, plus a second for each 128 KiB sent. Default 30,000. */
  readonly requestMsMax?: number | undefined
  /** Bodies up to this size are sent in one request, whole or not at all. Default 8 MiB. */
  readonly singleWriteBytesMax?: number | undefined
  /** Size of a part of a longer body; grows with the body. Default 8 MiB, at least 5. */
  readonly partBytes?: number | undefined
  /** Parts of one body on their way in at once; each is held in memory. Default 4. */
  readonly partConcurrency?: number | undefined
  /** Bodies up to this size are read whole rather than as a stream. Default 256 KiB. */
  readonly smallReadBytesMax?: number | undefined
  /** Size of a part of a longer body that is read in parts. Default 4 MiB. */
  readonly readPartBytes?: number | undefined
  /**
   * Parts of one body on their way out at once; each is held in memory. Default 4 where the bucket
   * keeps versions; else 1, one stream, which goes on to give the version that it began with: where
   * more are asked for, and the object is overwritten meanwhile, they end in `CONFLICT`.
   */
  readonly readConcurrency?: number | undefined
  /** How long a body may be silent, then it is read on by another request. Default 30,000. */
  readonly bodyIdleMsMax?: number | undefined
  readonly clock?: Clock | undefined
  readonly random?: Random | undefined
}

const names: ReadonlySet<string> = new Set<keyof S3Options>([
  ...(['bucket', 'prefix', 'region', 'endpoint', 'forcePathStyle', 'credentials'] as const),
  ...(['profile', 'client', 'server', 'storageClass', 'encryption', 'checksum'] as const),
  ...(['connectionsMax', 'attemptsMax', 'retryDelayMs', 'retryDelayMsMax'] as const),
  ...(['requestMsMax', 'singleWriteBytesMax', 'partBytes', 'partConcurrency'] as const),
  ...(['smallReadBytesMax', 'readPartBytes', 'readConcurrency', 'bodyIdleMsMax'] as const),
  ...(['clock', 'random'] as const),
])

const mebibyte = 1024 ** 2
const dayMs = 86_400_000
const inClient = ['region', 'endpoint', 'forcePathStyle', 'credentials', 'profile'] as const

/** @throws TypeError or StorageError `INVALID_ARGUMENT`. Credentials are not quoted. */
export function assertS3Options(options: unknown): asserts options is S3Options {
  if (options === undefined) throw new TypeError('Give the options: { bucket: "data" }')
  assertOptions(options, names, 'S3StorageBackend')
  const given = options as S3Options
  for (const name of ['region', 'endpoint', 'profile', 'prefix', 'storageClass'] as const) {
    assertText(given[name], name)
  }
  assertBucketName(given.bucket)
  assertRegion(given.region)
  assertEndpoint(given.endpoint)
  assertCredentials(given.credentials)
  assertMethods(given.client, 'client', ['send'])
  assertMethods(given.clock, 'clock', ['now', 'monotonicMs', 'sleep'])
  assertMethods(given.random, 'random', ['next', 'id'])
  if (given.client !== undefined) {
    const both = inClient.find((name) => given[name] !== undefined)
    if (both !== undefined) throw new TypeError(`${both} is in the client already; drop one`)
  }
  if (given.server !== undefined && given.server !== 'unprobed') assertServer(given.server)
  assertChoices(given)
  assertCounts(given)
}

function assertChoices({ forcePathStyle, checksum, encryption }: S3Options): void {
  if (forcePathStyle !== undefined && typeof forcePathStyle !== 'boolean') {
    throw new TypeError('forcePathStyle is true or false')
  }
  if (checksum !== undefined && checksum !== 'sha256') throw new TypeError('checksum is "sha256"')
  if (encryption === undefined) return
  const algorithms = ['AES256', 'aws:kms', 'aws:kms:dsse']
  if (typeof encryption === 'string') {
    throw new TypeError("encryption is an object, such as { algorithm: 'AES256' }")
  }
  if (!algorithms.includes((encryption as { algorithm?: string } | null)?.algorithm ?? '')) {
    throw new TypeError(`encryption.algorithm is one of ${algorithms.join(', ')}`)
  }
}

function assertCounts(given: S3Options): void {
  assertCount(given.connectionsMax, 'connectionsMax', 1, 10_000)
  assertCount(given.attemptsMax, 'attemptsMax', 1, 100)
  assertCount(given.retryDelayMs, 'retryDelayMs', 0, dayMs)
  assertCount(given.retryDelayMsMax, 'retryDelayMsMax', 0, dayMs)
  assertCount(given.requestMsMax, 'requestMsMax', 1, dayMs)
  assertCount(given.singleWriteBytesMax, 'singleWriteBytesMax', 0, 256 * mebibyte)
  assertCount(given.partBytes, 'partBytes', partBytesMin, Math.min(partBytesMax, 512 * mebibyte))
  assertCount(given.partConcurrency, 'partConcurrency', 1, 256)
  assertCount(given.smallReadBytesMax, 'smallReadBytesMax', 0, 64 * mebibyte)
  assertCount(given.readPartBytes, 'readPartBytes', 1, 512 * mebibyte)
  assertCount(given.readConcurrency, 'readConcurrency', 1, 256)
  assertCount(given.bodyIdleMsMax, 'bodyIdleMsMax', 1, dayMs)
}

/** It becomes a part of host names. */
function assertRegion(region: string | undefined): void {
  if (region === undefined || /^[A-Za-z0-9][A-Za-z0-9-]*$/.test(region)) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `region ${quoteKey(region)} is none; write it as "eu-central-1"`,
  )
}

/** A pair, or a provider of the SDK's. No message holds a value. */
function assertCredentials(credentials: unknown): void {
  if (credentials === undefined || typeof credentials === 'function') return
  for (const name of ['accessKeyId', 'secretAccessKey'] as const) {
    const value = (credentials as Record<string, unknown> | null)?.[name]
    if (typeof value === 'string' && value !== '') continue
    throw new TypeError(`credentials.${name} is missing; or give a provider of the SDK's`)
  }
}

/**
 * Checks a bucket's name; older buckets, and other servers', may have capitals and underscores.
 *
 * @throws TypeError or StorageError `INVALID_ARGUMENT` with the rule that it breaks.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
function assertBucketName(name: unknown): void {
  if (typeof name !== 'string') throw new TypeError('bucket is a string, the name of the bucket')
  if (name.endsWith('--x-s3')) {
    throw new StorageError(
      'UNSUPPORTED',
      `bucket ${quoteKey(name)} is a directory bucket, which lists in no order; use a general ` +
        'purpose bucket',
    )
  }
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(name)) return
  if (name.startsWith('arn:')) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      `bucket is an ARN; give the name, or the alias of the access point`,
    )
  }
  throw new StorageError(
    'INVALID_ARGUMENT',
    `bucket ${quoteKey(name)} is no bucket name: 3 to 63 lower-case letters, digits, dots and ` +
      'dashes, which begin and end with a letter or digit',
  )
}

/** @throws StorageError `INVALID_ARGUMENT` unless it is the URL of a server, without secrets. */
export function assertEndpoint(endpoint: string | undefined): void {
  if (endpoint === undefined) return
  const url = URL.parse(endpoint)
  const fault =
    url === null || !/^https?:$/.test(url.protocol)
      ? 'is no URL that begins with http:// or https://, as "https://s3.example.com:9000" does'
      : url.username !== '' || url.password !== ''
        ? 'holds a user or password; give them as credentials'
        : url.search !== '' || url.hash !== ''
          ? 'has parameters or a fragment'
          : undefined
  if (fault === undefined) return
  // Not quoted: it may hold a secret.
  throw new StorageError('INVALID_ARGUMENT', `endpoint ${fault}`)
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
