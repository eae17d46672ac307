/** From a location to an open store; only the package that it needs is loaded. */
import { rmdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import {
  type BackendProvider,
  configFromEnvironment,
  isBackend,
  type Layer,
  openQueues,
  openTables,
  type QueueConfig,
  type QueueStore,
  type StorageBackend,
  type StorageConfig,
  StorageManager,
  type TableConfig,
  type TableStore,
} from '@aos-storage/core'
import { usageError } from '../failure.ts'
import { assertFolder, assertNoneAround } from './folder.ts'
import type { Location } from './location.ts'
import { layersOf } from './layers.ts'
import { type Profile, type ProfileSource, readProfiles, settingsOf } from './profiles.ts'
import { settingsOfUrl } from './url-settings.ts'

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
export class Stores implements AsyncDisposable {
  readonly #source: ProfileSource
  /** Made for a dry run alone: a file store is in a folder. The innermost first. */
  readonly #passing: string[] = []

  constructor(source: ProfileSource) {
    this.#source = source
  }

  /**
   * `'read'` opens an S3 store without the probe of what its server honours, which writes: then no
   * condition of a write is claimed, and credentials that may only read are enough.
   *
   * `'preview'`, for a dry run, is the same for a store that does not have to be there yet.
   *
   * @param patience Settings of a remote store in place of its own: how long it is waited for.
   */
  async objects(
    location: Location,
    access: 'read' | 'preview' | 'write',
    patience: Patience = {},
  ): Promise<StorageManager> {
    const { config: given, layers } = await this.#described(location, patience)
    if (access === 'read') await assertFolder(given, this.#source.cwd)
    else {
      const made = await assertNoneAround(given, this.#source.cwd)
      if (access === 'preview') this.#passing.push(...made)
    }
    const wanted = access === 'write' ? given : forReading(given)
    const config = await opened(wanted, (provider) => provider)
    try {
      return await StorageManager.open(config, { layers: [...layers] })
    } catch (error) {
      // A backend that was opened here has no other owner.
      const { backend } = config as { backend?: StorageBackend }
      if (!isBackend(config)) await backend?.close().catch(() => undefined)
      throw mistakeIn(location, error)
    }
  }

  /** `'made'` makes the folder of a file store; `'there'` tells where there is none. */
  async tables(location: Location, folder: 'there' | 'made'): Promise<TableStore> {
    const given = await this.configOf(location)
    if (folder === 'there') await assertFolder(given, this.#source.cwd)
    else await assertNoneAround(given, this.#source.cwd)
    const config = await opened(given, ({ tables }) => tables)
    try {
      return await openTables(config as TableConfig)
    } catch (error) {
      throw mistakeIn(location, error)
    }
  }

  /** As {@link tables}. */
  async queues(location: Location, folder: 'there' | 'made'): Promise<QueueStore> {
    const given = await this.configOf(location)
    if (folder === 'there') await assertFolder(given, this.#source.cwd)
    else await assertNoneAround(given, this.#source.cwd)
    const config = await opened(given, ({ queues }) => queues)
    try {
      return await openQueues(config as QueueConfig)
    } catch (error) {
      throw mistakeIn(location, error)
    }
  }

  /** True where `'made'` makes a folder: a dry run opens no store then. */
  async makesFolder(location: Location): Promise<boolean> {
    return (await assertNoneAround(await this.configOf(location), this.#source.cwd)).length > 0
  }

  /** What `StorageManager.open` takes. */
  async configOf(location: Location): Promise<StorageConfig> {
    return (await this.#described(location)).config
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const folder of this.#passing) {
      // What has something in it by now stays.
      await rmdir(folder).catch(() => undefined)
    }
  }

  async #described({ store }: Location, patience: Patience = {}): Promise<Described> {
    const { env } = this.#source
    if (store.kind === 'url') {
      const settings = settingsOfUrl(store.url, env)
      if (settings === undefined) return { config: store.url, layers: [] }
      return { config: await withProvider({ ...settings, ...patience } as never), layers: [] }
    }
    if (store.kind === 'environment') {
      const config = configFromEnvironment(env) as string | Profile
      return { config: await withProvider(impatient(config, patience)), layers: [] }
    }
    const { path, profiles } = await readProfiles(this.#source)
    const profile = Object.hasOwn(profiles, store.name) ? profiles[store.name] : undefined
    if (profile === undefined) throw unknownProfile(store.name, Object.keys(profiles), path)
    const { layers: listed, ...own } = profile as { readonly layers?: unknown }
    const { url, ...settings } = await settingsOf(own, {
      ...{ name: store.name, folder: dirname(path), env },
    })
    const layers = layersOf(store.name, listed)
    if (typeof url === 'string') return { config: await withProvider(url), layers }
    return { config: await withProvider(impatient(settings as Profile, patience)), layers }
  }
}

/** How long a remote store is waited for; see the options of the backends. */
export interface Patience {
  readonly attemptsMax?: number
  readonly requestMsMax?: number
}

interface Described {
  readonly config: StorageConfig
  readonly layers: readonly Layer[]
}

/** Local stores wait for nobody. */
function impatient(config: string | Profile, patience: Patience): string | Profile {
  if (typeof config === 'string' || !('storageType' in config)) return config
  const isRemote = config.storageType === 's3' || config.storageType === 'azure'
  return isRemote ? { ...config, ...patience } : config
}

/** What core takes for a mistake in the program is one in a profile here: a setting, a layer. */
function mistakeIn({ label }: Location, error: unknown): unknown {
  if (!(error instanceof TypeError)) return error
  return usageError(
    `${label} cannot be opened: ${error.message}`,
    '"aos-storage doctor LOCATION" tells where each setting comes from',
  )
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
  return { provider, server: 'unprobed', ...settings }
}

async function withProvider(config: string | Profile): Promise<StorageConfig> {
  if (typeof config === 'string') {
    // Parsed, a relative one would begin at the root; as text it is refused.
    const isRelative = /^file:(?!\/\/\/)/i.test(config)
    return isRelative ? config : (URL.parse(config) ?? config)
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
