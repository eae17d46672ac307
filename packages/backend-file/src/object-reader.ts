/**
 * Reading objects: which file it is, what it says of itself, and its bytes.
 *
 * A reader holds the version that it opened: a write is a new file under the old name, so an open
 * descriptor never sees another version's bytes.
 */
import { constants } from 'node:fs'
import type { BigIntStats } from 'node:fs'
import {
  type Clock,
  isStorageError,
  type ListedObject,
  type ObjectInfo,
  type ReadOptions,
  type ReadResult,
  type StatOptions,
} from '@aos-storage/core'
import {
  checkReadConditions,
  notFound,
  resolveRange,
  throwIfAborted,
} from '@aos-storage/core/backend'
import { type EnvelopeHeader, readHeader } from './envelope.ts'
import { isMissing } from './errors.ts'
import { FileBody, readFully, readFullySync } from './file-body.ts'
import type { Descriptor, FileSystem } from './file-system.ts'
import type { BaseFolder, FoundFile } from './folder.ts'
import { type Form, typeOf } from './names/forms.ts'
import { encodeKey } from './names/paths.ts'
import { Pace } from './pace.ts'
import { etagOf, modifiedAt } from './stamp.ts'
import { pathOfWalked, type WalkEntry } from './walk.ts'

/** Bodies up to this size are read whole, so that no descriptor stays open. */
const wholeBytesMax = 256 * 1024
/** Bodies up to this size are read at once, while the kernel has them in its memory. */
const smallBytesMax = 64 * 1024
/** How often a reader looks again for an object that is replaced or moved while it looks. */
const findAttemptsMax = 100
/** A link is not followed, and a pipe that was dropped into the folder does not block. */
const openFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const noMetadata: Readonly<Record<string, string>> = Object.freeze({})

/** An object's open file. */
interface OpenObject {
  readonly descriptor: Descriptor
  readonly info: ObjectInfo
  /** Where the body begins in the file. */
  readonly bodyStart: number
}

export class ObjectReader {
  readonly #fs: FileSystem
  readonly #base: BaseFolder
  readonly #bodies = new Set<FileBody>()
  readonly #reads: Pace

  constructor(fs: FileSystem, base: BaseFolder, clock: Clock) {
    this.#reads = new Pace(clock)
    this.#fs = fs
    this.#base = base
  }

  async read(key: string, options: ReadOptions): Promise<ReadResult> {
    const { descriptor, info, bodyStart } = this.#open(key)
    let isHandedOver = false
    try {
      throwIfAborted(options.signal)
      checkReadConditions(key, info.etag, options)
      const { start, end } = resolveRange(options.range, info.size)
      const position = bodyStart + start
      if (end - start <= wholeBytesMax) {
        const body = await this.#readWhole(descriptor, position, end - start, key)
        return { info, start, end, body }
      }
      const body = new FileBody({
        fs: this.#fs,
        descriptor,
        key,
        start: position,
        end: bodyStart + end,
        signal: options.signal,
        onClose: (closed) => this.#bodies.delete(closed),
      })
      this.#bodies.add(body)
      isHandedOver = true
      return { info, start, end, body }
    } finally {
      if (!isHandedOver) this.#fs.closeSync(descriptor)
    }
  }

  #readWhole(
    descriptor: Descriptor,
    position: number,
    bytes: number,
    key: string,
  ): Uint8Array | Promise<Uint8Array> {
    const fs = this.#fs
    const inPool = (): Promise<Uint8Array> => readFully(fs, descriptor, position, bytes, key)
    if (bytes > smallBytesMax) return inPool()
    if (this.#reads.takePooled(false)) return this.#reads.handedOver(inPool)
    return this.#reads.timed(() => readFullySync(fs, descriptor, position, bytes, key))
  }

  async stat(key: string, options: StatOptions): Promise<ObjectInfo> {
    const file = this.#base.find(key, encodeKey(key))
    if (file === undefined) throw notFound(key)
    const info = file.form === 'aos' ? this.#statEnvelope(key) : infoOf(key, file)
    checkReadConditions(key, info.etag, options)
    return info
  }

  /** The path of a key's object, or undefined. */
  pathOf(key: string): string | undefined {
    return this.#base.find(key, encodeKey(key))?.path
  }

  /** What a listing shows of a file, or undefined when it is gone or no object by now. */
  describe(entry: WalkEntry, fields: 'all' | 'key', isOutdated: boolean): ListedObject | undefined {
    const { key, kind } = entry
    const { form } = kind
    if (form === undefined) return undefined
    if (fields === 'key' && !isOutdated) return keyOnly(key)
    const path = pathOfWalked(entry)
    const stats = this.#fs.lstatSync(path)
    if (stats?.isFile() !== true) return this.#describeMoved(key, fields)
    if (fields === 'key') return keyOnly(key)
    if (form !== 'aos') return infoOf(key, { form, stats })
    return this.#describeEnvelope(key, path) ?? this.#describeMoved(key, fields)
  }

  /** An object whose file is gone: deleted, or of another form by now. */
  #describeMoved(key: string, fields: 'all' | 'key'): ListedObject | undefined {
    const file = this.#base.find(key, encodeKey(key))
    if (file === undefined) return undefined
    if (fields === 'key') return keyOnly(key)
    return file.form === 'aos' ? this.#describeEnvelope(key, file.path) : infoOf(key, file)
  }

  /** Ends every open body; who reads on gets `CLOSED`. */
  async close(): Promise<void> {
    await Promise.all([...this.#bodies].map((body) => body.closeStore()))
  }

  #open(key: string): OpenObject {
    const path = encodeKey(key)
    for (let attempt = 1; ; attempt++) {
      const file = this.#base.find(key, path)
      if (file === undefined) throw notFound(key)
      try {
        const opened = this.#opened(key, file, this.#fs.openSync(file.path, openFlags, 0))
        // The file that was found was there when those before it were looked for, so it was the
        // object then. Asked after the open, a file that a crash left might seem to be it, because
        // others remove the object just then.
        const isFound = opened.info.etag === etagOf(file.stats)
        if (isFound || this.#base.isFirst(file, path) || attempt === findAttemptsMax) return opened
        this.#fs.closeSync(opened.descriptor)
      } catch (error) {
        // Replaced by another form, or deleted, since it was found.
        if (!isMissing(error) || attempt === findAttemptsMax) throw error
      }
    }
  }

  #opened(key: string, file: FoundFile, descriptor: Descriptor): OpenObject {
    try {
      const stats = this.#fs.fstatSync(descriptor)
      if (!stats.isFile()) throw notFound(key)
      if (file.form !== 'aos') {
        return { descriptor, info: infoOf(key, { ...file, stats }), bodyStart: 0 }
      }
      const header = readHeader(descriptor, key)
      return { descriptor, info: infoOfEnvelope(key, stats, header), bodyStart: header.headerBytes }
    } catch (error) {
      this.#fs.closeSync(descriptor)
      throw error
    }
  }

  #statEnvelope(key: string): ObjectInfo {
    const { descriptor, info } = this.#open(key)
    this.#fs.closeSync(descriptor)
    return info
  }

  /** Without type and metadata when the envelope is damaged or may not be read: it is there. */
  #describeEnvelope(key: string, path: string): ListedObject | undefined {
    let descriptor: Descriptor
    try {
      descriptor = this.#fs.openSync(path, openFlags, 0)
    } catch (error) {
      if (isMissing(error)) return undefined
      if (isDenied(error)) return fileOnly(key, this.#fs.lstatSync(path))
      throw error
    }
    try {
      const stats = this.#fs.fstatSync(descriptor)
      try {
        return infoOfEnvelope(key, stats, readHeader(descriptor, key))
      } catch (error) {
        if (isStorageError(error, 'CORRUPT')) return fileOnly(key, stats)
        throw error
      }
    } finally {
      this.#fs.closeSync(descriptor)
    }
  }
}

/** True for the error of a file that this user may not open. */
function isDenied(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === 'EACCES' || code === 'EPERM'
}

/** What is known of an object whose envelope cannot be read: its size is that of the whole file. */
function fileOnly(key: string, stats: BigIntStats | undefined): ListedObject | undefined {
  if (stats === undefined) return undefined
  return { key, size: Number(stats.size), etag: etagOf(stats), modifiedAt: modifiedAt(stats) }
}

/** What is known of an object from its file alone. */
export function infoOf(key: string, file: { form: Form; stats: BigIntStats }): ObjectInfo {
  const { form, stats } = file
  return {
    key,
    size: Number(stats.size),
    etag: etagOf(stats),
    modifiedAt: modifiedAt(stats),
    contentType: typeOf(form as Exclude<Form, 'aos'>, key),
    metadata: noMetadata,
  }
}

/** What is known of an object in an envelope. */
export function infoOfEnvelope(
  key: string,
  stats: BigIntStats,
  header: EnvelopeHeader,
): ObjectInfo {
  return {
    key,
    size: Number(stats.size) - header.headerBytes,
    etag: etagOf(stats),
    modifiedAt: modifiedAt(stats),
    contentType: header.contentType,
    metadata: header.metadata,
  }
}

function keyOnly(key: string): ListedObject {
  return { key, size: 0, etag: '', modifiedAt: new Date(0) }
}
