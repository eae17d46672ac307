/**
 * `.aos`: what the store keeps for itself beside the objects.
 *
 *   .aos/format.json      { "format": 1 }
 *   .aos/lock             the lock of all changes, see change-lock.ts
 *   .aos/waiting          there while somebody waits for it
 *   .aos/tables.db        tables, and .aos/queues.db queues: see sqlite/database.ts
 *   .aos/deleted          the latest time of deleted objects, see deletion-mark.ts
 *   .aos/tmp/ID.lock      held by a living writer for as long as it lives
 *   .aos/tmp/ID/LANE/N    files that this writer is writing
 *
 * `format.json`, locks and databases are made under a name of their own, NAME.ID, and then put in
 * place.
 *
 * Invariant: the files of a writer are swept only by one who holds its lock, so a living writer,
 * even a stopped one or one in another container, never loses a file.
 */
import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { type Clock, type Random, StorageError } from '@aos-storage/core'
import { ChangeLock } from './change-lock.ts'
import { DeletionMark } from './deletion-mark.ts'
import { ownFolder } from './folder.ts'
import { FileLock } from './file-lock.ts'
import { findHalfMade, findLeftovers, removeLeftover } from './leftovers.ts'
import { isThere, lookAtOwn, makeOwnFile, readOwn } from './own-file.ts'

/** The version of `docs/formats/file-layout.md` that this code writes. */
const formatVersion = 1
/**
 * Folders for a writer's files, in turn: a rename locks the folder that a file leaves, and would
 * stop the creation of the next ones there (measured: writes in parallel up to 1.5 times as fast).
 */
const lanes = 4

/** How the own folder is made and waited for. */
export interface OwnFolderOptions {
  readonly basePath: string
  readonly folderMode: number
  readonly fileMode: number
  readonly clock: Clock
  readonly random: Random
  readonly lockWaitMsMax: number
  /** True while others of this process are about to change something. */
  readonly isLockWanted: () => boolean
}

/** What a process that changes the store holds. */
export class OwnFolder {
  /** The lock of all changes to the store. */
  readonly lock: ChangeLock
  readonly deletions: DeletionMark
  readonly #Database: typeof DatabaseSync
  readonly #options: OwnFolderOptions
  readonly #root: string
  #writer: Promise<WriterFolder> | undefined
  /** The same, once it is registered. */
  #registered: WriterFolder | undefined

  /** Makes `.aos` when missing; deletes need no more of it, so that they work on a full disk. */
  constructor(Database: typeof DatabaseSync, options: OwnFolderOptions) {
    const { basePath, folderMode, fileMode, clock, lockWaitMsMax } = options
    this.#Database = Database
    this.#options = options
    this.#root = join(basePath, ownFolder)
    makeOwnFolder(this.#root, folderMode)
    assertFormat(basePath)
    const path = join(this.#root, 'lock')
    this.deletions = new DeletionMark(join(this.#root, 'deleted'), fileMode)
    this.lock = new ChangeLock({
      lock: openLock(Database, path, options),
      onTaken: () => this.deletions.forget(),
      isWanted: options.isLockWanted,
      path,
      clock,
      waitMsMax: lockWaitMsMax,
      hintPath: join(this.#root, 'waiting'),
    })
  }

  /** The path of a new temporary file. Registers this writer first; again if that failed. */
  async nextPath(): Promise<string> {
    this.#writer ??= this.#register().catch((error: unknown) => {
      this.#writer = undefined
      throw error
    })
    return (await this.#writer).nextPath()
  }

  /** The same, at once; undefined before this writer is registered. */
  pathAtOnce(): string | undefined {
    return this.#registered?.nextPath()
  }

  /**
   * Unregisters the writer. Who waits for the lock fails with `CLOSED`.
   *
   * @param ended Resolves when nothing of this writer is under way.
   */
  async close(ended: () => Promise<unknown>): Promise<void> {
    await this.lock.close()
    await ended()
    this.deletions.close()
    await (await this.#writer?.catch(() => undefined))?.close()
  }

  /** Makes a folder for temporary files, and sweeps what dead writers left. */
  async #register(): Promise<WriterFolder> {
    const { folderMode } = this.#options
    const tmp = join(this.#root, 'tmp')
    makeOwnFolder(tmp, folderMode)
    const { writer, leftovers } = await this.lock.run(undefined, () => {
      writeFormat(this.#root, this.#options)
      const halfMade = findHalfMade(this.#root)
      const made = new WriterFolder(this.#Database, tmp, this.#options)
      const found = findLeftovers(this.#Database, tmp, made.id)
      return { writer: made, leftovers: [...halfMade, ...found] }
    })
    // What cannot be removed now is left to the next one.
    await Promise.allSettled(leftovers.map(removeLeftover))
    this.#registered = writer
    return writer
  }
}

/** A living writer's folder of temporary files. */
class WriterFolder {
  readonly id: string
  readonly #path: string
  readonly #lock: FileLock
  #files = 0

  /** Only under the lock of all changes: sweepers wait for it. */
  constructor(Database: typeof DatabaseSync, tmp: string, options: OwnFolderOptions) {
    this.id = options.random.id()
    this.#path = join(tmp, this.id)
    this.#lock = openLock(Database, `${this.#path}.lock`, options)
    try {
      // Those who verify look for the folder, so the lock is taken first.
      if (!this.#lock.tryAcquire()) {
        throw new StorageError('LOCKED', 'Another program holds a lock in .aos/tmp; try again')
      }
      const { folderMode: mode } = options
      mkdirSync(this.#path, { mode })
      for (let lane = 0; lane < lanes; lane++) mkdirSync(join(this.#path, String(lane)), { mode })
    } catch (error) {
      rmSync(`${this.#path}.lock`, { force: true })
      this.#lock.close()
      throw error
    }
  }

  nextPath(): string {
    const file = ++this.#files
    return `${this.#path}${sep}${file % lanes}${sep}${file}`
  }

  async close(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true })
    await rm(`${this.#path}.lock`, { force: true })
    this.#lock.close()
  }
}

/**
 * Makes a folder of the store's own when missing.
 *
 * @throws StorageError `CONFLICT` when something else is there.
 */
export function makeOwnFolder(path: string, mode: number): void {
  if (!isThere(path)) {
    try {
      // Not with its parents: a base folder that vanished stays away.
      mkdirSync(path, { mode })
    } catch (error) {
      // Another writer was faster.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  assertFolder(path)
}

/** @throws StorageError `CONFLICT` for a link, which may lead outside, or anything else there. */
function assertFolder(path: string): void {
  if (lstatSync(path).isDirectory()) return
  throw new StorageError(
    'CONFLICT',
    `A file or link stands where a folder of the store belongs; move away ${path}`,
    { retryable: 'no' },
  )
}

/**
 * @throws StorageError `UNSUPPORTED` for a store of a newer format, `CORRUPT` for a damaged one,
 * `CONFLICT` when something foreign stands in place of the store's own.
 */
export function assertFormat(basePath: string): void {
  const root = join(basePath, ownFolder)
  if (!isThere(root)) return
  assertFolder(root)
  const path = join(root, 'format.json')
  const text = readOwn(path)
  if (text === undefined) return
  let format: unknown
  try {
    format = (JSON.parse(text) as { format?: unknown } | null)?.format
  } catch {
    // Damaged.
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

/** Only under the lock of all changes: sweepers wait for it. */
function writeFormat(root: string, { fileMode, random }: OwnFolderOptions): void {
  const path = join(root, 'format.json')
  if (lookAtOwn(path) !== undefined) return
  const made = `${path}.${random.id()}`
  const text = `${JSON.stringify({ format: formatVersion })}\n`
  try {
    writeFileSync(made, text, { mode: fileMode, flag: 'wx', flush: true })
    renameSync(made, path)
  } catch (error) {
    rmSync(made, { force: true })
    throw error
  }
}

function openLock(
  Database: typeof DatabaseSync,
  path: string,
  { fileMode, random }: OwnFolderOptions,
): FileLock {
  const isMade = makeOwnFile(path, fileMode, random.id())
  return new FileLock(Database, path, isMade ? 'rw' : 'rwc')
}
