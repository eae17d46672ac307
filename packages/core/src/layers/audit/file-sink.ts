/**
 * Entries as lines of JSON at the end of a file, which other processes may append to as well.
 *
 * An append is one `write` to a file opened with `O_APPEND`: lines of two writers never mix. What a
 * writer left that died or ran out of disk amid its own is a fragment without a line feed.
 *
 * Invariant: an acknowledged entry is a line of its own. So a line feed goes ahead of what would
 * continue a fragment; and where others wrote during the append, one of whom may have died of it,
 * what came to be in the file is looked at, and written again if it does not begin a line.
 *
 * ```
 * {"version":1,...}\n{"version":1,...}\n{"vers      died here
 * {"version":1,...}\n{"version":1,...}\n{"vers\n{"version":1,...}\n
 * ```
 */
import { fstatSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { quoteKey } from '../../keys.ts'
import { describe, ownOptions } from '../../options.ts'
import { type AuditEntry, encodeAuditEntries } from './entry.ts'
import type { AuditSink } from './sink.ts'

/** What {@link fileSink} takes. */
export interface FileSinkOptions {
  /**
   * What an acknowledged entry survives: `'host'` (default) a power cut, by `fdatasync`;
   * `'process'` the death of the process.
   */
  readonly durability?: 'process' | 'host' | undefined
}

const optionNames: ReadonlySet<string> = new Set(['durability'])

const lineFeed = 0x0a
/** More than this is not looked through: it is written again. */
const lookedAtBytesMax = 64 * 1024 ** 2

/**
 * A sink that appends to a file, which is made with mode 0600; its folder must be there. The file
 * may be renamed at any time (logrotate): the next append makes a new one.
 */
export function fileSink(path: string, options: FileSinkOptions = {}): AuditSink {
  if (typeof path !== 'string' || path === '') {
    throw new TypeError(`fileSink takes a path, not ${describe(path)}`)
  }
  const { durability = 'host' } = ownOptions(options, optionNames, 'fileSink')
  if (durability !== 'host' && durability !== 'process') {
    throw new TypeError("fileSink: durability is 'process' or 'host'")
  }
  return new FileSink(resolve(path), durability)
}

class FileSink implements AuditSink {
  readonly name: string
  readonly #path: string
  readonly #isSynced: boolean
  #file: FileHandle | undefined
  /** The size of the file behind our last append, if nobody else wrote during it. */
  #lineStart: number | undefined
  /** What was asked for last: appends go one after the other. */
  #turn: Promise<unknown> = Promise.resolve()

  constructor(path: string, durability: 'process' | 'host') {
    this.name = `file ${quoteKey(path)}`
    this.#path = path
    this.#isSynced = durability === 'host'
  }

  append(entries: readonly AuditEntry[]): Promise<void> {
    const lines = encodeAuditEntries(entries)
    return this.#inTurn(async () => {
      try {
        await this.#append(lines)
      } catch (error) {
        // Whatever it was: the next one begins with a file opened anew, and looks at its end.
        await this.#drop().catch(() => undefined)
        throw error
      }
    })
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#drop())
  }

  #inTurn(job: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(job)
    this.#turn = done.catch(() => undefined)
    return done
  }

  async #append(lines: Uint8Array): Promise<void> {
    const file = await this.#opened()
    const before = fstatSync(file.fd).size
    const isAtStart = before === this.#lineStart || (await endsLine(file, before))
    const written = isAtStart ? lines : behindFeed(lines)
    await writeAll(file, written)
    const after = fstatSync(file.fd).size
    const isAlone = after === before + written.byteLength
    // Behind a line feed of its own it begins a line in any case.
    if (isAtStart && !isAlone && !(await holdsLines(file, lines, before, after))) {
      await writeAll(file, behindFeed(lines))
    }
    if (this.#isSynced) await file.datasync()
    this.#lineStart = isAlone ? after : undefined
  }

  async #opened(): Promise<FileHandle> {
    if (this.#file !== undefined && !isSame(fstatSync(this.#file.fd), statOf(this.#path))) {
      await this.#drop()
    }
    if (this.#file === undefined) {
      const isNew = statOf(this.#path) === undefined
      this.#file = await open(this.#path, 'a+', 0o600).catch((cause: unknown) => {
        if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
        const message = `The folder of the ${this.name} does not exist; make it`
        throw Object.assign(new Error(message, { cause }), { code: 'ENOENT' })
      })
      if (!fstatSync(this.#file.fd).isFile()) {
        throw new TypeError(
          'The path of a fileSink is no file; use a callbackSink for other things',
        )
      }
      if (isNew && this.#isSynced) await syncFolder(dirname(this.#path))
    }
    return this.#file
  }

  async #drop(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    this.#lineStart = undefined
    await file?.close()
  }
}

function statOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}

function isSame(opened: Stats, named: Stats | undefined): boolean {
  return named !== undefined && opened.ino === named.ino && opened.dev === named.dev
}

async function endsLine(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return true
  const last = await readAt(file, size - 1, 1)
  return last[0] === lineFeed
}

/** One call: the rest of a short one would come behind what others wrote meanwhile. */
async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  const { bytesWritten } = await file.write(bytes, 0, bytes.byteLength, null)
  if (bytesWritten !== bytes.byteLength) {
    throw new Error(`Only ${bytesWritten} of ${bytes.byteLength} bytes were written; disk full?`)
  }
}

/** True when the lines are in `[before, after)` of the file, and begin a line there. */
async function holdsLines(
  file: FileHandle,
  lines: Uint8Array,
  before: number,
  after: number,
): Promise<boolean> {
  // Smaller than before: somebody has cut it.
  if (after < before || after - before > lookedAtBytesMax) return false
  const start = Math.max(0, before - 1)
  const region = Buffer.from(await readAt(file, start, after - start))
  const at = region.indexOf(behindFeed(lines))
  return at !== -1 || (before === 0 && region.indexOf(lines) === 0)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length)
  const { bytesRead } = await file.read(buffer, 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function behindFeed(lines: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(lines.byteLength + 1)
  bytes[0] = lineFeed
  bytes.set(lines, 1)
  return bytes
}

/** The name of a new file is the folder's to keep. Some systems cannot sync one, nor need to. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch(() => undefined)
  try {
    await folder?.sync()
  } catch (error) {
    if (process.platform !== 'win32') throw error
  } finally {
    await folder?.close()
  }
}
