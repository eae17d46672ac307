/** From a configuration to an open backend. */
import { isBackend, type StorageBackend } from './backend.ts'
import { providerOfProtocol, providerOfType } from './backend-packages.ts'
import { StorageError } from './errors.ts'
import { assertOptions, describe } from './options.ts'
import type { BackendProvider } from './provider.ts'

/**
 * Opens the backend that `config`, a `StorageConfig` if it is right, describes.
 *
 * @throws TypeError for something that is no configuration, or has settings that belong to none.
 * @throws StorageError `INVALID_ARGUMENT` for an unknown type or protocol or a URL that does not
 * parse, `UNSUPPORTED` when the backend's package is not installed; and the backend's own.
 */
export async function openBackend(config: unknown): Promise<StorageBackend> {
  if (typeof config === 'string') return openText(config)
  if (config instanceof URL) return (await providerOfProtocol(config.protocol)).fromUrl(config)
  if (typeof config !== 'object' || config === null) {
    throw new TypeError(`A configuration is an object or a URL, not ${describe(config)}`)
  }
  if (isBackend(config)) return config
  const { storageType, provider, backend, ...settings } = config as Readonly<
    Record<string, unknown>
  >
  if (backend !== undefined) return openReady(config, backend)
  if (provider !== undefined) {
    assertProvider(provider)
    return provider.fromConfig(settings)
  }
  if (typeof storageType !== 'string') {
    throw new TypeError(
      `A configuration has a storageType, a backend or a provider; storageType is ${describe(
        storageType,
      )}`,
    )
  }
  return (await providerOfType(storageType)).fromConfig(settings)
}

async function openText(text: string): Promise<StorageBackend> {
  if (/^[a-z][a-z0-9]*$/.test(text)) return (await providerOfType(text)).fromConfig({})
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
  return (await providerOfProtocol(url.protocol)).fromUrl(url)
}

function openReady(config: object, backend: unknown): StorageBackend {
  assertOptions(config, new Set(['backend']), 'open({ backend })')
  if (isBackend(backend)) return backend
  throw new TypeError(`backend is a StorageBackend, not ${describe(backend)}`)
}

function assertProvider(provider: unknown): asserts provider is BackendProvider {
  const { fromConfig, fromUrl } = (provider ?? {}) as Partial<BackendProvider>
  if (typeof fromConfig === 'function' && typeof fromUrl === 'function') return
  throw new TypeError(`provider is a BackendProvider, not ${describe(provider)}`)
}
