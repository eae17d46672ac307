/**
 * A local folder that objects are brought to. Invariant: nothing is written outside of it, whatever
 * the keys are and whatever stands in it: keys that lead out are refused, and so are links.
 *
 * Where the disk takes `A` and `a` for one name, the second of two such keys is refused, too: it
 * would replace the first.
 */
import type { Stats } from 'node:fs'
import { lstat, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { StorageError, systemRandom } from '@aos-storage/core'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printableLine } from '../output/printable.ts'
import { pathFault } from './file-name.ts'
import { local } from './local-failure.ts'
import { syncFolder } from './whole-file.ts'

/** Folders that are known to be folders. */
const knownMax = 10_000

/** A place for a file. */
export interface TargetFile {
  readonly path: string
  /** Of the file that stands there. */
  readonly mode: number | undefined
}

export class TargetFolder {
  readonly path: string
  readonly #isFolding: boolean
  readonly #taken = new Set<string>()
  readonly #known = new Set<string>()
  readonly #unsynced = new Set<string>()

  private constructor(path: string, isFolding: boolean) {
    this.path = path
    this.#isFolding = isFolding
  }

  /** Makes it when missing. It may itself be a link: that is the caller's own choice. */
  static async open(path: string, isDryRun: boolean = false): Promise<TargetFolder> {
    if (isDryRun) return new TargetFolder(path, false)
    return local(path, async () => {
      await mkdir(path, { recursive: true })
      const real = await realpath(path)
      return new TargetFolder(real, await foldsNames(real))
    })
  }

  /** Where `key` goes; its folders are made. @throws StorageError, CommandFailure when nowhere. */
  async fileFor(key: string): Promise<TargetFile> {
    this.assertFits(key)
    const path = join(this.path, ...key.split('/'))
    await this.#makeFolders(key)
    const standing = await local(path, () => statOrNone(path))
    if (standing !== undefined && !standing.isFile()) {
      const what = standing.isSymbolicLink() ? 'a link' : 'no file'
      throw new CommandFailure(exitCodes.failed, `${printableLine(path)} is ${what}, and stays`)
    }
    if (this.#unsynced.size >= knownMax) await this.sync()
    this.#unsynced.add(dirname(path))
    return { path, mode: standing === undefined ? undefined : standing.mode & 0o777 }
  }

  /** @throws StorageError `INVALID_KEY` for a key that is no path below a folder. */
  assertFits(key: string): void {
    const fault = pathFault(key, process.platform)
    if (fault !== undefined) {
      throw new StorageError(
        'INVALID_KEY',
        `The key ${fault}, so that it is no path below a folder; get it by itself, to a name ` +
          'that you give',
        { key },
      )
    }
    if (!this.#isFolding) return
    const folded = key.normalize('NFC').toLowerCase()
    if (!this.#taken.has(folded)) {
      this.#taken.add(folded)
      return
    }
    throw new StorageError('CONFLICT', 'On this disk its name is that of another key', { key })
  }

  /** Makes what was written last. */
  async sync(): Promise<void> {
    const folders = [...this.#unsynced]
    this.#unsynced.clear()
    for (const folder of folders) await syncFolder(folder)
  }

  /** One after the other, so that none is made behind a link. */
  async #makeFolders(key: string): Promise<void> {
    let path = this.path
    for (const segment of key.split('/').slice(0, -1)) {
      path += sep + segment
      if (this.#known.has(path)) continue
      const folder = path
      await local(folder, async () => {
        if ((await statOrNone(folder)) === undefined) await mkdir(folder).catch(unlessExists)
        // Somebody else may have made it meanwhile.
        const standing = await lstat(folder)
        if (!standing.isDirectory()) throw inTheWay(folder, standing.isSymbolicLink())
      })
      if (this.#known.size >= knownMax) this.#known.clear()
      this.#known.add(path)
    }
  }
}

function inTheWay(path: string, isLink: boolean): Error {
  const what = isLink ? 'a link, which could lead out of the folder' : 'no folder'
  return new CommandFailure(exitCodes.failed, `${printableLine(path)} is ${what}`)
}

async function statOrNone(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path)
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined
    throw error
  }
}

function unlessExists(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'EEXIST') throw error
}

/** Tries it: no setting tells it for all file systems. */
async function foldsNames(folder: string): Promise<boolean> {
  const probe = join(folder, `.aos-storage-${systemRandom.id()}-é.part`)
  await writeFile(probe, '', { flag: 'wx' })
  try {
    const others = ['É', 'é'.normalize('NFD')].map((each) => probe.replace('é', each))
    for (const other of others) {
      const isSame = await stat(other).then(
        () => true,
        () => false,
      )
      if (isSame) return true
    }
    return false
  } finally {
    await rm(probe, { force: true })
  }
}
