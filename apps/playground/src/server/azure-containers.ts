/**
 * Containers of an account: what a store does not do, which lives in one that is there. By the SDK
 * that the Azure package uses itself.
 */
import { createRequire } from 'node:module'

/** What of the SDK is used here. */
interface ContainerClient {
  createIfNotExists(): Promise<{ readonly succeeded: boolean }>
  deleteIfExists(): Promise<unknown>
  getBlockBlobClient(name: string): { uploadData(body: Uint8Array): Promise<unknown> }
}

interface BlobSdk {
  readonly BlobServiceClient: {
    fromConnectionString(text: string): { getContainerClient(name: string): ContainerClient }
  }
}

/** The container of that name, which may not be there yet. */
export function containerOf(connectionString: string, name: string): ContainerClient {
  const load = createRequire(import.meta.resolve('@aos-storage/backend-azure'))
  const { BlobServiceClient } = load('@azure/storage-blob') as BlobSdk
  return BlobServiceClient.fromConnectionString(connectionString).getContainerClient(name)
}
