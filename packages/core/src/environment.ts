/**
 * A configuration from the environment, so that a service moves from laptop to cloud untouched:
 *
 * - `AOS_STORAGE_URL`: a URL as `StorageManager.open` takes it; or
 * - `AOS_STORAGE_TYPE`: `memory`; `file` with `AOS_STORAGE_BASE_PATH`; `azure` with the account in
 *   `AOS_AZURE_CONNECTION_STRING` (or `AZURE_STORAGE_CONNECTION_STRING`, as Azure's own tools have
 *   it), `AOS_AZURE_CONTAINER`, and perhaps `AOS_AZURE_PREFIX`; or `s3` with `AOS_S3_BUCKET`, and
 *   perhaps `AOS_S3_PREFIX`, `AOS_S3_ENDPOINT` and `AOS_S3_REGION`. Credentials are found as
 *   Amazon's SDK finds them (`AWS_ACCESS_KEY_ID` and so on).
 */
import type { AzureConfig, S3Config, StorageConfig } from './config.ts'
import { StorageError } from './errors.ts'
import type { Environment } from './provider.ts'

/**
 * The configuration for `StorageManager.open` that the environment describes.
 *
 * @throws StorageError `INVALID_ARGUMENT` naming the variable that is missing, contradicts another
 * one or cannot be. Values are not echoed: a URL may hold credentials.
 */
export function configFromEnvironment(env: Environment = process.env): StorageConfig {
  const url = setting(env, 'AOS_STORAGE_URL')
  const type = setting(env, 'AOS_STORAGE_TYPE')
  const basePath = setting(env, 'AOS_STORAGE_BASE_PATH')
  if (url !== undefined) {
    if (type !== undefined) throw wrong('AOS_STORAGE_URL and AOS_STORAGE_TYPE exclude each other')
    if (basePath !== undefined) {
      throw wrong('AOS_STORAGE_URL and AOS_STORAGE_BASE_PATH exclude each other')
    }
    if (!URL.canParse(url)) {
      throw wrong('AOS_STORAGE_URL does not parse; write it as "file:///var/data"')
    }
    return url
  }
  if (type === undefined) {
    throw wrong(
      'Neither AOS_STORAGE_URL nor AOS_STORAGE_TYPE is set; set one, for instance memory:',
    )
  }
  if (type === 'file') {
    if (basePath === undefined) {
      throw wrong('AOS_STORAGE_TYPE is file, and AOS_STORAGE_BASE_PATH is not set')
    }
    return { storageType: 'file', basePath }
  }
  if (basePath !== undefined) throw wrong('AOS_STORAGE_BASE_PATH is only for AOS_STORAGE_TYPE=file')
  if (type === 'memory') return { storageType: 'memory' }
  if (type === 'azure') return azureConfig(env)
  if (type === 's3') return s3Config(env)
  throw wrong('AOS_STORAGE_TYPE is not memory, file, azure or s3; use AOS_STORAGE_URL for others')
}

function azureConfig(env: Environment): AzureConfig {
  const connectionString =
    setting(env, 'AOS_AZURE_CONNECTION_STRING') ?? setting(env, 'AZURE_STORAGE_CONNECTION_STRING')
  if (connectionString === undefined) {
    throw wrong(
      'AOS_STORAGE_TYPE is azure, and neither AOS_AZURE_CONNECTION_STRING nor ' +
        'AZURE_STORAGE_CONNECTION_STRING is set',
    )
  }
  const container = setting(env, 'AOS_AZURE_CONTAINER')
  const prefix = setting(env, 'AOS_AZURE_PREFIX')
  return {
    storageType: 'azure',
    connectionString,
    // Tables and queues need none; who opens objects is told that it is missing.
    ...(container === undefined ? {} : { container }),
    ...(prefix === undefined ? {} : { prefix }),
  }
}

function s3Config(env: Environment): S3Config {
  const bucket = setting(env, 'AOS_S3_BUCKET')
  if (bucket === undefined) throw wrong('AOS_STORAGE_TYPE is s3, and AOS_S3_BUCKET is not set')
  const prefix = setting(env, 'AOS_S3_PREFIX')
  const endpoint = setting(env, 'AOS_S3_ENDPOINT')
  const region = setting(env, 'AOS_S3_REGION')
  return {
    ...{ storageType: 's3', bucket },
    ...(prefix === undefined ? {} : { prefix }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
  }
}

/** An empty variable is what many tools leave of an unset one. */
function setting(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

function wrong(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
