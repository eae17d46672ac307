/**
 * A file being written, not yet anybody's object.
 *
 * Chunks are copied into one of two buffers, so that the producer may reuse its own at once and
 * makes the next chunk while the last ones go to the disk. Memory is bounded by the two buffers.
 */
import { constants } from 'node:fs'
import type { Descriptor, FileSystem } from './file-system.ts'
import { stampSeconds } from './stamp.ts'

const bufferBytes = 512 * 1024
/** Node writes less than 2 GiB at a time. */
const writeBytesMax = 1024 ** 3
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0)

export class TemporaryFile {
  readonly path: string
  readonly descriptor: Descriptor
  readonly #fs: FileSystem
  #position = 0
  #stampUs = 0
  #filling: Uint8Array | undefined
  #filledBytes = 0
  #spare: Uint8Array | undefined
  #flushing: Promise<void> | undefined
  #isOpen = true

  private constructor(fs: FileSystem, path: string, descriptor: Descriptor) {
    this.#fs = fs
    this.path = path
    this.descriptor = descriptor
  }

  static async create(fs: FileSystem, path: string, mode: number): Promise<TemporaryFile> {
    return new TemporaryFile(fs, path, await fs.open(path, flags, mode))
  }

  /** A file with a small body, written at once: the kernel takes it into its memory. */
  static createWith(
    fs: FileSystem,
    path: string,
    mode: number,
    parts: readonly Uint8Array[],
  ): TemporaryFile {
    return new TemporaryFile(fs, path, fs.openSync(path, flags, mode)).#filled(parts)
  }

  /** The same, opened by the thread pool. */
  static async createElsewhere(
    fs: FileSystem,
    path: string,
    mode: number,
    bytes: Uint8Array,
  ): Promise<TemporaryFile> {
    return (await TemporaryFile.create(fs, path, mode)).#filled([bytes])
  }

  #filled(parts: readonly Uint8Array[]): this {
    try {
      let position = 0
      for (const part of parts) {
        for (let at = 0; at < part.byteLength;) {
          const rest = at === 0 ? part : part.subarray(at)
          const count = this.#fs.writeSync(this.descriptor, rest, position)
          at += count
          position += count
        }
      }
      return this
    } catch (error) {
      this.#remove()
      throw error
    }
  }

  /** Writes bytes that nobody changes until the promise settles. Only without `append` before. */
  async writeWhole(bytes: Uint8Array): Promise<void> {
    await this.#writeFully(bytes)
  }

  /** Takes a chunk; the caller may change it as soon as the promise settles. */
  async append(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.byteLength;) {
      const buffer = (this.#filling ??= this.#takeBuffer())
      const count = Math.min(chunk.byteLength - at, bufferBytes - this.#filledBytes)
      buffer.set(chunk.subarray(at, at + count), this.#filledBytes)
      this.#filledBytes += count
      at += count
      if (this.#filledBytes === bufferBytes) await this.#flush()
    }
  }

  /** The modification time that it was given, in microseconds. */
  get stampUs(): number {
    return this.#stampUs
  }

  stamp(stampUs: number): void {
    this.#fs.futimesSync(this.descriptor, stampSeconds(stampUs))
    this.#stampUs = stampUs
  }

  /** Waits until all that was appended is with the operating system. */
  async finish(): Promise<void> {
    await this.#flush()
    await this.#flushing
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#fs.closeSync(this.descriptor)
  }

  /** Closes and removes the file, also while a flush is under way. Never throws. */
  async discard(): Promise<void> {
    await this.#flushing?.catch(() => undefined)
    this.#remove()
  }

  #remove(): void {
    try {
      this.close()
    } catch {
      // The error that led here is the one to report.
    }
    try {
      this.#fs.unlinkSync(this.path)
    } catch {
      // Left to the sweep of the next process.
    }
  }

  #takeBuffer(): Uint8Array {
    const buffer = this.#spare ?? new Uint8Array(bufferBytes)
    this.#spare = undefined
    return buffer
  }

  /** Starts writing the filled buffer, once the one before is written. */
  async #flush(): Promise<void> {
    await this.#flushing
    const buffer = this.#filling
    if (buffer === undefined || this.#filledBytes === 0) return
    const bytes = buffer.subarray(0, this.#filledBytes)
    this.#filling = undefined
    this.#filledBytes = 0
    this.#flushing = this.#writeFully(bytes).finally(() => {
      this.#spare = buffer
    })
    // Seen by the next flush or finish; not an unhandled rejection meanwhile.
    this.#flushing.catch(() => undefined)
  }

  async #writeFully(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength;) {
      const rest = at === 0 && bytes.byteLength <= writeBytesMax ? bytes : sliceAt(bytes, at)
      const count = await this.#fs.write(this.descriptor, rest, this.#position)
      at += count
      this.#position += count
    }
  }
}

function sliceAt(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(at, at + writeBytesMax)
}
