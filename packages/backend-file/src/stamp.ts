/**
 * Stamps: modification times that are unique, and the etags made of them.
 *
 * An etag is the file's inode number, modification time and size. Each write is a new file, and
 * under the lock of all changes its time is made later than that of the version that it replaces
 * and of every object that was deleted. So a version never has the etag of an earlier one, also
 * when the inode number is the same again and the host's clock was set back.
 */
import type { BigIntStats } from 'node:fs'
import { type Clock, StorageError } from '@aos-storage/core'

/** Times further ahead are not a clock that was set back, but a dropped file with an odd time. */
const aheadUsMax = 24 * 3600 * 1e6

/** Gives modification times in microseconds, each later than the one before. */
export class StampSource {
  readonly #clock: Clock
  #lastUs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  next(): number {
    this.#lastUs = Math.max(this.#clock.now() * 1000, this.#lastUs + 1)
    return this.#lastUs
  }

  /** A time later than `lastUs`, which may be ahead of the clock, but not by more than a day. */
  nextAfter(lastUs: number): number {
    return this.isFarAhead(lastUs) ? this.next() : Math.max(this.next(), lastUs + 1)
  }

  isFarAhead(us: number): boolean {
    return us > this.#clock.now() * 1000 + aheadUsMax
  }
}

/** The version token of a file. */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}`
}

/** A file's modification time in milliseconds; as `stats.mtime`, which takes ten times as long. */
export function modifiedAt(stats: BigIntStats): Date {
  return new Date(Number(stats.mtimeMs))
}

/** A file's modification time in whole microseconds. */
export function mtimeUs(stats: BigIntStats): number {
  return Number(stats.mtimeNs / 1000n)
}

/**
 * A stamp as the system takes it. In the middle of its microsecond: seconds as a double are exact
 * to a quarter of one, and Node 22 cuts what Node 24 keeps.
 */
export function stampSeconds(stampUs: number): number {
  return (stampUs + 0.5) / 1e6
}

/**
 * @throws StorageError `UNSUPPORTED` unless the file system kept the time that a file was given.
 */
export function assertFineTimes(stats: BigIntStats, stampUs: number): void {
  if (mtimeUs(stats) === stampUs) return
  throw new StorageError(
    'UNSUPPORTED',
    'The file system keeps times in too large steps for versions to be told apart (FAT and HFS+ ' +
      'do); put the base folder on another one',
  )
}
