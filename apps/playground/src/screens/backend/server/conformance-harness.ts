/** The stores that the conformance kit tests here: each case gets a fresh one, never the user's. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { MemoryStorageBackend } from '@aos-storage/core'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import type { ProgramRequest } from './conformance-protocol.ts'

/** Small enough for the kit to try the largest object. */
const memoryObjectBytesMax = 16 * 1024 * 1024

/** The harness of a run. */
export function harnessOf({
  target,
  durability,
  folder,
}: Pick<ProgramRequest, 'target' | 'durability' | 'folder'>): ConformanceHarness {
  return target === 'memory' ? memoryHarness : fileHarness(folder, durability)
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
