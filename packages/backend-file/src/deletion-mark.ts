/**
 * The latest time of all objects that were deleted, in `.aos/deleted`, shared by all writers.
 *
 * An object that is made under a deleted key gets a later time, so that no etag comes back: the
 * file system may give it the inode number of the deleted one at once, another process may be at
 * the same microsecond, and clocks are set back.
 *
 * Invariant: read and written only under the lock of all changes. Not synced: by the time that a
 * machine is up again after a power cut, its clock is past the mark.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs'
import type { Clock } from '@aos-storage/core'

const digits = 16
/** A dropped file may bear a time far ahead; it must not move that of all objects after it. */
const aheadUsMax = 24 * 3600 * 1e6

export class DeletionMark {
  readonly #clock: Clock
  readonly #descriptor: number

  constructor(path: string, mode: number, clock: Clock) {
    this.#clock = clock
    const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0)
    this.#descriptor = openSync(path, flags, mode)
  }

  /** The mark in microseconds; 0 when nothing was deleted yet. */
  lastUs(): number {
    const text = Buffer.alloc(digits)
    const bytes = readSync(this.#descriptor, text, 0, digits, 0)
    const us = Number(text.toString('latin1', 0, bytes))
    return Number.isSafeInteger(us) ? us : 0
  }

  /** Notes that an object of this time is about to be deleted. */
  raise(us: number): void {
    if (us <= this.lastUs() || us > this.#clock.now() * 1000 + aheadUsMax) return
    writeSync(this.#descriptor, String(us).padStart(digits, '0'), 0)
  }

  close(): void {
    closeSync(this.#descriptor)
  }
}
