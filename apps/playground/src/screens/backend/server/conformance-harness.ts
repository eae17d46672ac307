/** The stores that the conformance kit tests here: each case gets a fresh one, never the user's. */
import { mkdtemp, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AzureStorageBackend } from '@aos-storage/backend-azure'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { MemoryStorageBackend } from '@aos-storage/core'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import { accountVariable } from '../../../server/azure.ts'
import type { ProgramRequest } from './conformance-protocol.ts'

/** Small enough for the kit to try the largest object. */
const memoryObjectBytesMax = 16 * 1024 * 1024

/** The harness of a run. */
export function harnessOf({
  target,
  durability,
  folder,
}: Pick<ProgramRequest, 'target' | 'durability' | 'folder'>): ConformanceHarness {
  switch (target) {
    case 'memory':
      return memoryHarness
    case 'file':
      return fileHarness(folder, durability)
    default:
      return azureHarness(basename(folder))
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

/**
 * The container of a run, which goes with its folder.
 *
 * @param run Names the folder of the run: `PID-XXXXXX`.
 */
export function runContainer(run: string): string {
  return `playground-conformance-${Buffer.from(run).toString('hex')}`
}

/** The account comes by the environment: arguments of a process are no place for a secret. */
function azureHarness(run: string): ConformanceHarness {
  const connectionString = process.env[accountVariable] ?? ''
  const container = runContainer(run)
  const account = new AzureStorageBackend({ connectionString })
  let count = 0
  return {
    ...{ name: 'azure', isSlow: true, timeLimitMs: 60_000 },
    bufferedBytesMax: azureBufferedBytesMax,
    async open() {
      await account.createContainer(container)
      const prefix = `store-${(count += 1)}`
      const open = (): AzureStorageBackend =>
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
