/**
 * The latest time of all objects that were deleted, in `.aos/deleted`, shared by all writers.
 *
 * An object that is made under a deleted key gets a later time, so that no etag comes back: the
 * file system may give it the inode number of the deleted one at once, another process may be at
 * the same microsecond, and clocks are set back.
 *
 * Invariant: read and written only under the lock of all changes, and read anew each time that it
 * was taken. Not synced: by the time that a machine is up again after a power cut, its clock is
 * past the mark.
 */
import { closeSync, constants, readSync, writeSync } from 'node:fs'
import { isFull } from './errors.ts'
import { openOwn } from './own-file.ts'

const digits = 16

export class DeletionMark {
  readonly #path: string
  readonly #mode: number
  #descriptor: number | undefined
  /** As it was read or written since the lock was taken. */
  #lastUs: number | undefined

  constructor(path: string, mode: number) {
    this.#path = path
    this.#mode = mode
  }

  /** The mark in microseconds; 0 when nothing was deleted yet. */
  lastUs(): number {
    this.#lastUs ??= this.#read()
    return this.#lastUs
  }

  /** Others may change it from now on. */
  forget(): void {
    this.#lastUs = undefined
  }

  #read(): number {
    const descriptor = this.#open(0)
    if (descriptor === undefined) return 0
    const text = Buffer.alloc(digits)
    const bytes = readSync(descriptor, text, 0, digits, 0)
    const us = Number(text.toString('latin1', 0, bytes))
    return Number.isSafeInteger(us) ? us : 0
  }

  /** Notes that an object of this time is about to be deleted. */
  raise(us: number): void {
    try {
      if (us <= this.lastUs()) return
      writeSync(this.#open(constants.O_CREAT)!, String(us).padStart(digits, '0'), 0)
      this.#lastUs = us
    } catch (error) {
      // Deleting must work on a full disk: it is how one makes room.
      if (!isFull(error)) throw error
    }
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor)
    this.#descriptor = undefined
  }

  #open(create: number): number | undefined {
    this.#descriptor ??= openOwn(this.#path, constants.O_RDWR | create, this.#mode)
    return this.#descriptor
  }
}
