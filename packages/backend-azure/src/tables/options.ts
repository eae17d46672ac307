/** What Azure tables are opened with. */
import { assertOptions } from '@aos-storage/core/backend'
import {
  assertConnectionOptions,
  type AzureBlobOptions,
  type AzureConnectionOptions,
  blobNames,
} from '../options.ts'

/**
 * Options of {@link AzureTableBackend}. What only blobs know (a container, a prefix, sizes) may
 * stand beside them and means nothing, so that one configuration opens all of an account.
 */
export interface AzureTableOptions
  extends AzureConnectionOptions, Omit<AzureBlobOptions, 'client'> {}

/** @throws TypeError or StorageError `INVALID_ARGUMENT` for options that mean nothing. */
export function assertTableOptions(options: unknown): asserts options is AzureTableOptions {
  if (options === undefined) throw new TypeError('Give the options: { connectionString }')
  assertOptions(options, blobNames, 'AzureTableBackend')
  const { client, ...given } = options as AzureBlobOptions
  if (client !== undefined) {
    throw new TypeError(
      'AzureTableBackend: a client of the blob service opens no tables; give connectionString, ' +
        'accountUrl with credential, or sasUrl',
    )
  }
  assertConnectionOptions(given)
}
