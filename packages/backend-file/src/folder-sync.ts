/**
 * Makes the names in folders durable. Writers that finish at the same time share one fsync: it
 * covers every change made before it began, so a writer waits for one that began after its own.
 */
import { constants } from 'node:fs'
import type { Clock } from '@aos-storage/core'
import type { Descriptor, FileSystem } from './file-system.ts'

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
  /** By inode number: it is nobody else's while the turn holds a descriptor. */
  readonly #turns = new Map<bigint, Turn>()

  constructor(fs: FileSystem, clock: Clock) {
    this.#fs = fs
    this.#clock = clock
  }

  /**
   * Resolves when every change made in `folder` before this call is on the disk. The folder is the
   * one that has this path now, whatever becomes of it meanwhile.
   */
  async sync(folder: string): Promise<void> {
    // Windows has no such thing, and keeps names durable by its journal.
    if (process.platform === 'win32') return
    return this.#join(this.#tryOpen(folder) ?? (await this.#open(folder)))
  }

  #join(descriptor: Descriptor): Promise<void> {
    const inode = this.#inodeOf(descriptor)
    const turn = this.#turns.get(inode) ?? { next: undefined, running: undefined }
    this.#turns.set(inode, turn)
    if (turn.next === undefined) turn.next = this.#begin(inode, turn, descriptor)
    else this.#fs.closeSync(descriptor)
    return turn.next
  }

  #inodeOf(descriptor: Descriptor): bigint {
    try {
      return this.#fs.fstatSync(descriptor).ino
    } catch (error) {
      this.#fs.closeSync(descriptor)
      throw error
    }
  }

  async #begin(inode: bigint, turn: Turn, descriptor: Descriptor): Promise<void> {
    const failure = await turn.running?.then(
      () => undefined,
      (error: unknown) => ({ error }),
    )
    turn.running = turn.next
    turn.next = undefined
    try {
      // What is lost then may be a change of these, too, and the system tells of it only once.
      if (failure !== undefined) throw failure.error
      await this.#fsync(descriptor)
    } finally {
      if (turn.next === undefined) this.#turns.delete(inode)
      turn.running = undefined
      this.#fs.closeSync(descriptor)
    }
  }

  async #fsync(descriptor: Descriptor): Promise<void> {
    try {
      await this.#fs.fsync(descriptor)
    } catch (error) {
      // Not an error of the device: this file system has no fsync for folders.
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EINVAL' && code !== 'ENOTSUP') throw error
    }
  }

  /** Undefined when there is no descriptor left. */
  #tryOpen(folder: string): Descriptor | undefined {
    try {
      return this.#fs.openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code !== 'EMFILE' && code !== 'ENFILE') throw error
      return undefined
    }
  }

  /** The change is made already, so a lack of descriptors is waited out for a while. */
  async #open(folder: string): Promise<Descriptor> {
    for (let attempt = 1; attempt < openAttemptsMax; attempt++) {
      await this.#clock.sleep(openPauseMs)
      const descriptor = this.#tryOpen(folder)
      if (descriptor !== undefined) return descriptor
    }
    return this.#fs.openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY, 0)
  }
}
