/**
 * The data folder: it carries a mark, and `--reset` removes only the folders that a playground
 * makes in it, whatever else somebody put there. The mark remembers which samples were laid, so
 * that what a person deleted stays deleted.
 *
 *     playground-data/
 *       playground.json   the mark
 *       objects/          the shared store
 *       ...               folders that screens declare
 */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from './arguments.ts'

const markName = 'playground.json'
/** What a start that was cut short may leave. */
const newMarkName = `${markName}.new`

interface Mark {
  readonly playground: 1
  /** Screens whose samples are in the folder. */
  readonly samples: readonly string[]
}

export interface DataFolderOptions {
  readonly isReset: boolean
  /** Names of all that a playground makes there, besides the mark. */
  readonly ownNames: readonly string[]
}

export class DataFolder {
  readonly path: string
  #mark: Mark

  private constructor(path: string, mark: Mark) {
    this.path = path
    this.#mark = mark
  }

  /**
   * Opens the folder, makes it when missing, removes first what is ours in it when asked to.
   *
   * @throws UsageError for a folder that has something in it which no playground made.
   */
  static async open(path: string, { isReset, ownNames }: DataFolderOptions): Promise<DataFolder> {
    await mkdir(path, { recursive: true, mode: 0o700 }).catch((cause: NodeJS.ErrnoException) => {
      throw new UsageError(`${path} cannot be made a folder (${cause.code}); name another one.`)
    })
    const mark = await readMark(path)
    const names = await readdir(path)
    if (mark === undefined && names.some((name) => name !== newMarkName)) {
      throw new UsageError(
        `${path} has files in it, but no ${markName}: it is not a playground's. Name an empty or ` +
          'new folder with --data.',
      )
    }
    const folder = new DataFolder(path, mark ?? { playground: 1, samples: [] })
    if (isReset) await folder.#remove(ownNames)
    if (mark === undefined || isReset) await folder.#write({ playground: 1, samples: [] })
    return folder
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
    await rename(newPath, join(this.path, markName)).catch((error: NodeJS.ErrnoException) => {
      // Another start of the same moment put it in its place.
      if (error.code !== 'ENOENT') throw error
    })
    this.#mark = mark
  }
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
