/** Opens buckets of S3 for `StorageManager.open`. */
import { type BackendProvider, StorageError } from '@aos-storage/core'
import { S3StorageBackend } from './backend.ts'
import type { S3Options } from './options.ts'

/**
 * The provider of `{ storageType: 's3', bucket, … }`, with the settings of {@link S3Options}, and
 * of `s3://bucket/prefix`, with `?server=unprobed` for a store that is only read.
 *
 * A URL is often printed and logged, so that it holds no secret: region, endpoint and credentials
 * are found in the environment and the shared configuration files, as the SDK finds them.
 */
export const provider: BackendProvider<S3Options> = {
  storageType: 's3',
  protocols: ['s3:'],
  fromConfig: (config) => S3StorageBackend.open(config),
  fromUrl: async (url) => S3StorageBackend.open(optionsOf(url)),
}

function optionsOf(url: URL): S3Options {
  if (url.username !== '' || url.password !== '') throw urlError('holds a user or password')
  if (url.hash !== '') throw urlError('has a fragment')
  const isUnprobed = url.search === '?server=unprobed'
  if (url.search !== '' && !isUnprobed) throw urlError('has parameters that mean nothing')
  if (url.port !== '' || url.hostname === '') throw urlError('names no bucket, or has a port')
  const prefix = prefixOf(url.pathname.slice(1))
  // Those of the SDK (`AWS_ENDPOINT_URL_S3`) are found as the store is opened.
  const endpoint = process.env['AOS_S3_ENDPOINT']
  return {
    bucket: url.hostname,
    ...(isUnprobed ? { server: 'unprobed' } : {}),
    ...(prefix === '' ? {} : { prefix }),
    ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
  }
}

function prefixOf(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw urlError('has a path that is badly escaped')
  }
}

function urlError(fault: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `The s3 URL ${fault}; write it as "s3://bucket" or "s3://bucket/prefix"`,
    { backend: 's3', operation: 'open' },
  )
}
