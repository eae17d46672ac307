/** Fresh stores for the conformance kit, each on a simulation of its own. */
import { applyLayers, type Layer, type StorageBackend } from '@aos-storage/core'
import type { ConformanceHarness } from '@aos-storage/core/testing'
import { type Behaviour, startSimulatedS3 } from '../../src/testing/index.ts'
import { bucketName } from './bucket.ts'
import { simulationOptions } from './simulation.ts'
import { bufferedBytesMax, type ChildStoreArgs, childModule, openStore } from './store.ts'

export interface SimulationHarnessSettings {
  readonly behaviour?: Partial<Behaviour>
  readonly options?: Partial<ChildStoreArgs>
  readonly layers?: readonly Layer[]
  /** As a harness has it. */
  readonly skip?: Readonly<Record<string, string>>
}

export function simulationHarness(
  name: string,
  { behaviour = {}, options = {}, layers = [], skip = {} }: SimulationHarnessSettings = {},
): ConformanceHarness {
  return {
    ...{ name, bufferedBytesMax, isSlow: true, timeLimitMs: 60_000 },
    skip: {
      'handle/constant-memory': 'the simulation holds the objects in the same process',
      ...skip,
    },
    async open() {
      const s3 = await startSimulatedS3({ behaviour })
      const bucket = bucketName()
      s3.createBucket(bucket)
      const args = { bucket, ...simulationOptions(s3), ...options }
      const open = async (): Promise<StorageBackend> => applyLayers(await openStore(args), layers)
      return {
        backend: await open(),
        reopen: open,
        child: { module: childModule, args },
        async putForeign(key, body) {
          s3.put(bucket, key, body)
          return key
        },
        async dispose() {
          await s3.close()
          if (s3.failures.length > 0) throw s3.failures[0] as Error
        },
      }
    },
  }
}
