/** From a location to an open store; only the package that it needs is loaded. */
import {
  type BackendProvider,
  configFromEnvironment,
  type QueueConfig,
  type QueueStore,
  type StorageConfig,
  StorageManager,
  type TableConfig,
  type TableStore,
} from '@aos-storage/core'
import { usageError } from '../failure.ts'
import type { Location } from './location.ts'
import { type Profile, type ProfileSource, readProfiles, settingsOf } from './profiles.ts'

/**
 * The packages of storage types and protocols. They are imported here and not by core, which would
 * look for them beside the program, where a strict package manager shows none.
 */
const providers: Readonly<Record<string, () => Promise<{ provider: BackendProvider<never> }>>> = {
  file: () => import('@aos-storage/backend-file'),
  azure: () => import('@aos-storage/backend-azure'),
  azblob: () => import('@aos-storage/backend-azure'),
  s3: () => import('@aos-storage/backend-s3'),
}

/** Opens what a location says; the caller closes it. */
export class Stores {
  readonly #source: ProfileSource

  constructor(source: ProfileSource) {
    this.#source = source
  }

  /**
   * `'read'` opens an S3 store without the probe of what its server honours, which writes: then no
   * condition of a write is claimed, and credentials that may only read are enough.
   */
  async objects(location: Location, access: 'read' | 'write'): Promise<StorageManager> {
    const given = await this.configOf(location)
    const config = access === 'read' ? forReading(given) : given
    return StorageManager.open(await opened(config, (provider) => provider))
  }

  async tables(location: Location): Promise<TableStore> {
    const { openTables } = await import('@aos-storage/core')
    const config = await this.configOf(location)
    return openTables((await opened(config, ({ tables }) => tables)) as TableConfig)
  }

  async queues(location: Location): Promise<QueueStore> {
    const { openQueues } = await import('@aos-storage/core')
    const config = await this.configOf(location)
    return openQueues((await opened(config, ({ queues }) => queues)) as QueueConfig)
  }

  /** What `StorageManager.open` takes. */
  async configOf({ store }: Location): Promise<StorageConfig> {
    if (store.kind === 'url') return store.url
    if (store.kind === 'environment') {
      return withProvider(configFromEnvironment(this.#source.env) as string | Profile)
    }
    const { path, profiles } = await readProfiles(this.#source)
    const profile = Object.hasOwn(profiles, store.name) ? profiles[store.name] : undefined
    if (profile === undefined) throw unknownProfile(store.name, Object.keys(profiles), path)
    const { url, ...settings } = await settingsOf(store.name, profile, this.#source.env)
    if (typeof url !== 'string') return withProvider(settings as Profile)
    return withProvider(url)
  }
}

/** A URL with its backend opened; what is no URL, or has no package of its own, as it is. */
async function opened<Backend>(
  config: StorageConfig,
  openerOf: (provider: BackendProvider) => { fromUrl(url: URL): Promise<Backend> } | undefined,
): Promise<StorageConfig> {
  if (!(config instanceof URL)) return config
  const provider = await providerOf(config.protocol.slice(0, -1))
  const opener = provider === undefined ? undefined : openerOf(provider)
  // What has none is told by core.
  return opener === undefined ? config : ({ backend: await opener.fromUrl(config) } as never)
}

function forReading(config: StorageConfig): StorageConfig {
  if (config instanceof URL) {
    if (config.protocol !== 's3:' || config.search !== '') return config
    const url = new URL(config)
    url.search = '?server=unprobed'
    return url
  }
  const { provider, ...settings } = config as { provider?: BackendProvider }
  if (provider?.storageType !== 's3') return config
  return { provider, server: 'unprobed', ...settings } as StorageConfig
}

async function withProvider(config: string | Profile): Promise<StorageConfig> {
  if (typeof config === 'string') {
    return URL.parse(config) ?? config
  }
  const { storageType, ...settings } = config as { storageType: string }
  const provider = await providerOf(storageType)
  return (provider === undefined ? config : { provider, ...settings }) as StorageConfig
}

async function providerOf(name: string): Promise<BackendProvider | undefined> {
  const load = Object.hasOwn(providers, name) ? providers[name] : undefined
  return load === undefined ? undefined : (await load()).provider
}

function unknownProfile(name: string, known: readonly string[], path: string): Error {
  const listed = known.length === 0 ? `there is none at ${path}` : `known are ${known.join(', ')}`
  return usageError(
    `There is no profile ${JSON.stringify(name)}: ${listed}`,
    `Describe it at ${path}, or write a location with its protocol (s3://, azblob://, file:///)`,
  )
}
