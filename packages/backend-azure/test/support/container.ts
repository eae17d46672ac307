/** Containers of one test on Azurite, and the backends in them; both go when the test ends. */
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob'
import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import { type AzureBlobOptions, AzureStorageBackend } from '../../src/index.ts'

/** A client of the SDK for the same container, to look behind the backend's back. */
export interface TestContainer {
  readonly name: string
  readonly client: ContainerClient
  readonly open: (options?: Partial<AzureBlobOptions>) => AzureStorageBackend
}

/** A name that no other test has. */
export function containerName(): string {
  return `t-${randomUUID()}`
}

/** A new container, with options for all backends that are opened in it. */
export async function newContainer(
  connectionString: string,
  common: Partial<AzureBlobOptions> = {},
): Promise<TestContainer> {
  const name = containerName()
  const service = BlobServiceClient.fromConnectionString(connectionString)
  const client = service.getContainerClient(name)
  await client.create()
  onTestFinished(async () => void (await client.deleteIfExists()))
  return {
    name,
    client,
    open(options = {}) {
      const backend = new AzureStorageBackend({
        connectionString,
        container: name,
        retryDelayMs: 5,
        ...common,
        ...options,
      })
      onTestFinished(() => backend.close())
      return backend
    },
  }
}
