/**
 * A configuration from the environment, so that a service moves from laptop to cloud untouched:
 *
 * - `AOS_STORAGE_URL`: a URL as `StorageManager.open` takes it; or
 * - `AOS_STORAGE_TYPE`: `memory`; `file` with `AOS_STORAGE_BASE_PATH`; or `azure` with the account
 *   in `AOS_AZURE_CONNECTION_STRING` (or `AZURE_STORAGE_CONNECTION_STRING`, as Azure's own tools
 *   have it), `AOS_AZURE_CONTAINER`, and perhaps `AOS_AZURE_PREFIX`.
 */
import type { AzureConfig, StorageConfig } from './config.ts'
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
  throw wrong('AOS_STORAGE_TYPE is not memory, file or azure; use AOS_STORAGE_URL for others')
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

/** An empty variable is what many tools leave of an unset one. */
function setting(env: Environment, name: string): string | undefined {
  const value = env[name]
  return value === '' ? undefined : value
}

function wrong(message: string): StorageError {
  return new StorageError('INVALID_ARGUMENT', message)
}
