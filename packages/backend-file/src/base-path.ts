/** The path of the base folder: made when missing, and its real one. */
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  mkdirSync,
  openSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { StorageError } from '@aos-storage/core'
import { toStorageError } from './errors.ts'
import { assertFormat } from './own-folder.ts'

/**
 * Makes the base folder when missing, durably if asked to; its real path.
 *
 * @throws StorageError `INVALID_ARGUMENT` when it is no folder, `PERMISSION_DENIED` when it cannot
 * be read or made, and as {@link assertFormat}.
 */
export function openBasePath(basePath: string, mode: number, isDurable: boolean): string {
  const path = resolve(basePath)
  try {
    const stats = statSync(path, { throwIfNoEntry: false })
    if (stats !== undefined && !stats.isDirectory()) throw notAFolder(path)
    const made = stats === undefined ? makeFolders(path, mode) : undefined
    if (made !== undefined && isDurable) syncNames(dirname(made), path)
    accessSync(path, constants.R_OK | constants.X_OK)
    const real = realpathSync.native(path)
    assertFormat(real)
    return real
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    // ENOENT: a link that leads nowhere.
    if (code === 'ENOTDIR' || code === 'EEXIST' || code === 'ENOENT') throw notAFolder(path)
    throw toStorageError(error, 'open')
  }
}

/**
 * Makes a folder and those above it that are missing; the uppermost of them. One by one, because
 * Node's recursive `mkdir` never returns where none can be made, as below `/proc`.
 */
function makeFolders(path: string, mode: number): string {
  const missing = [path]
  for (let above = dirname(path); statSync(above, { throwIfNoEntry: false }) === undefined;) {
    missing.unshift(above)
    above = dirname(above)
  }
  for (const folder of missing) {
    try {
      mkdirSync(folder, { mode })
    } catch (error) {
      // Another process was faster, or something that is no folder is there.
      if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) throw error
    }
  }
  return missing[0]!
}

/** Makes the names of new folders durable: from the one that was there down to `path`. */
function syncNames(existing: string, path: string): void {
  for (let folder = path; folder !== existing;) {
    folder = dirname(folder)
    syncFolder(folder)
  }
}

/** Makes the names in a folder durable. Windows has no such call, and does it by itself. */
export function syncFolder(folder: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(folder, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function notAFolder(path: string): StorageError {
  return new StorageError(
    'INVALID_ARGUMENT',
    `basePath ${path} is, or lies below, something that is no folder; name another path`,
    { backend: 'file', operation: 'open' },
  )
}
