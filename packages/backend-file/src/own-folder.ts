/**
 * `.aos`: what the store keeps for itself beside the objects.
 *
 *   .aos/format.json      { "format": 1 }
 *   .aos/lock             the lock of all changes, see lock.ts
 *   .aos/waiting          there while somebody waits for it
 *   .aos/deleted          the latest time of deleted objects, see deletion-mark.ts
 *   .aos/tmp/ID.lock      held by a living writer for as long as it lives
 *   .aos/tmp/ID/N         files that this writer is writing
 *
 * Invariant: the files of a writer are swept only by one who holds its lock, so a living writer,
 * even a stopped one or one in another container, never loses a file.
 */
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, StorageError } from '@aos-storage/core'
import { DeletionMark } from './deletion-mark.ts'
import { isMissing } from './errors.ts'
import { ownFolder } from './folder.ts'
import { ChangeLock, FileLock, loadSqlite } from './lock.ts'

/** The version of `docs/formats/file-layout.md` that this code writes. */
const formatVersion = 1

/** How the own folder is made and waited for. */
export interface OwnFolderOptions {
  readonly basePath: string
  readonly folderMode: number
  readonly fileMode: number
  readonly clock: Clock
  readonly lockWaitMsMax: number
  /** Tells this writer from every other. */
  readonly writerId: string
}

/** What a living writer holds. */
export class OwnFolder {
  /** The lock of all changes to the store. */
  readonly lock: ChangeLock
  readonly deletions: DeletionMark
  readonly #own: FileLock
  readonly #folder: string
  #files = 0

  private constructor(lock: ChangeLock, deletions: DeletionMark, own: FileLock, folder: string) {
    this.lock = lock
    this.deletions = deletions
    this.#own = own
    this.#folder = folder
  }

  /** Registers a writer and sweeps what dead ones left. */
  static async open(Database: typeof DatabaseSync, options: OwnFolderOptions): Promise<OwnFolder> {
    const root = join(options.basePath, ownFolder)
    const tmp = join(root, 'tmp')
    for (const path of [root, tmp]) makeOwn(path, options.folderMode)
    assertFormat(options.basePath)
    const lock = new ChangeLock({
      lock: openLock(Database, join(root, 'lock'), options.fileMode),
      clock: options.clock,
      waitMsMax: options.lockWaitMsMax,
      hintPath: join(root, 'waiting'),
    })
    const folder = join(tmp, options.writerId)
    let deletions: DeletionMark | undefined
    try {
      deletions = new DeletionMark(join(root, 'deleted'), options.fileMode, options.clock)
      const { own, dead } = await lock.run(undefined, () => {
        writeFormat(root, options)
        const held = openLock(Database, `${folder}.lock`, options.fileMode)
        // Sweepers wait for the lock that we hold, and those who verify look for the folder.
        held.tryAcquire()
        mkdirSync(folder, { mode: options.folderMode })
        return { own: held, dead: findAllDead(Database, tmp, options.writerId) }
      })
      await Promise.all(dead.map(removeDead))
      return new OwnFolder(lock, deletions, own, folder)
    } catch (error) {
      deletions?.close()
      await lock.close()
      throw error
    }
  }

  /** The path of a new temporary file. */
  nextPath(): string {
    return join(this.#folder, String(++this.#files))
  }

  /** Unregisters the writer. */
  async close(): Promise<void> {
    await this.lock.close()
    this.deletions.close()
    await rm(this.#folder, { recursive: true, force: true })
    await rm(`${this.#folder}.lock`, { force: true })
    this.#own.close()
  }
}

/** @throws StorageError `CONFLICT` for a link, which may lead outside, or anything else there. */
function makeOwn(path: string, mode: number): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) {
    try {
      // Not with its parents: a base folder that vanished stays away.
      mkdirSync(path, { mode })
    } catch (error) {
      // Another writer was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  if (lstatSync(path).isDirectory()) return
  throw new StorageError(
    'CONFLICT',
    `A file or link stands where a folder of the store belongs; move away ${path}`,
    { retryable: 'no' },
  )
}

/** @throws StorageError `UNSUPPORTED` for a store of a newer format, `CORRUPT` for a damaged one. */
export function assertFormat(basePath: string): void {
  const path = join(basePath, ownFolder, 'format.json')
  let format: unknown
  try {
    format = (JSON.parse(readFileSync(path, 'utf8')) as { format?: unknown } | null)?.format
  } catch (error) {
    if (isMissing(error)) return
    if (!(error instanceof SyntaxError)) throw error
  }
  if (format === formatVersion) return
  const isNewer = Number(format) > formatVersion
  throw new StorageError(
    isNewer ? 'UNSUPPORTED' : 'CORRUPT',
    isNewer
      ? `The store has format ${Number(format)}; update @aos-storage/backend-file to open it`
      : `${path} is damaged; if the folder is a store of format 1, delete that file`,
    { backend: 'file', operation: 'open' },
  )
}

function writeFormat(root: string, options: OwnFolderOptions): void {
  const path = join(root, 'format.json')
  try {
    readFileSync(path)
  } catch (error) {
    if (!isMissing(error)) throw error
    const text = `${JSON.stringify({ format: formatVersion })}\n`
    writeFileSync(`${path}.new`, text, { mode: options.fileMode, flush: true })
    renameSync(`${path}.new`, path)
  }
}

function openLock(Database: typeof DatabaseSync, path: string, fileMode: number): FileLock {
  const lock = new FileLock(Database, path)
  // By name: opening and closing the file would drop the locks of this process on it. Where users
  // share a store, the one who made the file has set its mode.
  const { mode, uid } = statSync(path)
  if ((mode & 0o777) !== fileMode && uid === process.getuid?.()) chmodSync(path, fileMode)
  return lock
}

/** The folders of writers that died, for those who only look. */
export async function deadWriterFolders(tmp: string): Promise<string[]> {
  if (!existsSync(tmp)) return []
  const Database = await loadSqlite()
  const names = new Set(readdirSync(tmp))
  // A writer makes its folder when it holds its lock: without one it may be about to take it.
  const ids = [...names].filter((name) => names.has(`${name}.lock`))
  const dead = ids.flatMap((id) => findDead(Database, join(tmp, id)))
  for (const { lock } of dead) lock.close()
  return dead.map(({ folder }) => folder)
}

interface DeadWriter {
  readonly folder: string
  readonly lock: FileLock
}

/** Writers that do not hold their lock any more. Only under the lock of all changes. */
function findAllDead(Database: typeof DatabaseSync, tmp: string, ownId: string): DeadWriter[] {
  const ids = new Set(readdirSync(tmp).map((name) => name.replace(/\.lock(?:-journal)?$/, '')))
  ids.delete(ownId)
  return [...ids].flatMap((id) => findDead(Database, join(tmp, id)))
}

/** The writer of a folder, and its lock now ours, if it died; none that cannot be told. */
function findDead(Database: typeof DatabaseSync, folder: string): DeadWriter[] {
  let lock: FileLock | undefined
  try {
    lock = new FileLock(Database, `${folder}.lock`)
    if (lock.tryAcquire()) return [{ folder, lock }]
  } catch {
    // Of another user, for instance.
  }
  lock?.close()
  return []
}

async function removeDead({ folder, lock }: DeadWriter): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true })
    await rm(`${folder}.lock`, { force: true })
  } finally {
    lock.close()
  }
}
