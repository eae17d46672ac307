/** The stores that the conformance kit tests here: each case gets a fresh one, never the user's. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { MemoryStorageBackend, type StorageBackend } from '@aos-storage/core'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import { accountVariable } from '../../../server/azure.ts'
import { s3AccountOf, s3OptionsOf } from '../../../server/s3-account.ts'
import type { ProgramRequest } from './conformance-protocol.ts'
import { runContainer } from './run-place.ts'

/** Small enough for the kit to try the largest object. */
const memoryObjectBytesMax = 16 * 1024 * 1024

/** The harness of a run. */
export function harnessOf({
  target,
  durability,
  folder,
}: Pick<ProgramRequest, 'target' | 'durability' | 'folder'>): Promise<ConformanceHarness> {
  switch (target) {
    case 'memory':
      return Promise.resolve(memoryHarness)
    case 'file':
      return Promise.resolve(fileHarness(folder, durability))
    case 's3':
      return s3Harness(runContainer(folder))
    default:
      return azureHarness(runContainer(folder))
  }
}

function fileHarness(folder: string, durability: 'fsync' | 'none'): ConformanceHarness {
  return {
    name: durability === 'fsync' ? 'file' : `file with durability '${durability}'`,
    async open() {
      const basePath = await mkdtemp(join(folder, 'store-'))
      const args = { basePath, durability }
      return {
        backend: new FileStorageBackend(args),
        reopen: async () => new FileStorageBackend(args),
        child: { module: new URL('open-child.ts', import.meta.url).href, args },
        // A file system has no name with an empty segment.
        putForeign: async () => undefined,
        dispose: () => rm(basePath, { recursive: true, force: true }),
      }
    },
  }
}

/** Blocks of the default size: three on their way, one that fills, and what the SDK holds. */
const azureBufferedBytesMax = 32 * 1024 ** 2

/** The account comes by the environment: arguments of a process are no place for a secret. */
async function azureHarness(container: string): Promise<ConformanceHarness> {
  const { AzureStorageBackend } = await import('@aos-storage/backend-azure')
  const connectionString = process.env[accountVariable] ?? ''
  const account = new AzureStorageBackend({ connectionString })
  let count = 0
  return {
    ...{ name: 'azure', isSlow: true, timeLimitMs: 60_000 },
    bufferedBytesMax: azureBufferedBytesMax,
    async open() {
      await account.createContainer(container)
      const prefix = `store-${(count += 1)}`
      const open = (): StorageBackend =>
        new AzureStorageBackend({ connectionString, container, prefix })
      return {
        backend: open(),
        reopen: async () => open(),
        child: {
          module: new URL('open-azure-child.ts', import.meta.url).href,
          args: { container, prefix },
        },
        async putForeign(name, body) {
          await account.uploadBlob(container, `${prefix}/${name}`, body)
          return name
        },
      }
    },
  }
}

/** Parts of the default size: four on their way, one that fills, the first bytes, and the SDK. */
const s3BufferedBytesMax = 64 * 1024 ** 2

/** As on Azure: one bucket, a prefix for each store, and the keys by the environment. */
async function s3Harness(bucket: string): Promise<ConformanceHarness> {
  const { S3StorageBackend } = await import('@aos-storage/backend-s3')
  const { putForeign } = await import('../../../server/s3-buckets.ts')
  const account = s3AccountOf(process.env) ?? {}
  let count = 0
  return {
    ...{ name: 's3', isSlow: true, timeLimitMs: 60_000 },
    bufferedBytesMax: s3BufferedBytesMax,
    async open() {
      const prefix = `store-${(count += 1)}`
      const options = { ...s3OptionsOf(account, bucket), prefix }
      const backend = await S3StorageBackend.open(options)
      const { server } = backend
      return {
        backend,
        reopen: () => S3StorageBackend.open({ ...options, server }),
        child: {
          module: new URL('open-s3-child.ts', import.meta.url).href,
          args: { bucket, prefix, server },
        },
        async putForeign(name, body) {
          await putForeign(account, bucket, `${prefix}/${name}`, body)
          return name
        },
      }
    },
  }
}

const memoryHarness: ConformanceHarness = {
  name: 'memory',
  async open() {
    const backend = new MemoryStorageBackend({ objectBytesMax: memoryObjectBytesMax })
    return {
      backend,
      async putForeign(name, body) {
        await backend.write(name, body, { contentType: 'application/octet-stream' })
        return name
      },
    }
  },
}
