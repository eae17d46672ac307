/** Imports a package that a program may or may not have installed. */
import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StorageError } from './errors.ts'

/**
 * The module of package `name`: imported from here, and when that fails from the folder of the main
 * script. A strict package manager (pnpm, Yarn) shows a package only to the program that lists it
 * in its package.json, not to this library, which must not depend on its own backends.
 *
 * @throws StorageError `UNSUPPORTED` naming what to install; what the package throws as it loads.
 */
export async function importPackage(
  name: string,
  mainScript: string = process.argv[1] ?? 'index.js',
): Promise<object> {
  try {
    return (await import(name)) as object
  } catch (error) {
    if (!isMissing(error, name)) throw error
  }
  try {
    const path = createRequire(resolve(mainScript)).resolve(name)
    return (await import(pathToFileURL(path).href)) as object
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
