/**
 * Backends of this project that live in packages of their own, imported when they are first asked
 * for, so that a service installs only what it uses.
 */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StorageError } from './errors.ts'
import { memoryProvider } from './memory/provider.ts'
import type { BackendProvider } from './provider.ts'

/** Storage types, the protocols of their URLs, and the package that has the provider. */
const packages: readonly {
  readonly storageType: string
  readonly protocols: readonly string[]
  readonly name: string | undefined
}[] = [
  { storageType: 'memory', protocols: ['memory:'], name: undefined },
  { storageType: 'file', protocols: ['file:'], name: '@aos-storage/backend-file' },
]

/** For messages. */
export const knownTypes: string = packages.map(({ storageType }) => storageType).join(', ')
export const knownProtocols: string = packages.flatMap(({ protocols }) => protocols).join(', ')

/** @throws StorageError `INVALID_ARGUMENT` for an unknown type, `UNSUPPORTED` when not installed. */
export async function providerOfType(storageType: string): Promise<BackendProvider> {
  const known = packages.find((entry) => entry.storageType === storageType)
  if (known !== undefined) return load(known.name)
  throw new StorageError(
    'INVALID_ARGUMENT',
    `storageType ${JSON.stringify(storageType.slice(0, 40))} is unknown; known are ${knownTypes}. ` +
      'For another one give { provider }',
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
  const module = await importPackage(name)
  if (module.provider !== undefined) return module.provider
  throw new StorageError(
    'UNSUPPORTED',
    `The package ${name} exports no provider; install a version that fits @aos-storage/core`,
  )
}

type ProviderModule = { readonly provider?: BackendProvider }

/**
 * Imports from here, and when that fails from the main script's folder: a strict package manager
 * (pnpm, Yarn) lets only the program that lists a package in its package.json see it.
 */
async function importPackage(name: string): Promise<ProviderModule> {
  try {
    return (await import(name)) as ProviderModule
  } catch (error) {
    if (!isMissing(error, name)) throw error
  }
  const main = resolve(process.argv[1] ?? 'index.js')
  try {
    const path = createRequire(main).resolve(name)
    return (await import(pathToFileURL(path).href)) as ProviderModule
  } catch (cause) {
    if (!isMissing(cause, name)) throw cause
    throw new StorageError(
      'UNSUPPORTED',
      `The backend is in a package that is not installed: npm install ${name}`,
      { cause },
    )
  }
}

/** True when the package itself is missing; a missing dependency of it is another matter. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const isNotFound = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
  return isNotFound && String(message).includes(`'${name}'`)
}
