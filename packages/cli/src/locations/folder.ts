/**
 * The folder of a file store. One that is only read must be there: a misspelt path is no empty
 * store. One that is made must not be within another one.
 */
import { realpath, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BackendProvider, StorageConfig } from '@aos-storage/core'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure, usageError } from '../failure.ts'

/** @throws CommandFailure when the store is a folder that does not exist. */
export async function assertFolder(config: StorageConfig, cwd: string): Promise<void> {
  const path = folderOf(config)
  if (path === undefined) return
  try {
    await stat(resolve(cwd, path))
  } catch (error) {
    const { code } = error as { code?: unknown }
    if (code !== 'ENOENT' && code !== 'ENOTDIR') return
    throw new CommandFailure(
      exitCodes.notFound,
      `There is no folder ${path}`,
      'Writing to a store makes its folder; reading does not',
    )
  }
}

/**
 * `./store/key` in place of `./store#key` would make a store in a store, and say nothing.
 *
 * @returns Folders that would be made, the innermost first.
 * @throws CommandFailure when that would be within the folder of another store.
 */
export async function assertNoneAround(config: StorageConfig, cwd: string): Promise<string[]> {
  const path = folderOf(config)
  if (path === undefined) return []
  const given = resolve(cwd, path)
  const missing: string[] = []
  let near = given
  while (!(await isThere(near)) && dirname(near) !== near) {
    missing.push(near)
    near = dirname(near)
  }
  if (missing.length === 0) return missing
  // Through links, as far as there is something.
  const wanted = join(await realpath(near).catch(() => near), relative(near, given))
  let folder = dirname(wanted)
  // A folder between is one of keys with slashes.
  while (!(await isStore(folder)) && dirname(folder) !== folder) folder = dirname(folder)
  if (!(await isStore(folder))) return missing
  const key = relative(folder, wanted).replaceAll(sep, '/')
  throw usageError(
    `${path} would be a store within the store ${folder}`,
    `For a key of that store, write ${folder}#${key}; if it is meant, make the folder first`,
  )
}

/** By what only stores have there: other programs may have a folder of that name. */
async function isStore(folder: string): Promise<boolean> {
  for (const name of ['format.json', 'tables.db', 'queues.db']) {
    if (await isThere(join(folder, '.aos', name))) return true
  }
  return false
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Of what opens files; undefined for all else, and for what the backend will refuse. */
function folderOf(config: StorageConfig): string | undefined {
  if (config instanceof URL) {
    if (config.protocol !== 'file:') return undefined
    const url = new URL(config)
    url.search = ''
    try {
      return fileURLToPath(url)
    } catch {
      return undefined
    }
  }
  const { provider, basePath } = config as { provider?: BackendProvider; basePath?: unknown }
  return provider?.storageType === 'file' && typeof basePath === 'string' ? basePath : undefined
}
