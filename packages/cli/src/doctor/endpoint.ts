/** Which server a store is on, to ask for its time. */
import type { Environment } from '@aos-storage/core'
import type { Location } from '../locations/location.ts'
import type { Stores } from '../locations/open.ts'
import { accountVariables } from '../locations/url-settings.ts'
import type { StorageType } from './settings.ts'

/** An origin without paths or credentials; undefined for files, and where nothing tells it. */
export async function endpointOf(
  stores: Stores,
  location: Location,
  type: StorageType,
  env: Environment,
): Promise<string | undefined> {
  const config = (await stores.configOf(location)) as Readonly<Record<string, unknown>>
  const found = type === 's3' ? s3Endpoint(config, env) : azureEndpoint(config, type, env)
  const url = found === undefined ? null : URL.parse(found)
  return url === null ? undefined : url.origin
}

function s3Endpoint(
  config: Readonly<Record<string, unknown>>,
  env: Environment,
): string | undefined {
  const region = textOf(config['region']) ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION']
  return (
    textOf(config['endpoint']) ??
    env['AOS_S3_ENDPOINT'] ??
    env['AWS_ENDPOINT_URL_S3'] ??
    env['AWS_ENDPOINT_URL'] ??
    (region === undefined ? undefined : `https://s3.${region}.amazonaws.com`)
  )
}

function azureEndpoint(
  config: Readonly<Record<string, unknown>>,
  type: StorageType,
  env: Environment,
): string | undefined {
  if (type !== 'azure') return undefined
  const account = textOf(config['accountUrl']) ?? textOf(config['sasUrl'])
  if (account !== undefined) return account
  const variable = accountVariables.find((name) => env[name])
  const connection = textOf(config['connectionString']) ?? (variable && env[variable]) ?? ''
  const fields = new Map(
    connection.split(';').map((field) => {
      const at = field.indexOf('=')
      return [field.slice(0, at).toLowerCase(), field.slice(at + 1)] as const
    }),
  )
  const [name, suffix] = [fields.get('accountname'), fields.get('endpointsuffix')]
  return (
    fields.get('blobendpoint') ??
    (name === undefined ? undefined : `https://${name}.blob.${suffix ?? 'core.windows.net'}`)
  )
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
