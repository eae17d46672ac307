/**
 * Backends of this project that live in packages of their own, imported when they are first asked
 * for, so that a service installs only what it uses.
 */
import { StorageError } from './errors.ts'
import { memoryProvider } from './memory/provider.ts'
import { importPackage } from './package-import.ts'
import type { BackendProvider } from './provider.ts'

/** Storage types, the protocols of their URLs, and the package that has the provider. */
const packages: readonly {
  readonly storageType: string
  readonly protocols: readonly string[]
  readonly name: string | undefined
}[] = [
  { storageType: 'memory', protocols: ['memory:'], name: undefined },
  { storageType: 'file', protocols: ['file:'], name: '@aos-storage/backend-file' },
  { storageType: 'azure', protocols: ['azblob:'], name: '@aos-storage/backend-azure' },
  { storageType: 's3', protocols: ['s3:'], name: '@aos-storage/backend-s3' },
]

/** For messages. */
const knownTypes: string = packages.map(({ storageType }) => storageType).join(', ')
const knownProtocols: string = packages.flatMap(({ protocols }) => protocols).join(', ')

/**
 * @throws StorageError `INVALID_ARGUMENT` for an unknown type, `UNSUPPORTED` when not installed.
 */
export async function providerOfType(storageType: string): Promise<BackendProvider> {
  const known = packages.find((entry) => entry.storageType === storageType)
  if (known !== undefined) return load(known.name)
  throw new StorageError(
    'INVALID_ARGUMENT',
    `storageType ${JSON.stringify(storageType.slice(0, 40))} is unknown; known are ` +
      `${knownTypes}. For another one give { provider }`,
  )
}

/** @throws as {@link providerOfType}. */
export async function providerOfProtocol(protocol: string): Promise<BackendProvider> {
  const known = packages.find(({ protocols }) => protocols.includes(protocol))
  if (known !== undefined) return load(known.name)
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The URL protocol ${JSON.stringify(protocol.slice(0, 40))} is unknown; known are ` +
      `${knownProtocols}. For another one give { provider }`,
  )
}

async function load(name: string | undefined): Promise<BackendProvider> {
  if (name === undefined) return memoryProvider
  const module = (await importPackage(name)) as { readonly provider?: BackendProvider }
  if (module.provider !== undefined) return module.provider
  throw new StorageError(
    'UNSUPPORTED',
    `The package ${name} exports no provider; install a version that fits @aos-storage/core`,
  )
}
