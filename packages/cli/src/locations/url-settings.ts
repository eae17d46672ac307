/**
 * What a location of a bucket or container stands for, with what the environment adds to it: the
 * same as the backends find by themselves, in the environment that the command was given.
 */
import type { Environment } from '@aos-storage/core'

/** Where Azure's account is found, the first that is set. */
export const accountVariables = [
  'AOS_AZURE_CONNECTION_STRING',
  'AZURE_STORAGE_CONNECTION_STRING',
] as const
/** Where the server of S3 is found; without, it is Amazon's, or as the SDK finds it. */
export const endpointVariable = 'AOS_S3_ENDPOINT'

/** Settings, or undefined for a URL that says it all, and where something is missing. */
export function settingsOfUrl(url: URL, env: Environment): Record<string, unknown> | undefined {
  const [, scheme, name] = /^(s3|azblob):\/\/([^/]+)$/.exec(url.href) ?? []
  if (scheme === 's3') {
    const endpoint = env[endpointVariable] || undefined
    return { storageType: 's3', bucket: name, ...(endpoint === undefined ? {} : { endpoint }) }
  }
  if (scheme !== 'azblob') return undefined
  const variable = accountVariables.find((each) => env[each])
  if (variable === undefined) return undefined
  return { storageType: 'azure', container: name, connectionString: env[variable] }
}
