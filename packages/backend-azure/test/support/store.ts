/** Fresh stores on Azurite for the conformance kit, each in a container of its own. */
import { BlobServiceClient } from '@azure/storage-blob'
import { applyLayers, type StorageBackend } from '@aos-storage/core'
import { circuitBreaker } from '@aos-storage/circuit-breaker'
import {
  type ConformanceHarness,
  everyLayer,
  everyLayerPrefix,
  faults,
} from '@aos-storage/core/testing'
import { type AzureBlobOptions, AzureStorageBackend } from '../../src/index.ts'
import { containerName } from './container.ts'

/** What opens a store in another process; all of it survives JSON. */
export interface ChildStoreArgs extends AzureBlobOptions {
  /** Behind every layer that there is, and faults that do not strike. */
  readonly isBehindAll?: boolean | undefined
}

/** A store, behind layers when asked to. */
export function openStore(args: ChildStoreArgs): StorageBackend {
  const { isBehindAll = false, ...options } = args
  const backend = new AzureStorageBackend(options)
  if (!isBehindAll) return backend
  return applyLayers(backend, everyLayer([circuitBreaker(), faults({ seed: 1 })]))
}

/** Blocks of the default size: three on their way, one that fills, the first bytes, and the SDK. */
const bufferedBytesMax = 32 * 1024 ** 2

/** What the kit needs to know of this backend. */
export function blobHarness(
  name: string,
  connectionString: () => string,
  options: Partial<ChildStoreArgs> = {},
): ConformanceHarness {
  return {
    name,
    isSlow: true,
    timeLimitMs: 60_000,
    bufferedBytesMax,
    async open() {
      const container = containerName()
      const service = BlobServiceClient.fromConnectionString(connectionString())
      const client = service.getContainerClient(container)
      await client.create()
      const args = { connectionString: connectionString(), container, ...options }
      const behind = options.isBehindAll === true ? everyLayerPrefix : undefined
      const start = [options.prefix, behind].filter((part) => part !== undefined)
      const open = async (): Promise<StorageBackend> => openStore(args)
      return {
        backend: await open(),
        reopen: open,
        child: { module: new URL('./child-store.ts', import.meta.url).href, args },
        async putForeign(key, body) {
          const blob = [...start, key].join('/')
          await client.getBlockBlobClient(blob).uploadData(body)
          return key
        },
        dispose: async () => void (await client.deleteIfExists()),
      }
    },
  }
}
