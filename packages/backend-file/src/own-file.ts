/**
 * Single files in `.aos`: looked at before they are opened, and nothing but plain files.
 *
 * A folder may come out of somebody's archive. A link in it would lead outside, and a pipe would
 * stop who opens it for ever.
 */
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  linkSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs'
import { StorageError } from '@aos-storage/core'

/** For one that was swapped since it was looked at. */
const plainFlags = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** True when there is anything by this name. */
export function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/**
 * What is there, or undefined.
 *
 * @throws StorageError `CONFLICT` for anything but a plain file.
 */
export function lookAtOwn(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats?.isFile() === false) throw notPlain(path)
  return stats
}

/**
 * Opens a file; undefined when there is none and the flags do not make it.
 *
 * @throws StorageError `CONFLICT` for anything but a plain file.
 */
export function openOwn(path: string, flags: number, mode?: number): number | undefined {
  const isMade = (flags & constants.O_CREAT) !== 0
  if (lookAtOwn(path) === undefined && !isMade) return undefined
  const descriptor = openSync(path, flags | plainFlags, mode)
  if (fstatSync(descriptor).isFile()) return descriptor
  closeSync(descriptor)
  throw notPlain(path)
}

/** The text of a file; undefined when there is none. @throws as {@link openOwn} does. */
export function readOwn(path: string): string | undefined {
  const descriptor = openOwn(path, constants.O_RDONLY)
  if (descriptor === undefined) return undefined
  try {
    return readFileSync(descriptor, 'utf8')
  } finally {
    closeSync(descriptor)
  }
}

/**
 * Makes an empty file for SQLite, with its mode before anybody opens it: SQLite would make it with
 * another one. Under its name it is never opened here, which would drop this process's locks on it.
 *
 * @returns False on a file system without links, where SQLite has to make it.
 * @throws StorageError `CONFLICT` for anything but a plain file.
 */
export function makeOwnFile(path: string, mode: number, id: string): boolean {
  if (lookAtOwn(path) !== undefined) return true
  const made = `${path}.${id}`
  try {
    writeFileSync(made, '', { mode, flag: 'wx' })
    chmodSync(made, mode)
    linkSync(made, path)
    return true
  } catch (error) {
    // Another writer was faster, and may have swept ours.
    if (lookAtOwn(path) !== undefined) return true
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'ENOSYS') return false
    throw error
  } finally {
    rmSync(made, { force: true })
  }
}

function notPlain(path: string): StorageError {
  return new StorageError(
    'CONFLICT',
    `Something that is not a plain file stands where the store keeps its own; move away ${path}`,
    { retryable: 'no' },
  )
}
