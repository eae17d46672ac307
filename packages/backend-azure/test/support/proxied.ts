/** A store behind the fault proxy, and one beside it that sees what really happened. */
import { type FaultProxy, startFaultProxy } from '@aos-storage/core/testing'
import { onTestFinished } from 'vitest'
import type { AzureBlobOptions, AzureStorageBackend } from '../../src/index.ts'
import { newContainer, type TestContainer } from './container.ts'

export interface Proxied {
  readonly proxy: FaultProxy
  /** Goes through the proxy. */
  readonly store: AzureStorageBackend
  /** Goes around it. */
  readonly truth: AzureStorageBackend
  readonly container: TestContainer
}

export function blobEndpoint(connectionString: string): string {
  return /BlobEndpoint=([^;]+)/.exec(connectionString)![1]!
}

/** The connection string with the proxy in place of the blob service. */
export function through(proxy: FaultProxy, connectionString: string): string {
  const endpoint = blobEndpoint(connectionString)
  return connectionString.replace(endpoint, proxy.rewrite(endpoint))
}

export async function proxied(
  connectionString: string,
  options: Partial<AzureBlobOptions> = {},
): Promise<Proxied> {
  const proxy = await startFaultProxy({ target: blobEndpoint(connectionString), seed: 1 })
  onTestFinished(() => proxy.close())
  const container = await newContainer(connectionString)
  const store = container.open({
    connectionString: through(proxy, connectionString),
    ...options,
  })
  return { proxy, store, truth: container.open(), container }
}
