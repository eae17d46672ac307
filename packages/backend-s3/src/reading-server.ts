/**
 * What has to be known of a server for reading only, found out without a write: what its listings
 * write for a space. A listing repeats the prefix that was asked for as it writes names:
 *
 * ```
 * asked:     " +"
 * Amazon     "+%2B"
 * others     "%20%2B", or "%20+"
 * Ceph       " +": it writes names in escapes, "%20", and this as it is
 * ```
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html, `EncodingType`
 */
import { isStorageError, StorageError } from '@aos-storage/core'
import type { ProbeOptions } from './probe.ts'
import { plainServer, type S3Server } from './server.ts'

const operation = 'open'

/** @throws StorageError `UNSUPPORTED` where the answer does not tell; and as any request. */
export async function readingServer({ bucket, calls, names }: ProbeOptions): Promise<S3Server> {
  const Prefix = `${names.prefix} +`
  try {
    const answer = await bucket.send({
      operation,
      send: (signal) => calls.list({ Prefix, MaxKeys: 1 }, signal),
    })
    if (answer.EncodingType !== 'url') return plainServer
    return { ...plainServer, spaceInListings: spaceOf(answer.Prefix ?? '') }
  } catch (error) {
    // Who may not list never sees one; objects may be read all the same.
    if (isStorageError(error, 'PERMISSION_DENIED')) return plainServer
    throw error
  }
}

function spaceOf(prefix: string): S3Server['spaceInListings'] {
  if (/\+%2B$/i.test(prefix)) return '+'
  if (/(%20(%2B|\+)| \+)$/i.test(prefix)) return '%20'
  throw new StorageError(
    'UNSUPPORTED',
    'Listings of this server do not tell how they write a space; say what it honours as server',
    { backend: 's3', operation },
  )
}
