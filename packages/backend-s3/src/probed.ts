/** One probe for each bucket and process: what it found out is true of all stores in the bucket. */
import { isStorageError } from '@aos-storage/core'
import { probe, type ProbeOptions } from './probe.ts'
import type { S3Server } from './server.ts'

/** Buckets that are remembered; those of longest ago are probed again. */
const bucketsMax = 1000

const probed = new Map<string, Promise<S3Server>>()

/**
 * @throws as `probe`; a failure is that of all who waited for it, and the next probes again. One of
 * credentials is of its own store only: the others then probe with theirs.
 */
export async function probeOnce(options: ProbeOptions): Promise<S3Server> {
  const { bucket } = options
  // A client that was given says nothing of where it goes.
  if (bucket.isForeignClient) return probe(options)
  const found = probed.get(bucket.address)
  if (found === undefined) return begun(options)
  try {
    return await found
  } catch (error) {
    const isOwn = isStorageError(error, 'UNAUTHENTICATED', 'PERMISSION_DENIED', 'CLOSED', 'ABORTED')
    if (!isOwn) throw error
    return begun(options)
  }
}

function begun(options: ProbeOptions): Promise<S3Server> {
  const { address } = options.bucket
  const finding = probe(options)
  probed.set(address, finding)
  finding.catch(() => {
    if (probed.get(address) === finding) probed.delete(address)
  })
  if (probed.size > bucketsMax) probed.delete(probed.keys().next().value!)
  return finding
}
