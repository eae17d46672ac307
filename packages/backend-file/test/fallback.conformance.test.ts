/**
 * The contract, by the kit: a folder that has a fallback, and one that is the fallback. The first
 * without processes: children have no fallback.
 */
import { rm } from 'node:fs/promises'
import { applyLayers, fallback, MemoryStorageBackend, type WriteOptions } from '@aos-storage/core'
import { aroundCalls, defineLayer, isConditional, StorageError } from '@aos-storage/core/backend'
import { registerConformance } from '@aos-storage/core/testing'
import { afterAll, describe, it } from 'vitest'
import { FileStorageBackend } from '../src/index.ts'
import { notProcesses } from './support/groups.ts'
import { fileHarness, newFolder } from './support/store.ts'

/** A fallback of its own for each store that is opened. */
const fresh = defineLayer({
  name: 'fresh-fallback',
  wrap: (inner) =>
    fallback({ name: 'spare', backend: new MemoryStorageBackend() }, { writes: 'fallback' })(inner),
})

registerConformance(
  { describe, it, afterAll },
  fileHarness('file behind a fallback', { durability: 'none' }, [fresh]),
  { filter: notProcesses },
)

/** Away for every change without a condition: all bodies go to the folder. */
const deaf = defineLayer({
  name: 'deaf',
  wrap: (inner) =>
    aroundCalls(inner, async ({ operation, options }, run) => {
      const isChange = ['write', 'delete', 'deleteMany'].includes(operation)
      if (!isChange || isConditional(options as WriteOptions)) return run()
      throw new StorageError('UNAVAILABLE', 'The primary is deaf')
    }),
})

registerConformance(
  { describe, it, afterAll },
  {
    name: 'a folder that takes the writes of an outage',
    async open() {
      const basePath = await newFolder()
      const backend = new FileStorageBackend({ basePath, durability: 'none' })
      const layer = fallback(
        { name: 'folder', backend },
        { writes: 'fallback', reconcile: 'by-hand' },
      )
      return {
        backend: applyLayers(new MemoryStorageBackend(), [layer, deaf]),
        dispose: () => rm(basePath, { recursive: true, force: true }),
      }
    },
    skip: {
      'copy/all-of-it': 'the copy settles its source, which gets the etag of the primary',
      'condition/late-decision': 'a plain write fails while a conditional one is under way',
      'race/mixed-writers': 'a plain write fails while a conditional one is under way',
    },
  },
)
