/**
 * The lock of all changes to a store: within this process first come, first served, and between
 * processes a lock on a file.
 *
 *   run -> [queue of this process] -> [lock between processes] -> section -> next section, ...
 *                                                                   `-> work left under way
 *
 * Sections run one at a time. Work that a section leaves under way goes on beside later sections;
 * they say which of it they have to wait for. The lock is held until all of it is done; and while
 * others of this process are about to want it, to the end of the turn of the event loop: taking it
 * costs more than most sections.
 *
 * A busy process would take the lock again before others look for it. So one who waits leaves a
 * hint, and a holder who finds it pauses before its next turn. The hint only makes it fair: lost or
 * left behind, it costs a pause.
 */
import { lstatSync, rmSync, writeFileSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { type Clock, StorageError } from '@aos-storage/core'
import { abortError, throwIfAborted } from '@aos-storage/core/backend'
import { closedError } from './errors.ts'
import type { FileLock } from './file-lock.ts'

/** A waiter looks at least this often, so that it meets the pause of a holder. */
const pauseMsMax = 2
/** How long a holder keeps away when another waits: longer than a waiter sleeps. */
const hintPauseMs = 5
/** Turns of one process before it lets go of the lock. */
const turnsMax = 16

/** How a {@link ChangeLock} waits. */
export interface ChangeLockOptions {
  readonly lock: FileLock
  readonly clock: Clock
  readonly waitMsMax: number
  /** The lock's file. */
  readonly path: string
  /** Called when it was taken from others: what they share may have changed. */
  readonly onTaken: () => void
  /** True while others of this process are about to want it. */
  readonly isWanted: () => boolean
  /** A file that one who waits makes, for the holder to see. */
  readonly hintPath: string
}

export class ChangeLock {
  readonly #options: ChangeLockOptions
  readonly #inode: number
  #last: Promise<unknown> = Promise.resolve()
  /** Callers of this process whose turn has not come. */
  #queued = 0
  /** What sections left under way, by key; none rejects. */
  readonly #left = new Map<string, Promise<unknown>>()
  #isRunning = false
  #isHeld = false
  /** Kept to the end of this turn of the event loop, for those who want it until then. */
  #isKept = false
  /** Turns since the lock was taken. */
  #turns = 0
  /** When this process last had it. */
  #heldMs = 0
  #isClosed = false

  constructor(options: ChangeLockOptions) {
    this.#options = options
    this.#inode = lstatSync(options.path).ino
  }

  /**
   * Runs `section` while nobody else runs one.
   *
   * @throws StorageError `LOCKED` after `waitMsMax`, `ABORTED` when the signal fires while waiting,
   * `CLOSED` after `close`.
   */
  run<T>(signal: AbortSignal | undefined, section: () => T | Promise<T>): Promise<Awaited<T>> {
    if (this.#isClosed) return Promise.reject(closedError())
    const queuedMs = this.#options.clock.monotonicMs()
    let isQueued = true
    this.#queued++
    const turn = this.#last.then(() => {
      isQueued = false
      this.#queued--
      return this.#take(queuedMs, signal, section)
    })
    this.#last = turn.catch(() => undefined)
    if (signal === undefined) return turn
    return new Promise((resolve, reject) => {
      // In the queue it ends at once, and its turn is skipped; later it minds the signal itself.
      const onAbort = (): void => {
        if (isQueued) reject(abortError(signal))
      }
      signal.addEventListener('abort', onAbort, { once: true })
      turn.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    })
  }

  /** Called by a section: `work` goes on after it, beside later sections. One work a key. */
  leave(key: string, work: Promise<unknown>): void {
    this.#left.set(key, this.#end(key, work))
  }

  /** Called by a section: waits for the work left under this key, or for all of it. */
  async settled(key?: string): Promise<void> {
    await (key === undefined ? Promise.all(this.#left.values()) : this.#left.get(key))
  }

  /** Lets the section that runs finish; those that wait fail with `CLOSED`. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#last
    await this.settled()
    this.#options.lock.close()
  }

  #assertOpen(): void {
    if (this.#isClosed) throw closedError()
  }

  async #take<T>(
    queuedMs: number,
    signal: AbortSignal | undefined,
    section: () => T | Promise<T>,
  ): Promise<Awaited<T>> {
    this.#isRunning = true
    try {
      this.#assertOpen()
      throwIfAborted(signal)
      await this.#acquire(queuedMs, signal)
      return await section()
    } finally {
      this.#isRunning = false
      // Kept for the next one in the queue, for a few turns.
      if (this.#turns >= turnsMax) await this.#release()
      else this.#releaseIfIdle()
    }
  }

  async #acquire(queuedMs: number, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#isHeld) {
      const { lock, hintPath, clock } = this.#options
      if (lstatSync(hintPath, { throwIfNoEntry: false }) !== undefined) {
        hint(() => rmSync(hintPath, { force: true }))
        await pause(clock, hintPauseMs, signal)
      }
      if (!lock.tryAcquire()) await this.#wait(queuedMs, signal)
      this.#isHeld = true
      this.#assertSame()
      this.#options.onTaken()
    }
    this.#turns++
  }

  /** @throws StorageError `UNAVAILABLE` when others lock another file by this name by now. */
  #assertSame(): void {
    if (lstatSync(this.#options.path, { throwIfNoEntry: false })?.ino === this.#inode) return
    this.#letGo()
    throw new StorageError(
      'UNAVAILABLE',
      'The lock of this store (.aos/lock) was removed or replaced while in use; open it again',
      { retryable: 'no' },
    )
  }

  async #end(key: string, work: Promise<unknown>): Promise<void> {
    // Its failure is for the one who asked for it; others only wait for its end.
    await work.catch(() => undefined)
    this.#left.delete(key)
    this.#releaseIfIdle()
  }

  #releaseIfIdle(): void {
    if (this.#isKept || !this.#isIdle) return
    if (this.#isHeld && this.#options.isWanted()) void this.#keepForTurn()
    else this.#letGo()
  }

  async #keepForTurn(): Promise<void> {
    this.#isKept = true
    await nextTurn()
    this.#isKept = false
    if (this.#isIdle) this.#letGo()
  }

  get #isIdle(): boolean {
    return !this.#isRunning && this.#queued === 0 && this.#left.size === 0
  }

  async #release(): Promise<void> {
    await this.settled()
    this.#letGo()
  }

  #letGo(): void {
    if (!this.#isHeld) return
    const { lock, clock } = this.#options
    try {
      lock.release()
    } catch {
      // Still held then, and let go after the next turn.
      return
    }
    this.#isHeld = false
    this.#turns = 0
    this.#heldMs = clock.monotonicMs()
  }

  async #wait(queuedMs: number, signal: AbortSignal | undefined): Promise<void> {
    const { lock, clock, waitMsMax, hintPath } = this.#options
    // The turns of this process before are nobody else's fault.
    const deadlineMs = Math.max(queuedMs, this.#heldMs) + waitMsMax
    for (let pauseMs = 0.25; !lock.tryAcquire(); pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
      if (clock.monotonicMs() >= deadlineMs) {
        throw new StorageError(
          'LOCKED',
          `Another process has held the lock of this folder for ${waitMsMax} ms; is it stopped?`,
        )
      }
      // Never what is there already: a link would lead outside, a pipe would stop this process.
      if (pauseMs >= 1) hint(() => writeFileSync(hintPath, '', { mode: 0o600, flag: 'wx' }))
      // Different waits, so that waiters do not meet again and again.
      await pause(clock, pauseMs + (process.pid % 8) / 8, signal)
      this.#assertOpen()
    }
  }
}

/** A full disk, say, only makes it less fair. */
function hint(change: () => void): void {
  try {
    change()
  } catch {
    // Nothing depends on it.
  }
}

async function pause(clock: Clock, pauseMs: number, signal?: AbortSignal): Promise<void> {
  try {
    await clock.sleep(pauseMs, signal)
  } catch (cause) {
    throw new StorageError('ABORTED', 'Aborted while waiting for the lock', { cause })
  }
}
