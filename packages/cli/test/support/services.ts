/** Stores that are not of files, as profiles of a configuration file. */
import { writeFile } from 'node:fs/promises'
import type { Environment } from '@aos-storage/core'
import { startSimulatedS3, type SimulatedS3Options } from '@aos-storage/backend-s3/testing'
import type { TemporaryFolder } from './run.ts'

/** A profile, and the environment with what its file does not hold. */
interface ServiceProfile {
  /** For instance `sim:`; a key goes behind it. */
  readonly location: string
  readonly env: Environment
}

export interface ProfileSettings {
  readonly settings: Readonly<Record<string, unknown>>
  readonly secrets: Environment
}

/** Writes all of them to one file. */
export async function writeProfiles(
  folder: TemporaryFolder,
  profiles: Readonly<Record<string, ProfileSettings>>,
): Promise<Environment> {
  const path = folder.at('profiles.json')
  const named = Object.entries(profiles).map(([name, { settings }]) => [name, settings])
  await writeFile(path, JSON.stringify({ profiles: Object.fromEntries(named) }))
  const secrets = Object.values(profiles).map((each) => each.secrets)
  return Object.assign({ AOS_STORAGE_CONFIG: path }, ...secrets) as Environment
}

export interface SimulatedStore extends ServiceProfile, AsyncDisposable {
  readonly keys: () => string[]
}

/** A simulated S3 bucket: also with keys that only others make. */
export async function simulatedStore(
  folder: TemporaryFolder,
  contents: Readonly<Record<string, string>>,
  options: SimulatedS3Options = {},
): Promise<SimulatedStore> {
  const s3 = await startSimulatedS3({ seed: 1, ...options })
  s3.createBucket('shelf')
  for (const [key, body] of Object.entries(contents)) s3.put('shelf', key, body)
  const { endpoint, region, credentials } = s3
  const settings = {
    ...{ storageType: 's3', bucket: 'shelf', endpoint, region },
    credentials: {
      accessKeyId: { env: 'SIM_KEY' },
      secretAccessKey: { env: 'SIM_SECRET' },
    },
  }
  const secrets = {
    SIM_KEY: credentials.accessKeyId,
    SIM_SECRET: credentials.secretAccessKey,
  }
  return {
    location: 'sim:',
    env: await writeProfiles(folder, { sim: { settings, secrets } }),
    keys: () => s3.objects('shelf').map(({ key }) => key),
    [Symbol.asyncDispose]: () => s3.close(),
  }
}
