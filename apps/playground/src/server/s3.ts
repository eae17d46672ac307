/**
 * `--s3`: the server that the environment names, or else a gateway (Ceph's) that the playground
 * starts itself and that ends with it.
 *
 * S3 has no tables and queues: those are files, in a folder for that bucket.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { isStorageError } from '@aos-storage/core'
import type { Service } from '@aos-tooling/services'
import { UsageError } from './arguments.ts'
import type { SampleMarks } from './data-folder.ts'
import { bucketText, type S3Bucket } from './place.ts'
import { bucketOf, type S3Account, s3AccountOf, s3OptionsOf, s3Variable } from './s3-account.ts'

export const bucketDefault = 'playground'
/** Within the data folder: the tables and queues beside buckets. */
export const besideName = 's3'

/** A bucket, where it is without secrets, and whether it is new to us. */
export interface S3 extends AsyncDisposable {
  readonly account: S3Account
  readonly bucket: S3Bucket
  /** The folder of the tables and queues. */
  readonly basePath: string
  readonly samples: SampleMarks
}

export interface S3Request {
  readonly bucket: string
  /** The data folder. */
  readonly folder: string
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
}

/**
 * Finds the server and its bucket; makes the bucket on a gateway of its own, never elsewhere. `say`
 * hears which bucket it is before anything is written there.
 *
 * @throws UsageError when there is no server and no gateway to be had; StorageError of the server.
 */
export async function openS3(
  say: (text: string) => void,
  { bucket, folder, env = process.env }: S3Request,
): Promise<S3> {
  const given = s3AccountOf(env)
  if (given !== undefined) {
    const place = bucketOf(given, bucket)
    say(`playground: the data is in ${bucketText(place)}`)
    const basePath = join(folder, besideName, besideNameOf(place))
    // What is beside the bucket stays, also when that was emptied.
    const isNew = (await isEmpty(given, bucket)) && !existsSync(basePath)
    return { ...{ account: given, bucket: place, basePath }, ...opened(isNew) }
  }
  say('playground: starting an S3 gateway, which begins empty')
  const gateway = await startGateway()
  try {
    const account = await accountOfGateway(gateway.url)
    const place = { ...bucketOf(account, bucket), credentials: account.credentials }
    say(`playground: the data is in ${bucketText(place)}`)
    const { createBucket } = await import('./s3-buckets.ts')
    await createBucket(account, bucket, { isVersioned: true })
    // What was beside an earlier gateway claims objects that ended with it.
    const basePath = join(folder, besideName, 'gateway')
    await rm(basePath, { recursive: true, force: true })
    return { ...{ account, bucket: place, basePath }, ...opened(true, () => gateway.stop()) }
  } catch (error) {
    await gateway.stop()
    throw error
  }
}

/** Starts a gateway of one's own. @throws UsageError that tells how to have one. */
async function startGateway(): Promise<Service> {
  // Only then: the gateway is no part of a playground on files.
  const { ServiceUnavailable, useService } = await import('@aos-tooling/services')
  try {
    return await useService('rgw', { own: true })
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    throw new UsageError(`--s3: ${error.message} It may be any S3 server: ${s3Variable} names it.`)
  }
}

/** The server of a gateway of one's own. */
export async function accountOfGateway(url: string): Promise<S3Account> {
  const { s3Connection } = await import('@aos-tooling/services')
  const { endpoint, region, accessKeyId, secretAccessKey } = s3Connection(url)
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } }
}

/**
 * A bucket that holds something has been played with, or is somebody's: nothing is laid there.
 *
 * @throws UsageError when it is missing; StorageError of the server.
 */
async function isEmpty(account: S3Account, bucket: string): Promise<boolean> {
  const { S3StorageBackend } = await import('@aos-storage/backend-s3')
  try {
    const backend = await S3StorageBackend.open(s3OptionsOf(account, bucket))
    try {
      const { objects } = await backend.list({ limit: 1 })
      return objects.length === 0
    } finally {
      await backend.close()
    }
  } catch (error) {
    const isMissing = isStorageError(error, 'UNAVAILABLE') && /does not exist/.test(error.message)
    if (!isMissing) throw error
    throw new UsageError(`--s3: ${error.message}. \`--bucket NAME\` takes another one.`)
  }
}

function opened(
  isNew: boolean,
  stop: () => Promise<void> = () => Promise.resolve(),
): Pick<S3, 'samples' | typeof Symbol.asyncDispose> {
  return {
    samples: { hasSamplesOf: () => !isNew, rememberSamplesOf: () => Promise.resolve() },
    [Symbol.asyncDispose]: stop,
  }
}

/** Two servers may have buckets of one name. */
function besideNameOf({ bucket, endpoint = '', region = '' }: S3Bucket): string {
  const hash = createHash('sha256').update(`${endpoint} ${region}`).digest('hex')
  return `${bucket}-${hash.slice(0, 8)}`
}
