/**
 * Makes the names in folders durable. Writers that finish at the same time share one fsync: it
 * covers every change made before it began, so a writer waits for one that began after its own.
 */
import { constants } from 'node:fs'
import type { Clock } from '@aos-storage/core'
import type { FileSystem } from './file-system.ts'

const openAttemptsMax = 100
const openPauseMs = 10

interface Turn {
  /** The fsync that covers changes made from now on; it has not begun yet. */
  next: Promise<void> | undefined
  running: Promise<void> | undefined
}

export class FolderSync {
  readonly #fs: FileSystem
  readonly #clock: Clock
  readonly #turns = new Map<string, Turn>()

  constructor(fs: FileSystem, clock: Clock) {
    this.#fs = fs
    this.#clock = clock
  }

  /** Resolves when every change made in `folder` before this call is on the disk. */
  sync(folder: string): Promise<void> {
    const turn = this.#turns.get(folder) ?? { next: undefined, running: undefined }
    this.#turns.set(folder, turn)
    turn.next ??= this.#begin(folder, turn)
    return turn.next
  }

  async #begin(folder: string, turn: Turn): Promise<void> {
    // The one before may fail; that is for those who wait for it.
    await turn.running?.catch(() => undefined)
    turn.running = turn.next
    turn.next = undefined
    try {
      await this.#fsync(folder)
    } finally {
      if (turn.next === undefined) this.#turns.delete(folder)
      turn.running = undefined
    }
  }

  async #fsync(folder: string): Promise<void> {
    const flags = constants.O_RDONLY | constants.O_DIRECTORY
    // Windows has no such thing, and keeps names durable by its journal.
    if (process.platform === 'win32') return
    const descriptor = await this.#open(folder, flags)
    try {
      await this.#fs.fsync(descriptor)
    } catch (error) {
      // Not an error of the device: this file system has no fsync for folders.
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
    } finally {
      this.#fs.closeSync(descriptor)
    }
  }

  /** The change is made already, so a lack of descriptors is waited out for a while. */
  async #open(folder: string, flags: number): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#fs.open(folder, flags, 0)
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        if ((code !== 'EMFILE' && code !== 'ENFILE') || attempt === openAttemptsMax) throw error
        await this.#clock.sleep(openPauseMs)
      }
    }
  }
}
