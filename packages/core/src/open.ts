/** From a configuration to open backends: of objects, of tables, of queues. */
import { isBackend, type StorageBackend } from './backend.ts'
import { providerOfProtocol, providerOfType } from './backend-packages.ts'
import { StorageError } from './errors.ts'
import { assertOptions, describe } from './options.ts'
import type { BackendProvider, Opener } from './provider.ts'
import type { QueueBackend } from './queues/backend.ts'
import type { TableBackend } from './tables/backend.ts'

/** What is opened of a storage type. */
interface Part<Backend> {
  /** As a message says it. */
  readonly name: string
  readonly opener: (provider: BackendProvider) => Opener<Backend> | undefined
  /** True for a backend that is open already. */
  readonly isOpen: (config: object) => config is Backend & object
}

/**
 * Opens the backend that `config`, a `StorageConfig` if it is right, describes.
 *
 * @throws TypeError for something that is no configuration, or has settings that belong to none.
 * @throws StorageError `INVALID_ARGUMENT` for an unknown type or protocol or a URL that does not
 * parse, `UNSUPPORTED` when the backend's package is not installed; and the backend's own.
 */
export function openBackend(config: unknown): Promise<StorageBackend> {
  return open(config, {
    name: 'objects',
    opener: (provider) => provider,
    isOpen: (value) => isBackend(value),
  })
}

/** @throws as {@link openBackend}, and `UNSUPPORTED` for a storage type that has no tables. */
export function openTableBackend(config: unknown): Promise<TableBackend> {
  return open(config, {
    name: 'tables',
    opener: (provider) => provider.tables,
    isOpen: (value): value is TableBackend => hasMethods(value, ['createTable', 'transact']),
  })
}

/** @throws as {@link openBackend}, and `UNSUPPORTED` for a storage type that has no queues. */
export function openQueueBackend(config: unknown): Promise<QueueBackend> {
  return open(config, {
    name: 'queues',
    opener: (provider) => provider.queues,
    isOpen: (value): value is QueueBackend => hasMethods(value, ['createQueue', 'receive']),
  })
}

async function open<Backend>(config: unknown, part: Part<Backend>): Promise<Backend> {
  if (typeof config === 'string') return openText(config, part)
  if (config instanceof URL) return openUrl(config, part)
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`A configuration is an object or a URL, not ${describe(config)}`)
  }
  if (part.isOpen(config)) return config
  const { storageType, provider, backend, ...settings } = config as Readonly<
    Record<string, unknown>
  >
  if (backend !== undefined) return openReady(config, backend, part)
  if (provider !== undefined) {
    assertProvider(provider)
    return openerOf(provider, part).fromConfig(settings)
  }
  if (typeof storageType !== 'string') {
    throw new TypeError(
      `A configuration has a storageType, a backend or a provider; storageType is ${describe(
        storageType,
      )}`,
    )
  }
  return openerOf(await providerOfType(storageType), part).fromConfig(settings)
}

async function openText<Backend>(text: string, part: Part<Backend>): Promise<Backend> {
  if (/^[a-z][a-z0-9]*$/.test(text)) {
    return openerOf(await providerOfType(text), part).fromConfig({})
  }
  const url = URL.parse(text)
  if (url === null) {
    // Not echoed: a URL may hold credentials.
    throw new StorageError(
      'INVALID_ARGUMENT',
      'The storage URL does not parse; write it as "file:///var/data" or "memory:", and a path ' +
        'as { storageType: "file", basePath }',
    )
  }
  if (url.protocol === 'file:' && !text.slice(0, 8).toLowerCase().startsWith('file:///')) {
    throw new StorageError(
      'INVALID_ARGUMENT',
      'A file URL is absolute, "file:///var/data"; give a relative path as ' +
        '{ storageType: "file", basePath: "./data" }',
    )
  }
  return openUrl(url, part)
}

async function openUrl<Backend>(url: URL, part: Part<Backend>): Promise<Backend> {
  return openerOf(await providerOfProtocol(url.protocol), part).fromUrl(url)
}

function openReady<Backend>(config: object, backend: unknown, part: Part<Backend>): Backend {
  assertOptions(config, new Set(['backend']), 'open({ backend })')
  if (typeof backend === 'object' && backend !== null && part.isOpen(backend)) return backend
  throw new TypeError(`backend is an open backend of ${part.name}, not ${describe(backend)}`)
}

function openerOf<Backend>(provider: BackendProvider, part: Part<Backend>): Opener<Backend> {
  const opener = part.opener(provider)
  if (opener !== undefined) return opener
  throw new StorageError(
    'UNSUPPORTED',
    `The storage type ${provider.storageType} has no ${part.name}; memory, file and azure do`,
  )
}

function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function')
}

function assertProvider(provider: unknown): asserts provider is BackendProvider {
  const { fromConfig, fromUrl } = (provider ?? {}) as Partial<BackendProvider>
  if (typeof fromConfig === 'function' && typeof fromUrl === 'function') return
  throw new TypeError(`provider is a BackendProvider, not ${describe(provider)}`)
}
