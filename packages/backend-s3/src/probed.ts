/** One probe for each bucket and process: what it found out is true of all stores in the bucket. */
import type { ProbeOptions } from './probe.ts'
import { probe } from './probe.ts'
import type { S3Server } from './server.ts'

/** Buckets that are remembered; those of longest ago are probed again. */
const bucketsMax = 1000

const probed = new Map<string, Promise<S3Server>>()

/** @throws as `probe`; a probe that failed is made again by the next. */
export function probeOnce(options: ProbeOptions): Promise<S3Server> {
  const { bucket } = options
  // A client that was given says nothing of where it goes.
  if (bucket.isForeignClient) return probe(options)
  const found = probed.get(bucket.address)
  // One that failed may have had other credentials, or less time.
  if (found !== undefined) return found.catch(() => probeOnce(options))
  const finding = probe(options)
  probed.set(bucket.address, finding)
  finding.catch(() => {
    if (probed.get(bucket.address) === finding) probed.delete(bucket.address)
  })
  if (probed.size > bucketsMax) probed.delete(probed.keys().next().value!)
  return finding
}
