/**
 * Servers to compare the playground's own with: those that the environment names, or else an
 * Azurite and an S3 gateway that are started when somebody asks for them and end with the
 * playground.
 *
 * Invariant: one server of each kind, and none before it is asked for.
 */
import { randomBytes } from 'node:crypto'
import { type Capabilities, StorageError } from '@aos-storage/core'
import type { Service, ServiceName } from '@aos-tooling/services'
import { UsageError } from '../../../server/arguments.ts'
import { accountVariable, placeOf } from '../../../server/azure.ts'
import { accountText, type S3Place, serverText } from '../../../server/place.ts'
import { accountOfGateway } from '../../../server/s3.ts'
import { type S3Account, s3AccountOf, s3OptionsOf, s3Variable } from '../../../server/s3-account.ts'
import type { World } from '../../../server/world.ts'
import { Opening } from './opening.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A server that answers. */
export interface Companion<Account> {
  /** What reaches it: a secret, where it is somebody's. */
  readonly account: Account
  readonly place: string
  readonly capabilities: Capabilities
  stop(): Promise<void>
}

/** A server of S3: what a bucket claims depends on whether it keeps versions. */
interface S3Companion extends Companion<S3Account> {
  /** As the playground's own bucket, where that is on this server. */
  readonly isVersioned: boolean
}

export interface Companions {
  /** By its connection string. */
  readonly azure: Opening<Companion<string>>
  readonly s3: Opening<S3Companion>
  /** Whether the environment names one. */
  readonly given: { readonly azure: boolean; readonly s3: boolean }
  close(): Promise<void>
}

/** @param world Its own server, where it is on one, is the companion of that kind. */
export function companionsOf(
  world: Pick<World, 'place' | 'bare'>,
  env: Environment = process.env,
): Companions {
  const azure = new Opening(() => ownAzure(world, env) ?? azureOf(env))
  const { place, bare } = world
  const s3 = new Opening(() => (place.storageType === 's3' ? ownS3(place, bare, env) : s3Of(env)))
  return {
    ...{ azure, s3 },
    given: { azure: (env[accountVariable] ?? '') !== '', s3: isS3Given(env) },
    close: async () => {
      await Promise.all([azure.close(), s3.close()])
    },
  }
}

const nothing = (): Promise<void> => Promise.resolve()

function ownAzure(
  { place, bare }: Pick<World, 'place' | 'bare'>,
  env: Environment,
): Promise<Companion<string>> | undefined {
  if (place.storageType !== 'azure') return undefined
  const account = place.connectionString ?? env[accountVariable] ?? ''
  const own = { account, place: accountText(place), capabilities: bare, stop: nothing }
  return Promise.resolve(own)
}

async function ownS3(place: S3Place, bare: Capabilities, env: Environment): Promise<S3Companion> {
  const { isVersioned } = await import('../../../server/s3-buckets.ts')
  // The keys of a server that was given are where it was named.
  const account = place.credentials === undefined ? (s3AccountOf(env) ?? place) : place
  return {
    account,
    place: serverText(place),
    capabilities: bare,
    isVersioned: await isVersioned(account, place.bucket),
    stop: nothing,
  }
}

async function azureOf(env: Environment): Promise<Companion<string>> {
  const given = env[accountVariable] ?? ''
  const service = given === '' ? await started('azurite', accountVariable) : undefined
  try {
    const account = service?.url ?? given
    const { AzureStorageBackend } = await import('@aos-storage/backend-azure')
    const backend = new AzureStorageBackend({ connectionString: account })
    const { capabilities } = backend
    await backend.close()
    const place = accountText({
      ...placeOf(account),
      connectionString: service === undefined ? undefined : account,
    })
    return { account, place, capabilities, stop: async () => service?.stop() }
  } catch (error) {
    await service?.stop()
    throw toldAs(error)
  }
}

async function s3Of(env: Environment): Promise<S3Companion> {
  let service: Service | undefined
  try {
    const given = s3AccountOf(env)
    if (given === undefined) service = await started('rgw', s3Variable)
    const account = given ?? (await accountOfGateway(service!.url))
    const { endpoint, region } = account
    const credentials = given === undefined ? account.credentials : undefined
    return {
      account,
      place: serverText({ endpoint, region, credentials }),
      capabilities: await s3Capabilities(account),
      isVersioned: false,
      stop: async () => service?.stop(),
    }
  } catch (error) {
    await service?.stop()
    throw toldAs(error)
  }
}

/** What a server honours is found out by a probe, which writes: in a bucket for nothing else. */
async function s3Capabilities(account: S3Account): Promise<Capabilities> {
  const { S3StorageBackend } = await import('@aos-storage/backend-s3')
  const { createBucket, dropBucket } = await import('../../../server/s3-buckets.ts')
  const bucket = `playground-probe-${randomBytes(8).toString('hex')}`
  await createBucket(account, bucket)
  try {
    const backend = await S3StorageBackend.open(s3OptionsOf(account, bucket))
    await backend.close()
    return backend.capabilities
  } finally {
    await dropBucket(account, bucket)
  }
}

async function started(name: ServiceName, variable: string): Promise<Service> {
  const { ServiceUnavailable, useService } = await import('@aos-tooling/services')
  try {
    return await useService(name, { own: true })
  } catch (error) {
    if (!(error instanceof ServiceUnavailable)) throw error
    const text = `${error.message} A server that runs already is named by ${variable}.`
    throw new StorageError('UNSUPPORTED', text, { cause: error })
  }
}

/** A mistake in the environment is told as one of a request. */
function toldAs(error: unknown): unknown {
  if (!(error instanceof UsageError)) return error
  return new StorageError('INVALID_ARGUMENT', error.message, { cause: error })
}

function isS3Given(env: Environment): boolean {
  try {
    return s3AccountOf(env) !== undefined
  } catch {
    return true
  }
}
