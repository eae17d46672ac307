/** The contract, by the kit: a circuit that stays closed changes nothing. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FileStorageBackend } from '@aos-storage/backend-file'
import { applyLayers, MemoryStorageBackend, type StorageBackend } from '@aos-storage/core'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { circuitBreaker } from '../src/index.ts'

const runner = { describe, it, afterAll }

registerConformance(runner, {
  name: 'memory behind a circuit breaker',
  async open() {
    const inner = new MemoryStorageBackend({ objectBytesMax: 16 * 1024 ** 2 })
    return {
      backend: applyLayers(inner, [circuitBreaker()]),
      putForeign: async (foreign, body) => {
        await inner.write(foreign, body, { contentType: 'a/b' })
        return foreign
      },
    }
  },
})

registerConformance(runner, {
  name: 'file behind a circuit breaker',
  skip: { 'capability/checkable': 'other processes are proven where the file backend is' },
  async open() {
    const basePath = await mkdtemp(join(tmpdir(), 'aos-circuit-'))
    const open = async (): Promise<StorageBackend> =>
      applyLayers(new FileStorageBackend({ basePath, durability: 'none' }), [circuitBreaker()])
    return {
      backend: await open(),
      reopen: open,
      // A file system has no name with an empty segment.
      putForeign: async () => undefined,
      dispose: () => rm(basePath, { recursive: true, force: true }),
    }
  },
})
