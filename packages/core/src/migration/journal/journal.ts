/**
 * The journal of a migration: a file of lines that only grows, see docs/formats.
 *
 * Invariant: what it says is done is done. A line is with the operating system before its object
 * counts as settled, so that `kill -9` costs at most the objects on their way. A power cut may cost
 * the last lines: their objects are compared again, and found to be there.
 */
import { closeSync, fsync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { Clock } from '../../clock.ts'
import { StorageError } from '../../errors.ts'
import type { Random } from '../../random.ts'
import type { SettledJournal } from '../options.ts'
import type { MigrationCounts } from '../report.ts'
import { fileFailure } from './failure.ts'
import {
  encodeHeader,
  encodeLine,
  type JournalHeader,
  type JournalLine,
  type ObjectLine,
} from './format.ts'
import { type JournalLock, lockJournal } from './lock.ts'
import type { JournalMemory } from './memory.ts'
import { readJournal } from './reading.ts'

/** Lines between two that say how far everything is settled. */
const linesBetweenMarks = 500

/** Most characters of a value that a message tells. */
const shownMax = 500

/** What a journal is opened for. */
export type JournalPurpose = Pick<JournalHeader, 'source' | 'destination' | 'options'>

export class Journal {
  readonly memory: JournalMemory
  readonly #id: string
  readonly #path: string
  readonly #syncMs: number
  readonly #clock: Clock
  readonly #lock: JournalLock
  readonly #descriptor: number
  #linesSinceMark = 0
  #syncedMs: number
  #isSyncing = false
  #failure: StorageError | undefined

  private constructor(
    { path, syncMs }: SettledJournal,
    { clock, lock, descriptor }: { clock: Clock; lock: JournalLock; descriptor: number },
    { memory, id }: { memory: JournalMemory; id: string },
  ) {
    this.#path = path
    this.#syncMs = syncMs
    this.#clock = clock
    this.#lock = lock
    this.#descriptor = descriptor
    this.#syncedMs = clock.monotonicMs()
    this.memory = memory
    this.#id = id
  }

  /**
   * Opens the journal of this migration, or begins it.
   *
   * @throws StorageError `INVALID_ARGUMENT` for that of another migration, `LOCKED` while another
   * process writes to it, `CORRUPT` when it is damaged, and what the disk says.
   */
  static async open(
    options: SettledJournal,
    purpose: JournalPurpose,
    { clock, random }: { readonly clock: Clock; readonly random: Random },
  ): Promise<Journal> {
    const { path } = options
    const lock = await lockJournal(path, random.id(), clock)
    let descriptor: number | undefined
    try {
      const found = await readJournal(path)
      if (found.header !== undefined) assertSame(found.header, purpose, path)
      descriptor = openSync(path, 'a', 0o600)
      // What a kill has cut is not gone on with: the next line would be part of it.
      ftruncateSync(descriptor, found.goodBytes)
      const id = found.header?.id ?? random.id()
      const journal = new Journal(options, { clock, lock, descriptor }, { ...found, id })
      const startedAt = new Date(clock.now()).toISOString()
      if (found.header === undefined) journal.#write(encodeHeader({ id, startedAt, ...purpose }))
      if (found.memory.isEnded) journal.#begin(startedAt, random.id())
      return journal
    } catch (error) {
      if (descriptor !== undefined) closeSync(descriptor)
      lock.release()
      throw error instanceof StorageError ? error : fileFailure(error, path)
    }
  }

  /** Tells the copies of this run through all objects from those of others. */
  get run(): string {
    return this.memory.run ?? this.#id
  }

  /** Writes down what became of an object. @throws StorageError when that failed. */
  note(line: ObjectLine): void {
    this.#linesSinceMark++
    this.#line(line)
  }

  /** True when it is time to say how far everything is settled. */
  get wantsMark(): boolean {
    return this.#linesSinceMark >= linesBetweenMarks
  }

  mark(through: string | undefined, counts: MigrationCounts): void {
    this.#linesSinceMark = 0
    this.#line({ did: 'through', key: through ?? null, counts: { ...counts } })
  }

  end(counts: MigrationCounts): void {
    this.#line({ did: 'end', counts: { ...counts } })
  }

  /** Idempotence is not needed: who opened it closes it once. */
  close(): void {
    try {
      fsyncSync(this.#descriptor)
    } catch (error) {
      throw fileFailure(error, this.#path)
    } finally {
      closeSync(this.#descriptor)
      this.#lock.release()
    }
  }

  /** After a failure, which is what is told. */
  closeQuietly(): void {
    try {
      this.close()
    } catch {
      // Lines that a power cut may cost now are compared again.
    }
  }

  #begin(at: string, run: string): void {
    const line: JournalLine = { did: 'begin', at, run }
    this.memory.take(line)
    this.#line(line)
  }

  #line(line: JournalLine): void {
    this.#write(encodeLine(line))
  }

  #write(text: string): void {
    if (this.#failure !== undefined) throw this.#failure
    try {
      const bytes = Buffer.from(`${text}\n`)
      for (let at = 0; at < bytes.byteLength;) at += writeSync(this.#descriptor, bytes, at)
    } catch (error) {
      // A part of it may stand there: nothing is written behind that.
      this.#failure = fileFailure(error, this.#path)
      throw this.#failure
    }
    this.#syncIfDue()
  }

  #syncIfDue(): void {
    const nowMs = this.#clock.monotonicMs()
    if (this.#isSyncing || nowMs - this.#syncedMs < this.#syncMs) return
    this.#isSyncing = true
    this.#syncedMs = nowMs
    fsync(this.#descriptor, (error) => {
      this.#isSyncing = false
      // Closed meanwhile: closing syncs by itself.
      if (error !== null && error.code !== 'EBADF') this.#failure ??= fileFailure(error, this.#path)
    })
  }
}

/** @throws StorageError `INVALID_ARGUMENT` naming what differs. */
function assertSame(header: JournalHeader, purpose: JournalPurpose, path: string): void {
  const before = { source: header.source, destination: header.destination, ...header.options }
  const now = { source: purpose.source, destination: purpose.destination, ...purpose.options }
  const differing = Object.entries(now).flatMap(([name, value]) => {
    const [was, is] = [(before as Record<string, unknown>)[name], value].map((each) => {
      return each === undefined ? 'none' : JSON.stringify(each)
    })
    return was === is ? [] : [`with ${name} ${shown(was!)}, and this one has ${shown(is!)}`]
  })
  if (differing.length === 0) return
  throw new StorageError(
    'INVALID_ARGUMENT',
    `The journal ${JSON.stringify(path)} belongs to another migration: it was begun ` +
      `${differing.join('; ')}. Give what it was begun with, or name a new journal; what was ` +
      'copied already is then found there, and not copied again',
  )
}

/** Of many patterns, the first ones. */
function shown(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`
}
