/** Where the stores of a run of the conformance kit are: made before it, and gone after it. */
import { basename } from 'node:path'
import { accountVariable } from '../../../server/azure.ts'
import { s3UrlOf, s3Variable } from '../../../server/s3-account.ts'
import type { Companions } from './companions.ts'
import { makeRunFolder, removeRunFolder } from './conformance-folder.ts'
import type { ConformanceTarget } from './wire.ts'

export interface RunPlace {
  /** Below the data folder; its name is the run's. */
  readonly folder: string
  /** What the process of the run is told: arguments of a process are no place for a secret. */
  readonly env: Readonly<Record<string, string>>
  /** Removes all of it. */
  remove(): Promise<void>
}

/**
 * The container or bucket of a run, which goes with its folder.
 *
 * @param folder Of the run: `PID-XXXXXX`.
 */
export function runContainer(folder: string): string {
  return `playground-conformance-${Buffer.from(basename(folder)).toString('hex')}`
}

/** @throws StorageError `UNSUPPORTED` where there is no such server; as the server. */
export async function makeRunPlace(
  target: ConformanceTarget,
  dataFolder: string,
  companions: Companions,
): Promise<RunPlace> {
  // A server that cannot be had leaves nothing to remove.
  if (target === 'azure') {
    const { account } = await companions.azure.open()
    const folder = await makeRunFolder(dataFolder)
    return {
      ...{ folder, env: { [accountVariable]: account } },
      async remove() {
        await removeRunFolder(folder)
        const { deleteContainer } = await import('../../../server/azure-containers.ts')
        await deleteContainer(account, runContainer(folder))
      },
    }
  }
  if (target === 's3') {
    const { account, isVersioned } = await companions.s3.open()
    const { createBucket, dropBucket } = await import('../../../server/s3-buckets.ts')
    const folder = await makeRunFolder(dataFolder)
    const bucket = runContainer(folder)
    try {
      await createBucket(account, bucket, { isVersioned })
    } catch (error) {
      await removeRunFolder(folder)
      throw error
    }
    return {
      ...{ folder, env: { [s3Variable]: s3UrlOf(account) } },
      async remove() {
        await removeRunFolder(folder)
        await dropBucket(account, bucket)
      },
    }
  }
  const folder = await makeRunFolder(dataFolder)
  return { folder, env: {}, remove: () => removeRunFolder(folder) }
}
