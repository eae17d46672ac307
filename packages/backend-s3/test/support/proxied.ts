/** A store on the gateway behind the fault proxy, and one beside it that sees what happened. */
import { type FaultProxy, startFaultProxy } from '@aos-storage/core/testing'
import { s3Connection } from '@aos-tooling/services'
import { onTestFinished } from 'vitest'
import type { S3Options, S3StorageBackend } from '../../src/index.ts'
import { newBucket, type TestBucket } from './bucket.ts'

export interface Proxied {
  readonly proxy: FaultProxy
  /** Goes through the proxy. */
  readonly store: S3StorageBackend
  /** Goes around it. */
  readonly truth: S3StorageBackend
  readonly bucket: TestBucket
}

export async function proxied(url: string, options: Partial<S3Options> = {}): Promise<Proxied> {
  const { endpoint } = s3Connection(url)
  const proxy = await startFaultProxy({ target: endpoint, seed: 1 })
  onTestFinished(() => proxy.close())
  const bucket = await newBucket(url)
  const truth = await bucket.open()
  const store = await bucket.open({
    ...{ endpoint: proxy.rewrite(endpoint), server: truth.server },
    ...options,
  })
  return { proxy, store, truth, bucket }
}
