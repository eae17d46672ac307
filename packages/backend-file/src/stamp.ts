/**
 * Stamps: modification times that are unique, and the etags made of them.
 *
 * An etag is the file's inode number, modification time and size. Each write is a new file, and the
 * times that one process gives strictly increase by whole microseconds, so two versions could share
 * an etag only if an inode number is reused at the very microsecond of its former use. The writer
 * excludes even that for an overwritten object (see `commit`): its time is later than the last
 * one's, also when the host's clock was set back.
 */
import type { BigIntStats } from 'node:fs'
import type { Clock } from '@aos-storage/core'

/** Gives modification times in microseconds, each later than the one before. */
export class StampSource {
  readonly #clock: Clock
  #lastUs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** The next time, later than `afterUs` too. */
  next(afterUs: number = 0): number {
    this.#lastUs = Math.max(this.#clock.now() * 1000, this.#lastUs + 1, afterUs + 1)
    return this.#lastUs
  }
}

/** The version token of a file. */
export function etagOf(stats: BigIntStats): string {
  return `${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}`
}

/** A file's modification time in microseconds, rounded: seconds as a double keep a quarter of one. */
export function mtimeUs(stats: BigIntStats): number {
  return Number((stats.mtimeNs + 500n) / 1000n)
}
