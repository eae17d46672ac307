/** Profiles for the account of Azurite, whose secret is in the environment. */
import { writeFile } from 'node:fs/promises'
import type { Environment } from '@aos-storage/core'
import type { TemporaryFolder } from './run.ts'

/** Named `az`, with the secret in `LAB`; `here` is a folder. */
export async function profilesFor(
  folder: TemporaryFolder,
  connectionString: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<{ readonly cwd: string; readonly env: Environment }> {
  const az = {
    storageType: 'azure',
    connectionString: { env: 'LAB' },
    attemptsMax: 1,
    ...more,
  }
  const here = { storageType: 'file', basePath: folder.at('store') }
  await writeFile(folder.at('profiles.json'), JSON.stringify({ profiles: { az, here } }))
  const env = { AOS_STORAGE_CONFIG: folder.at('profiles.json'), LAB: connectionString }
  return { cwd: folder.path, env }
}
