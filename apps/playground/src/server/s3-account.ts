/**
 * The S3 server that the environment names:
 *
 *     AOS_S3_URL            http://ACCESSKEY:SECRET@HOST:PORT/?region=us-east-1
 *                           https://s3.eu-central-1.amazonaws.com/        Amazon's
 *     AOS_S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL              the address alone
 *
 * Where no keys are named, the SDK finds them: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a
 * profile, the role of a machine. Invariant: no message quotes what may hold a secret.
 */
import type { S3Options } from '@aos-storage/backend-s3'
import { UsageError } from './arguments.ts'
import type { S3Bucket, S3Keys } from './place.ts'

/** Names a server, with keys perhaps. */
export const s3Variable = 'AOS_S3_URL'
/** Name one without, the first that is set. */
const endpointVariables = ['AOS_S3_ENDPOINT', 'AWS_ENDPOINT_URL_S3', 'AWS_ENDPOINT_URL'] as const

/** Whatever opens buckets of a server. */
export interface S3Account {
  /** Undefined: Amazon's. */
  readonly endpoint?: string | undefined
  readonly region?: string | undefined
  /** Undefined: as the SDK finds them. */
  readonly credentials?: S3Keys | undefined
}

type Environment = Readonly<Record<string, string | undefined>>

/** Undefined when the environment names none. @throws UsageError for what is no address. */
export function s3AccountOf(env: Environment): S3Account | undefined {
  const url = env[s3Variable] ?? ''
  if (url !== '') return accountOfUrl(url, s3Variable)
  const name = endpointVariables.find((each) => (env[each] ?? '') !== '')
  if (name === undefined) return undefined
  const region = env['AOS_S3_REGION'] ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  const account = accountOfUrl(env[name]!, name)
  return { ...account, region: account.region ?? region }
}

function accountOfUrl(text: string, variable: string): S3Account {
  const url = URL.parse(text)
  const credentials = url === null ? undefined : keysOf(url)
  if (url === null || !/^https?:$/.test(url.protocol) || credentials === 'malformed') {
    throw new UsageError(
      `${variable} is no address of an S3 server: write it as ` +
        'http://ACCESSKEY:SECRET@HOST:PORT/?region=us-east-1, percent-encoded, or unset it to ' +
        'use a gateway of its own.',
    )
  }
  const region = url.searchParams.get('region') ?? undefined
  const amazon = /^s3[.-](?:([a-z0-9-]+)\.)?amazonaws\.com$/.exec(url.hostname)
  if (amazon !== null) return { region: region ?? amazon[1], credentials }
  const endpoint = `${url.origin}${url.pathname.replace(/\/+$/, '')}`
  return { endpoint, region, credentials }
}

function keysOf({ username, password }: URL): S3Keys | 'malformed' | undefined {
  if (username === '') return undefined
  try {
    return {
      accessKeyId: decodeURIComponent(username),
      secretAccessKey: decodeURIComponent(password),
    }
  } catch {
    return 'malformed'
  }
}

/** As {@link s3Variable} has it: for the environment of another process. */
export function s3UrlOf({ endpoint, region, credentials }: S3Account): string {
  const host = region === undefined ? 's3.amazonaws.com' : `s3.${region}.amazonaws.com`
  const url = new URL(endpoint ?? `https://${host}`)
  if (region !== undefined) url.searchParams.set('region', region)
  if (credentials !== undefined) {
    url.username = encodeURIComponent(credentials.accessKeyId)
    url.password = encodeURIComponent(credentials.secretAccessKey)
  }
  return url.href
}

/** What `S3StorageBackend` is opened with. The SDK writes into the keys that it is given. */
export function s3OptionsOf(account: S3Account, bucket: string): S3Options {
  const { endpoint, region, credentials } = account
  return {
    bucket,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
  }
}

/** Without its secrets. */
export function bucketOf({ endpoint, region }: S3Account, bucket: string): S3Bucket {
  return { bucket, endpoint, region }
}
