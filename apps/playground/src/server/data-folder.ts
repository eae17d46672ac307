/**
 * The data folder: it carries a mark, and `--reset` removes only the folders that a playground
 * makes in it, whatever else somebody put there. The mark remembers which samples were laid, so
 * that what a person deleted stays deleted. One playground at a time has it, so that no reset
 * empties it under another one, and no page misses what another one changes.
 *
 *     playground-data/
 *       playground.json   the mark
 *       playground.lock   locked while a playground runs; empty
 *       objects/          the shared store
 *       s3/               tables and queues beside buckets of S3
 *       ...               folders that screens declare
 */
import { constants, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { UsageError } from './arguments.ts'

const markName = 'playground.json'
/** What a start that was cut short may leave. */
const newMarkName = `${markName}.new`
const lockName = 'playground.lock'

interface Mark {
  readonly playground: 1
  /** Screens whose samples are in the folder. */
  readonly samples: readonly string[]
}

/** Which samples are there already. */
export interface SampleMarks {
  hasSamplesOf(screen: string): boolean
  rememberSamplesOf(screen: string): Promise<void>
}

export interface DataFolderOptions {
  readonly isReset: boolean
  /** Names of all that a playground makes there, besides the mark. */
  readonly ownNames: readonly string[]
}

export class DataFolder implements Disposable, SampleMarks {
  readonly path: string
  readonly #lock: DatabaseSync
  #mark: Mark

  private constructor(path: string, lock: DatabaseSync, mark: Mark) {
    this.path = path
    this.#lock = lock
    this.#mark = mark
  }

  /**
   * Opens the folder, makes it when missing, removes first what is ours in it when asked to.
   *
   * @throws UsageError for a folder that has something in it which no playground made, and for one
   * that another playground has.
   */
  static async open(path: string, { isReset, ownNames }: DataFolderOptions): Promise<DataFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`${path} cannot be made a folder (${cause.code}); name another one.`)
    })
    await assertOurs(path)
    const lock = await takeLock(path)
    try {
      const mark = await readMark(path)
      const folder = new DataFolder(path, lock, mark ?? { playground: 1, samples: [] })
      if (isReset) await folder.#remove(ownNames)
      if (mark === undefined || isReset) await folder.#write({ playground: 1, samples: [] })
      return folder
    } catch (error) {
      lock.close()
      throw error
    }
  }

  /** Another playground may have the folder. */
  [Symbol.dispose](): void {
    this.#lock.close()
  }

  hasSamplesOf(screen: string): boolean {
    return this.#mark.samples.includes(screen)
  }

  async rememberSamplesOf(screen: string): Promise<void> {
    await this.#write({ ...this.#mark, samples: [...this.#mark.samples, screen] })
  }

  /** The mark is not among them: a reset that was cut short can be done again. */
  async #remove(names: readonly string[]): Promise<void> {
    for (const name of names) await rm(join(this.path, name), { recursive: true, force: true })
  }

  async #write(mark: Mark): Promise<void> {
    const newPath = join(this.path, newMarkName)
    await writeFile(newPath, `${JSON.stringify(mark, undefined, 2)}\n`, { mode: 0o600 })
    await rename(newPath, join(this.path, markName))
    this.#mark = mark
  }
}

/** @throws UsageError for a folder with something in it that no playground made. */
async function assertOurs(path: string): Promise<void> {
  const names = await readdir(path)
  if (names.every((name) => name === newMarkName || name === lockName)) return
  if ((await readMark(path)) !== undefined) return
  throw new UsageError(
    `${path} has files in it, but no ${markName}: it is not a playground's. Name an empty or ` +
      'new folder with --data.',
  )
}

/** SQLite's result code for a lock that another one holds. */
const sqliteBusy = 5

/** A transaction on an empty database: the system ends it with the process, however that ends. */
async function takeLock(folder: string): Promise<DatabaseSync> {
  const path = join(folder, lockName)
  await makeLockFile(path)
  const lock = new DatabaseSync(path, { timeout: 0 })
  try {
    // Nothing is ever written, and there is no journal that a crash could leave.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE')
    return lock
  } catch (error) {
    lock.close()
    if ((error as { errcode?: number }).errcode !== sqliteBusy) throw error
    throw new UsageError(
      `another playground runs on ${folder}. Stop it with Ctrl-C, or name another folder with ` +
        '--data.',
    )
  }
}

/** SQLite would make it readable for all, and lock what is behind a link. */
async function makeLockFile(path: string): Promise<void> {
  const { O_RDWR, O_CREAT, O_NOFOLLOW } = constants
  try {
    await using file = await open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600)
    const stats = await file.stat()
    if (stats.isFile() && stats.size === 0) return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new UsageError(`${path} cannot be opened (${code}); name another folder with --data.`)
  }
  throw new UsageError(`${path} is no empty file: no playground made it. Move it away.`)
}

async function readMark(path: string): Promise<Mark | undefined> {
  const text = await readFile(join(path, markName), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    const mark = JSON.parse(text) as Partial<Mark> | null
    if (mark?.playground === 1 && Array.isArray(mark.samples)) return mark as Mark
  } catch {
    // Told below.
  }
  throw new UsageError(
    `${join(path, markName)} is damaged, or of a newer playground. Move the folder away, or name ` +
      'another one with --data.',
  )
}
