/**
 * What writers left that died: temporary files, and files of `.aos` that were not put in place.
 *
 * Invariant: nothing of a living writer is ever taken for that, also while it registers or closes.
 */
import { lstatSync, readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { FileLock, loadSqlite } from './file-lock.ts'
import { ownFolder } from './folder.ts'
import { isThere, lookAtOwn } from './own-file.ts'

/** Names that files in `.aos` have while they are made. */
const halfMadeName = /^(?:lock|format\.json|tables\.db|queues\.db)\.[^.]+$/

/** The folders of writers that died, for those who only look. Changes nothing. */
export async function deadWriterFolders(basePath: string): Promise<string[]> {
  const root = join(basePath, ownFolder)
  const tmp = join(root, 'tmp')
  if (!isFolder(root) || !isFolder(tmp)) return []
  const Database = await loadSqlite()
  const names = new Set(readdirSync(tmp))
  // A writer makes its folder when it holds its lock: without one it may be about to take it.
  const ids = [...names].filter((name) => names.has(`${name}.lock`))
  return ids
    .map((id) => join(tmp, id))
    .filter((folder) => {
      const lock = takeDeadLock(Database, `${folder}.lock`)
      const isDead = lock !== undefined && isFolder(folder)
      lock?.close()
      return isDead
    })
}

/** What a dead writer left. */
export interface Leftover {
  readonly path: string
  /** Beside it, and ours now; undefined when it has none. */
  readonly lock?: FileLock | undefined
}

/**
 * What is in the folder of temporary files and is not a living writer's. Only under the lock of all
 * changes: nobody is registering then, so what has no lock beside it is nobody's.
 */
export function findLeftovers(
  Database: typeof DatabaseSync,
  tmp: string,
  ownId: string,
): Leftover[] {
  const ids = new Set(readdirSync(tmp).map((name) => name.replace(/\.lock$/, '')))
  ids.delete(ownId)
  return [...ids].flatMap((id) => {
    const path = join(tmp, id)
    const lock = takeDeadLock(Database, `${path}.lock`)
    const isHeld = lock === undefined && isThere(`${path}.lock`)
    return isHeld ? [] : [{ path, lock }]
  })
}

/**
 * Files in `.aos` that were not put in place. Only under the lock of all changes, without which
 * only that lock is made: who is about to finds it there when its file is gone.
 */
export function findHalfMade(root: string): Leftover[] {
  const names = readdirSync(root).filter((name) => halfMadeName.test(name))
  return names.map((name) => ({ path: join(root, name) }))
}

/** The lock of a writer, now ours, if it died; undefined also when that cannot be told. */
function takeDeadLock(Database: typeof DatabaseSync, path: string): FileLock | undefined {
  let lock: FileLock | undefined
  try {
    const stats = lookAtOwn(path)
    if (stats === undefined) return undefined
    lock = new FileLock(Database, path)
    // One that closes removes its lock before it lets go of it: then nobody died.
    if (lock.tryAcquire() && lookAtOwn(path)?.ino === stats.ino) return lock
  } catch {
    // Of another user, or no plain file, for instance.
  }
  lock?.close()
  return undefined
}

export async function removeLeftover({ path, lock }: Leftover): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true })
    if (lock !== undefined) await rm(`${path}.lock`, { force: true })
  } finally {
    lock?.close()
  }
}

function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
