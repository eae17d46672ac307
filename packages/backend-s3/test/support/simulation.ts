/** A bucket on a simulation of its own, for what a real gateway does not show. */
import { expect, onTestFinished } from 'vitest'
import { type S3Options, S3StorageBackend } from '../../src/index.ts'
import {
  type SimulatedS3,
  type SimulatedS3Options,
  startSimulatedS3,
} from '../../src/testing/index.ts'
import { bucketName } from './bucket.ts'

export interface SimulatedBucket {
  readonly s3: SimulatedS3
  readonly name: string
  readonly options: S3Options
  readonly open: (options?: Partial<S3Options>) => Promise<S3StorageBackend>
}

/** What reaches a simulation. */
export function simulationOptions({
  endpoint,
  region,
  credentials,
}: SimulatedS3): Pick<S3Options, 'endpoint' | 'region' | 'credentials'> {
  return { endpoint, region, credentials }
}

/** Ends with the test, and all stores with it. */
export async function simulatedBucket(
  settings: SimulatedS3Options = {},
  common: Partial<S3Options> = {},
): Promise<SimulatedBucket> {
  const s3 = await startSimulatedS3({ seed: 1, ...settings })
  onTestFinished(() => s3.close())
  const name = bucketName()
  s3.createBucket(name)
  const options: S3Options = {
    bucket: name,
    ...simulationOptions(s3),
    retryDelayMs: 2,
    ...common,
  }
  return {
    ...{ s3, name, options },
    async open(more = {}) {
      const store = await S3StorageBackend.open({ ...options, ...more })
      onTestFinished(() => store.close())
      return store
    },
  }
}

/** In the message of an error about a change that may have been made. */
export const openText = expect.stringContaining('the outcome is open') as string
