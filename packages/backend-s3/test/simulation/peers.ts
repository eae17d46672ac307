/** A simulation with a bucket, and the real client of Amazon on it. */
import { S3Client, type S3ClientConfig, S3ServiceException } from '@aws-sdk/client-s3'
import { afterEach } from 'vitest'

import {
  type SimulatedS3,
  type SimulatedS3Options,
  startSimulatedS3,
} from '../../src/testing/index.ts'

/** The bucket of every test. */
export const Bucket = 'shelf'

const opened: (() => Promise<void> | void)[] = []

afterEach(async () => {
  for (const close of opened.splice(0).toReversed()) await close()
})

/** Ends with the test. */
export async function simulated(options: SimulatedS3Options = {}): Promise<SimulatedS3> {
  const s3 = await startSimulatedS3({ seed: 1, ...options })
  opened.push(() => s3.close())
  s3.createBucket(Bucket)
  return s3
}

/** Tests look at errors; what the SDK says beside them is noise here. */
const silent = {
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

/** Asks once: a test that wants retries says so. */
export function clientOf(s3: SimulatedS3, config: S3ClientConfig = {}): S3Client {
  const { endpoint, region, credentials } = s3
  const client = new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    maxAttempts: 1,
    logger: silent,
    ...config,
  })
  opened.push(() => client.destroy())
  return client
}

/** Simulation and client. */
export async function started(
  options: SimulatedS3Options = {},
  config: S3ClientConfig = {},
): Promise<{ readonly s3: SimulatedS3; readonly client: S3Client }> {
  const s3 = await simulated(options)
  return { s3, client: clientOf(s3, config) }
}

/** How a request failed: `412 PreconditionFailed`. */
export async function failureOf(answer: Promise<unknown>): Promise<string> {
  try {
    await answer
  } catch (error) {
    if (error instanceof S3ServiceException) {
      return `${error.$metadata.httpStatusCode} ${error.name}`
    }
    return (error as NodeJS.ErrnoException).code ?? (error as Error).name
  }
  return 'no failure'
}
